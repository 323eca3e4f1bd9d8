import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultSettings } from '../../shared/settings.ts';
import { PreferencesFile } from './preferences-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-settings-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('preferences', () => {
  test('nothing there: defaults', () => {
    expect(new PreferencesFile(directory).read()).toEqual({
      mode: 'unset',
      settings: defaultSettings,
      repaired: [],
      fromFuture: false,
    });
  });

  test('what is written is read', () => {
    const settings = { ...defaultSettings, country: 'ZA', appearance: 'dark' as const };
    new PreferencesFile(directory).write({ mode: 'practice', settings });
    expect(new PreferencesFile(directory).read()).toMatchObject({ mode: 'practice', settings, repaired: [] });
    expect(existsSync(join(directory, 'settings.json.new'))).toBe(false);
  });

  test('one broken value costs that value only', () => {
    writeFileSync(
      join(directory, 'settings.json'),
      JSON.stringify({
        version: 1,
        mode: 'live',
        values: { country: 'South Africa', appearance: 'dark', unknown: 1 },
      }),
    );
    expect(new PreferencesFile(directory).read()).toMatchObject({
      mode: 'live',
      settings: { country: null, appearance: 'dark' },
      repaired: ['country'],
    });
  });

  test.each([
    '',
    '{',
    '[]',
    'null',
    '7',
    '{"version":1,"mode":"live","values":7}',
    '{"version":"x","mode":3}',
  ])('%j never throws', (content) => {
    writeFileSync(join(directory, 'settings.json'), content);
    expect(new PreferencesFile(directory).read().settings).toEqual(defaultSettings);
  });

  test('a file that could not be read is kept when it is written over', () => {
    writeFileSync(join(directory, 'settings.json'), '{ "mode": "live", half');
    const file = new PreferencesFile(directory);
    expect(file.read().mode).toBe('unset');
    file.write({ mode: 'live', settings: defaultSettings });
    expect(readFileSync(join(directory, 'settings.json.unreadable'), 'utf8')).toContain('half');
    expect(new PreferencesFile(directory).read().mode).toBe('live');
  });

  test('a file of a newer version is used as far as it is understood', () => {
    writeFileSync(
      join(directory, 'settings.json'),
      JSON.stringify({ version: 99, mode: 'live', values: { country: 'NA', newThing: true } }),
    );
    expect(new PreferencesFile(directory).read()).toMatchObject({
      fromFuture: true,
      settings: { country: 'NA' },
    });
  });
});
