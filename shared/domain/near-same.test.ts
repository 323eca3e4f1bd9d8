import { describe, expect, it } from 'vitest';
import { nearlySame } from './near-same.ts';

describe('nearly the same text', () => {
  it.each([
    ['Your appointment is on Tuesday at 10:30.', 'Your appointment is on Tuesday at 10:30.'],
    ['Your appointment is on Tuesday at 10:30.', 'your  appointment is on tuesday, at 10:30'],
    ['Ihr Termin fällt heute leider aus', 'Ihr Termin fallt heute leider aus!'],
    [
      'Dear Ms Brown, the car is ready and can be fetched until six',
      'Dear Ms Browne, the car is ready and can be fetched until six',
    ],
    ['موعدك غدا', 'موعدك غدا'],
  ])('%j and %j', (one, other) => {
    expect(nearlySame(one, other)).toBe(true);
    expect(nearlySame(other, one)).toBe(true);
  });
  it.each([
    ['Your appointment is on Tuesday at 10:30.', 'Your appointment is on Tuesday at 11:30.'],
    ['Your appointment is on Tuesday at 10:30.', 'We have moved to Main Street. See you there at 10:30.'],
    ['Yes', 'No'],
    ['Yes', ''],
  ])('not %j and %j', (one, other) => {
    expect(nearlySame(one, other)).toBe(false);
  });
});
