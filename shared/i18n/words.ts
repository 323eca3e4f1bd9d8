/**
 * Looks words up in the catalogue. Quick-send starts with these alone; what is needed later brings `on-demand.ts` with it.
 * Outside the windows import `translate.ts`, which has all words.
 * ICU message syntax: https://unicode-org.github.io/icu/userguide/format_parse/messages/
 */
import { IntlMessageFormat } from 'intl-messageformat';
import type { AppError } from '../errors.ts';
import english from './en.json' with { type: 'json' };
import type onDemand from './en-on-demand.json';

type Catalogue = typeof english & typeof onDemand;
export type MessageKey = keyof Catalogue;
export type MessageValues = Readonly<Record<string, string | number>>;

const locale = 'en';
const words: Partial<Record<MessageKey, string>> = { ...english };
const compiled = new Map<MessageKey, IntlMessageFormat>();

/** Words that came later, see `on-demand.ts`. */
export function addWords(more: Partial<Record<MessageKey, string>>): void {
  Object.assign(words, more);
}

/**
 * The sentence for a key, with its placeholders filled in. Never throws: a window that shows a raw pattern is better
 * than one that shows nothing; that every pattern is sound is proven in `translate.test.ts`.
 */
export function translate(key: MessageKey, values?: MessageValues): string {
  const pattern = words[key];
  if (pattern === undefined) return key;
  try {
    let message = compiled.get(key);
    if (message === undefined) {
      // `ignoreTag`: an angle bracket is a character here, never markup.
      message = new IntlMessageFormat(pattern, locale, undefined, { ignoreTag: true });
      compiled.set(key, message);
    }
    return String(message.format(values));
  } catch {
    return pattern;
  }
}

/** What happened, whether the text is safe, what to do next. */
export function translateError(error: AppError): string {
  return translate(`error.${error.code}`, error.details);
}
