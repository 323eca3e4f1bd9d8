/**
 * Every word a person reads comes from the catalogue beside this file: windows, tray, dialogs, notifications.
 * ICU message syntax: https://unicode-org.github.io/icu/userguide/format_parse/messages/
 */
import { IntlMessageFormat } from 'intl-messageformat';
import type { AppError } from '../errors.ts';
import english from './en.json' with { type: 'json' };

export type MessageKey = keyof typeof english;
export type MessageValues = Readonly<Record<string, string | number>>;

const locale = 'en';
const compiled = new Map<MessageKey, IntlMessageFormat>();

/**
 * The sentence for a key, with its placeholders filled in. Never throws: a window that shows a raw pattern is better
 * than one that shows nothing; that every pattern is sound is proven in `translate.test.ts`.
 */
export function translate(key: MessageKey, values?: MessageValues): string {
  try {
    let message = compiled.get(key);
    if (message === undefined) {
      // `ignoreTag`: an angle bracket is a character here, never markup.
      message = new IntlMessageFormat(english[key], locale, undefined, { ignoreTag: true });
      compiled.set(key, message);
    }
    return String(message.format(values));
  } catch {
    return english[key] ?? key;
  }
}

/** What happened, whether the text is safe, what to do next. */
export function translateError(error: AppError): string {
  return translate(`error.${error.code}`, error.details);
}
