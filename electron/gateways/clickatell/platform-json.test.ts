import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from './platform-json.ts';

const id = 'c5d7a69898ef43348e9b3cd7ce7a5096';
const message = (to: string): string => `{"apiMessageId":"${id}","accepted":true,"to":"${to}"}`;

function hasEachNameOnce(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const names = Object.keys(value).map((name) => name.toLowerCase());
  return new Set(names).size === names.length && Object.values(value).every(hasEachNameOnce);
}

describe('a JSON answer', () => {
  it('is read as JSON.parse reads it while each member stands once', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        fc.pre(hasEachNameOnce(value));
        const text = JSON.stringify(value, undefined, space);
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('is read as documented, with its nulls and without, of one request and of a bulk', () => {
    const nulls = ',"errorCode":null,"error":null,"errorDescription":null';
    for (const one of [message('27821234567'), message('27821234567').replace('}', `${nulls}}`)]) {
      for (const frame of [`{"messages":[${one},${one}]}`, `{"messages":[${one}]${nulls}}`]) {
        const expected: unknown = JSON.parse(frame, (name, value: unknown) =>
          name.startsWith('error') ? undefined : value,
        );
        expect(readJson(frame)).toEqual(expected);
        expect(readJson(`[${frame},${frame}]`)).toEqual([expected, expected]);
      }
    }
  });

  it.each([
    '',
    '{',
    '[1',
    'null]',
    `{"messages":[${message('27821234567')}]`,
    `{"messages":[${message('27821234567')}]}}`,
    `[{"messages":[${message('27821234567')}]}`,
    `[{"messages":[${message('27821234567')}]},`,
    `[{"messages":[${message('27821234567')}]},]`,
    `[{"messages":[${message('27821234567')}]}]]`,
  ])('that is none is none: %j', (text) => {
    expect(readJson(text)).toBeUndefined();
  });

  it.each([
    ['{"accepted":false,"accepted":true}', undefined],
    ['{"accepted":false,"accepted" :true}', undefined],
    ['{"accepted" :false,"accepted" :true,"error":":"}', undefined],
    ['{"accepted":false,"\\u0061ccepted":true}', undefined],
    ['{"accepted":false,"Accepted":true}', undefined],
    ['{"a":1,"b":{"c":1,"c":1}}', undefined],
    ['{"__proto__":1,"__proto__":2}', undefined],
    ['[{"a":1,"a":2},{"a":3}]', [undefined, { a: 3 }]],
    ['{"messages":[{"to":"1","to":"2"},{"to":"3"}]}', { messages: [undefined, { to: '3' }] }],
    ['{"a":"{\\"b\\":1,\\"b\\":2}"}', { a: '{"b":1,"b":2}' }],
    ['{"error":":x","a":1}', { error: ':x', a: 1 }],
  ])('hears nothing from an object with a member twice: %s', (text, expected) => {
    expect(readJson(text)).toEqual(expected);
  });

  it('of any depth is read or not, and never trips the reader', () => {
    const deep = `${'['.repeat(50_000)}"\\n"${']'.repeat(50_000)}`;
    expect(() => readJson(deep)).not.toThrow();
  });

  it('never hears one that stands twice, wherever the second is put', () => {
    const name = fc.constantFrom('accepted', 'to', 'messages', 'errorCode', 'a');
    const members = fc.array(
      fc.tuple(name, fc.constantFrom('true', 'false', 'null', '"x"', '[]', '":"'), fc.constantFrom('', ' ')),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(members, (list) => {
        const text = `{${list.map(([each, value, space]) => `"${each}"${space}:${value}`).join(',')}}`;
        const distinct = new Set(list.map(([each]) => each)).size === list.length;
        expect(readJson(text)).toEqual(distinct ? JSON.parse(text) : undefined);
      }),
      { numRuns: 2000 },
    );
  });
});
