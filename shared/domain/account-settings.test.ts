import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  accountSettingsSchema,
  familyHasSettings,
  readAccountSettings,
  sameSettings,
} from './account-settings.ts';
import { callbackLevels, routeFeatures } from './route-features.ts';

const everything = {
  login: 'session',
  twoWay: true,
  callback: 7,
  deliveryAcknowledgement: true,
  maxCredits: 1.5,
  escalate: true,
  queue: 1,
  requiredFeatures: 48,
  schedule: 'scheduled_time',
} as const;

describe('account settings', () => {
  test('all of them together hold, and so do none', () => {
    expect(v.parse(accountSettingsSchema, everything)).toEqual(everything);
    expect(v.parse(accountSettingsSchema, {})).toEqual({});
  });

  test.each([
    { login: 'sometimes' },
    { callback: 8 },
    { callback: 1.5 },
    { maxCredits: 0 },
    { maxCredits: 0.05 },
    { maxCredits: 1.23 },
    { maxCredits: 1_000 },
    { queue: 4 },
    { requiredFeatures: 0 },
    { requiredFeatures: 32_768 },
    { schedule: 'tomorrow' },
    { twoWay: 'yes' },
    { concat: 3 },
  ])('%j is refused', (settings) => {
    expect(v.is(accountSettingsSchema, settings)).toBe(false);
  });

  test.each([0.1, 0.8, 1, 1.1, 2.3, 64.1, 999])('%d credits can be asked for', (maxCredits) => {
    expect(v.is(accountSettingsSchema, { maxCredits })).toBe(true);
  });

  test('every bit that is offered is a bit that can be stored', () => {
    const features = Object.values(routeFeatures).reduce((sum, bit) => sum + bit, 0);
    const callback = Object.values(callbackLevels).reduce((sum, bit) => sum + bit, 0);
    expect(v.is(accountSettingsSchema, { requiredFeatures: features, callback })).toBe(true);
    // What the documentation names as the default is a sum of these.
    expect(features & 16_399).toBe(16_399);
  });

  test('what is stored is read, a value that does not hold costs that value only', () => {
    expect(readAccountSettings(JSON.stringify(everything))).toEqual(everything);
    expect(readAccountSettings('{"queue":9,"login":"session","colour":"red"}')).toEqual({ login: 'session' });
    for (const broken of ['', 'null', '[]', '7', '{"queue":'])
      expect(readAccountSettings(broken)).toEqual({});
  });

  test('are nearly all of Developers’ Central alone, and the plus of a number is the Platform’s', () => {
    expect(familyHasSettings('central', everything)).toBe(true);
    expect(familyHasSettings('platform', { numbersWithPlus: true })).toBe(true);
    expect(familyHasSettings('central', { numbersWithPlus: true })).toBe(false);
    expect(v.is(accountSettingsSchema, { numbersWithPlus: 'yes' })).toBe(false);
    expect(readAccountSettings('{"numbersWithPlus":true}')).toEqual({ numbersWithPlus: true });
    expect(familyHasSettings('platform', {})).toBe(true);
    expect(familyHasSettings('platform', { login: undefined })).toBe(true);
    expect(familyHasSettings('platform', { queue: 1 })).toBe(false);
  });

  test('the same is the same, whatever the order', () => {
    expect(sameSettings({ queue: 1, escalate: true }, { escalate: true, queue: 1 })).toBe(true);
    expect(sameSettings({ queue: 1 }, {})).toBe(false);
    expect(sameSettings({ queue: undefined }, {})).toBe(true);
  });
});
