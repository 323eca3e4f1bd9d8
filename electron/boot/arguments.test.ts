import { describe, expect, test } from 'vitest';
import { loopbackOrigin, parseArguments } from './arguments.ts';

describe('parseArguments', () => {
  test('nothing given', () => {
    expect(parseArguments(['outtray'])).toEqual({
      hidden: false,
      traceStartup: false,
      userDataDirectory: undefined,
      gateway: undefined,
      open: 'main',
    });
  });

  test('everything given, behind whatever Electron puts in front', () => {
    const argv = [
      'electron',
      '--no-sandbox',
      '.',
      '--hidden',
      '--user-data-dir=/tmp/a b',
      '--gateway=http://127.0.0.1:8080',
      '--new-message',
      '--',
      '--trace-startup',
    ];
    expect(parseArguments(argv)).toEqual({
      hidden: true,
      traceStartup: true,
      userDataDirectory: '/tmp/a b',
      gateway: 'http://127.0.0.1:8080',
      open: 'new-message',
    });
  });
});

describe('loopbackOrigin: a command line cannot send the key elsewhere', () => {
  test.each(['http://127.0.0.1:1', 'https://127.0.0.1:8443', 'http://[::1]:80'])(
    '%s is this machine',
    (address) => {
      expect(loopbackOrigin(address)).toBeDefined();
    },
  );
  test.each([
    'https://platform.clickatell.com.example',
    'http://127.0.0.1.example:80',
    'http://localhost.example',
    'http://127.0.0.1@example.com',
    'file:///etc/passwd',
    'http://10.0.0.1',
    '127.0.0.1:80',
    '',
  ])('%s is not', (address) => {
    expect(loopbackOrigin(address)).toBeUndefined();
  });
});
