import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendResult } from '../core/ports.ts';
import { encodeValue } from './clickatell/percent-encoding.ts';
import { redactor, type Secrets, withoutSecrets } from './redaction.ts';

const key = 'Zm9yIHRlc3Rz-_+/s"&\'e<cret==';
const login: Secrets = { secrets: ['p&ss wörd=€Ω'], names: ['front-desk', '3523864'] };

function jsonEscape(text: string): string {
  return [...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}
function characterReferences(text: string): string {
  return [...text].map((each) => `&#${each.codePointAt(0)};`).join('');
}
const xml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

/** How a server might repeat what it was given. */
const spellings: readonly (readonly [string, (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['in a URL', encodeURIComponent],
  ['in a URL with small digits', (secret) => lower(encodeURIComponent(secret))],
  ['in a URL, twice encoded', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['in a form', (secret) => new URLSearchParams({ secret }).toString().slice(7)],
  ['in a query as Developers’ Central is sent it', encodeValue],
  ['the same in small digits', (secret) => lower(encodeValue(secret))],
  ['the same, twice encoded', (secret) => encodeURIComponent(encodeValue(secret))],
  ['in JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
  ['in JSON with escaped slashes', (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ['in JSON in JSON', (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
  ['in JSON, its signs as numbers', (secret) => secret.replaceAll('=', '\\u003d').replaceAll('&', '\\u0026')],
  ['in JSON, all of it as numbers', jsonEscape],
  ['in XML', xml],
  ['in XML in XML', (secret) => xml(xml(secret))],
  ['in XML, its signs as numbers', (secret) => secret.replaceAll('&', '&#x26;').replaceAll('=', '&#61;')],
  ['in XML, all of it as numbers', characterReferences],
  ['in a string of a program', (secret) => secret.replace(/[^A-Za-z0-9]/g, '\\$&')],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64 for URLs', (secret) => Buffer.from(secret).toString('base64url')],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['in small letters', (secret) => secret.toLowerCase()],
  ['read as UTF-8, though it is not', (secret) => secret.replace(/\P{ASCII}/gu, '\ufffd')],
  ['read as Latin-1, though it is UTF-8', (secret) => Buffer.from(secret).toString('latin1')],
  ['inside a word', (secret) => `x${secret}x`],
];

describe('redactor', () => {
  it.each(spellings)('cuts a key out %s', (_name, spell) => {
    const clean = redactor({ secrets: [key] })(`no such key ${spell(key)}.`);
    expect(clean).toMatch(/^no such key x?\[key\]x?\.$/);
  });

  it.each(spellings)('cuts a password out %s', (_name, spell) => {
    const clean = redactor(login)(`no such password ${spell('p&ss wörd=€Ω')}.`);
    expect(clean).toMatch(/^no such password x?\[key\]x?\.$/);
  });

  it('cuts a key out without its end, as far as it goes', () => {
    const redact = redactor({ secrets: ['a1B2c3D4e5F6g7H8i9J0kQ=='] });
    for (const said of [
      'a1B2c3D4e5F6g7H8i9J0kQ==',
      'a1B2c3D4e5F6g7H8i9J0kQ',
      'a1B2c3D4e5F6g7H8i9J0kQ%3D%3D',
      'a1B2c3D4e5F6g7H8i9J0kQ%253D%253D',
      'a1B2c3D4e5F6g7H8i9J0kQ\\u003d\\u003d',
      'a1B2c3D4e5F6',
    ]) {
      expect(redact(`${said} is no key`)).toBe('[key] is no key');
    }
  });

  it('cuts a long piece of a key out that has lost its beginning, or both ends', () => {
    const redact = redactor({ secrets: ['a1B2c3D4e5F6g7H8i9J0kQ=='] });
    for (const said of ['B2c3D4e5F6g7H8i9J0kQ==', '***e5F6g7H8i9J0', 'E5F6G7H8I9J0']) {
      expect(redact(`${said} is no key`)).toMatch(/^\**\[key\] is no key$/);
    }
    expect(redact('F6g7H8i9J0k is no key')).toBe('F6g7H8i9J0k is no key');
  });

  it('cuts a short password out wherever it stands, and what only names the account where it stands by itself', () => {
    const redact = redactor({ secrets: ['s3cr', '12'], names: ['desk'] });
    expect(redact('password=s3cr, xs3crx')).toBe('password=[key], x[key]x');
    expect(redact('user desk at desktop 12')).toBe('user [key] at desktop 12');
  });

  it('leaves everything else as it is', () => {
    const redact = redactor({ secrets: [key, 'abc'] });
    const none = redactor({ secrets: [] });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes(key));
        expect(redact(`abc ${text}`)).toBe(`abc ${text}`);
        expect(none(text)).toBe(text);
      }),
    );
  });

  it('comes to an end, whatever a server says to keep it busy', () => {
    const secrets = [`${'a'.repeat(199)}b`, '\\\\\\\\x', `${'\\x'.repeat(9)}y`, '&&&&&x', '%%%%%x', 'äöüäöü'];
    const redact = redactor({ secrets });
    for (const piece of ['a', '\\', '\\x', '%25', '&amp;', '&', '%', 'aaaaaaaa%', '\ufffd', 'ä']) {
      expect(redact(piece.repeat(2_400 / piece.length)).length).toBeGreaterThan(0);
    }
  });
});

describe('withoutSecrets', () => {
  const secrets: Secrets = { secrets: ['a1B2c3D4e5F6g7H8i9J0kQ==', 'f'.repeat(32)], names: ['account'] };

  it('leaves a request that went well as it is', () => {
    const result: SendResult = {
      outcomes: [
        { kind: 'accepted', providerId: 'c5d7a69898ef43348e9b3cd7ce7a5096' },
        { kind: 'accepted', providerId: undefined },
      ],
      pause: undefined,
      httpStatus: 202,
    };
    expect(withoutSecrets(result, secrets)).toBe(result);
  });

  it('cuts them out of everything that is said, and leaves our own words alone', () => {
    expect(
      withoutSecrets(
        {
          outcomes: [
            { kind: 'accepted', providerId: 'F'.repeat(32) },
            { kind: 'accepted', providerId: 'm-a1B2c3D4e5F6g7H8i9J0kQ' },
            { kind: 'notSent', why: 'account', text: 'account a1B2c3D4e5F6g7H8i9J0kQ' },
            { kind: 'rejected', code: 'a1B2c3D4e5F6g7H8i9J0kQ==', text: 'x'.repeat(400) },
          ],
          pause: { reason: 'key-rejected', until: undefined, text: `no ${'f'.repeat(32)}` },
          httpStatus: 200,
        },
        secrets,
      ),
    ).toEqual({
      outcomes: [
        { kind: 'accepted', providerId: undefined },
        { kind: 'accepted', providerId: undefined },
        { kind: 'notSent', why: 'account', text: '[key] [key]' },
        { kind: 'rejected', code: '[key]', text: `${'x'.repeat(299)}…` },
      ],
      pause: { reason: 'key-rejected', until: undefined, text: 'no [key]' },
      httpStatus: 200,
    });
  });

  it('cuts them out before it shortens, so that no half of one is left over', () => {
    const told = withoutSecrets({ text: `${'x'.repeat(290)} ${secrets.secrets[0]}` }, secrets);
    expect(told.text).toBe(`${'x'.repeat(290)} [key]`);
  });
});
