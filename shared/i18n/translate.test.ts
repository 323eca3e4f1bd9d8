import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { gatewayErrorMeanings } from '../domain/gateway-error.ts';
import { accountPauseReasons, messageStates } from '../domain/message.ts';
import { appErrorCodes } from '../errors.ts';
import english from './en.json' with { type: 'json' };
import onDemand from './en-on-demand.json' with { type: 'json' };
import { type MessageKey, translate, translateError } from './translate.ts';

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

function parse(pattern: string): readonly Element[] {
  return new IntlMessageFormat(pattern, 'en', undefined, { ignoreTag: true }).getAst();
}

/** Names of all placeholders of a pattern, those inside plurals included. */
function placeholders(elements: readonly Element[], found = new Set<string>()): Set<string> {
  const literal = 0;
  for (const element of elements) {
    if ('value' in element && element.type !== literal) found.add(String(element.value));
    if ('options' in element && element.options) {
      for (const option of Object.values(element.options)) placeholders(option.value, found);
    }
  }
  return found;
}

const entries = Object.entries({ ...english, ...onDemand }) as [MessageKey, string][];

describe('catalogue', () => {
  it.each(entries)('%s compiles and leaves nothing unfilled', (key, pattern) => {
    const names = placeholders(parse(pattern));
    const values = Object.fromEntries([...names].map((name) => [name, 2]));
    const text = translate(key, values);
    expect(text).not.toBe('');
    expect(text).not.toMatch(/[{}]/);
  });

  it('has a sentence for every error, without placeholders that main might not fill', () => {
    for (const code of appErrorCodes) {
      const text = translateError({ code });
      expect(text, code).toMatch(/^[A-Z].*\.$/);
      expect(text, code).not.toContain('{');
    }
  });

  it('has a word and a sentence for every state', () => {
    for (const state of messageStates) {
      expect(translate(`state.${state}`)).not.toContain('state.');
      expect(translate(`sentence.${state}`)).toMatch(/\.$/);
    }
  });

  it('has a sentence for every reason to pause', () => {
    for (const reason of accountPauseReasons) expect(translate(`pause.${reason}`)).toMatch(/\.$/);
  });

  it('has a sentence for everything a gateway can refuse for', () => {
    for (const meaning of gatewayErrorMeanings) {
      const text = translate(`gatewayError.${meaning}`);
      // What happened, whose fault, what next: never one sentence alone.
      expect(text, meaning).toMatch(/^[A-Z].*\. [A-Z].*\.$/);
      expect(text, meaning).not.toContain('{');
    }
  });

  it('has each word in one file only', () => {
    expect(Object.keys(onDemand).filter((key) => key in english)).toEqual([]);
  });

  it('is calm: no exclamation marks', () => {
    for (const [key, pattern] of entries) expect(pattern, key).not.toContain('!');
  });
});

describe('translate', () => {
  it('counts', () => {
    expect(translate('quick.send', { count: 0 })).toBe('Send');
    expect(translate('quick.send', { count: 1 })).toBe('Send 1 text');
    expect(translate('quick.send', { count: 48 })).toBe('Send 48 texts');
    expect(translate('dialog.quit.message', { count: 3 })).toBe('3 texts are waiting.');
  });

  it('shows the pattern rather than throwing when a value is missing', () => {
    expect(translate('tray.waiting')).toContain('waiting');
  });

  it('takes values as text, never as markup or pattern', () => {
    expect(translate('pause.gatewayText', { text: '<b>{count}</b>' })).toBe(
      'Clickatell says: <b>{count}</b>',
    );
  });
});
