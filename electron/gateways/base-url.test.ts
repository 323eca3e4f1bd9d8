import { describe, expect, it } from 'vitest';
import { readBaseUrl } from './base-url.ts';

describe('readBaseUrl', () => {
  it.each([
    ['https://platform.clickatell.com', 'https://platform.clickatell.com', ''],
    ['https://platform.clickatell.com/', 'https://platform.clickatell.com', ''],
    ['https://gate.example:8443/clickatell/', 'https://gate.example:8443', '/clickatell'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', ''],
    ['http://127.1/', 'http://127.0.0.1', ''],
    ['http://localhost:1', 'http://localhost:1', ''],
    ['http://[::1]:1', 'http://[::1]:1', ''],
  ])('takes %s', (address, origin, path) => {
    expect(readBaseUrl(address)).toEqual({ origin, path });
  });

  it.each([
    'http://platform.clickatell.com',
    'http://10.0.0.1',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://0.0.0.0',
    'ftp://127.0.0.1',
    'file:///etc/hosts',
    'https://user@platform.clickatell.com',
    'https://:secret@platform.clickatell.com',
    'https://platform.clickatell.com/?apiKey=secret',
    'https://platform.clickatell.com/#secret',
    'platform.clickatell.com',
    '',
  ])('refuses %j and does not repeat it', (address) => {
    expect(() => readBaseUrl(address)).toThrow(TypeError);
    expect(() => readBaseUrl(address)).not.toThrow(/secret|clickatell/);
  });
});
