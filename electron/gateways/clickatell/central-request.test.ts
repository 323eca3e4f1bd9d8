import { describe, expect, it } from 'vitest';
import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import {
  type CentralSettings,
  checkSendParameters,
  checkSettings,
  writeParameters,
  writeTo,
} from './central-request.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const minute = 60_000;

function write(body: string, options?: MessageOptions, settings: CentralSettings = {}): string {
  const checked = checkSendParameters({ clientRef: 'R', recipient: '+1', body, options }, settings, now);
  return checked.kind === 'valid' ? writeParameters(checked.value) : `refused: ${checked.text}`;
}

describe('sendmsg', () => {
  it.each<[string, string, MessageOptions | undefined, CentralSettings | undefined, string]>([
    ['a plain text', 'Grüße, 1 €', undefined, undefined, 'text=Gr%FC%DFe%2C%201%20%80'],
    [
      'line breaks and the escape characters',
      '{a}\r\n[b]',
      undefined,
      undefined,
      'text=%7Ba%7D%0D%0A%5Bb%5D',
    ],
    ['Unicode', 'Ψ', undefined, undefined, 'text=03a8&unicode=1'],
    ['what Windows-1252 has and GSM has not', 'ç’', undefined, undefined, 'text=00e72019&unicode=1'],
    ['an emoji', '😀', undefined, undefined, 'text=d83dde00&unicode=1'],
    ['flash', 'x', { flash: true }, undefined, 'text=x&msg_type=SMS_FLASH'],
    ['flash in Unicode', 'ж', { flash: true }, undefined, 'text=0436&unicode=1&msg_type=SMS_FLASH'],
    ['two parts', 'a'.repeat(161), undefined, undefined, `text=${'a'.repeat(161)}&concat=2`],
    [
      'two Unicode parts',
      'ж'.repeat(71),
      undefined,
      undefined,
      `text=${'0436'.repeat(71)}&unicode=1&concat=2`,
    ],
    [
      'escape characters that take two',
      '€'.repeat(81),
      undefined,
      undefined,
      `text=${'%80'.repeat(81)}&concat=2`,
    ],
    ['one part, exactly', '€'.repeat(80), undefined, undefined, `text=${'%80'.repeat(80)}`],
    ['octets', '04 06 01', { binary: true }, undefined, 'text=040601&binary=1'],
    [
      'octets with a header',
      '0406',
      { binary: true, userDataHeader: '0605040B8423F0' },
      undefined,
      'text=0406&udh=0605040B8423F0',
    ],
    [
      'many octets',
      '00'.repeat(141),
      { binary: true },
      undefined,
      `text=${'00'.repeat(141)}&binary=1&concat=2`,
    ],
    ['a sender', 'x', { senderId: '+18563184169' }, undefined, 'text=x&from=18563184169'],
    ['a two-way number', 'x', { senderId: '18563184169' }, { twoWay: true }, 'text=x&from=18563184169&mo=1'],
    ['a name is never two-way', 'x', { senderId: 'Praxis' }, { twoWay: true }, 'text=x&from=Praxis'],
    ['a validity', 'x', { validityMinutes: 90 }, undefined, 'text=x&validity=90'],
    ['a delivery time', 'x', { deliverAt: now + 90 * minute }, undefined, 'text=x&deliv_time=90'],
    ['a delivery time in a moment', 'x', { deliverAt: now + 1 }, undefined, 'text=x&deliv_time=1'],
    [
      'a moment',
      'x',
      { deliverAt: now + 90 * minute },
      { schedule: 'scheduled_time' },
      `text=x&scheduled_time=${now / 1000 + 5400}`,
    ],
    [
      'every setting',
      'x',
      undefined,
      {
        callback: 7,
        deliveryAcknowledgement: true,
        maxCredits: 0.8,
        escalate: true,
        queue: 1,
        requiredFeatures: 16_447,
      },
      'text=x&callback=7&deliv_ack=1&max_credits=0.8&escalate=1&queue=1&req_feat=16447',
    ],
    [
      'settings that are off',
      'x',
      undefined,
      { deliveryAcknowledgement: false, escalate: false, twoWay: false },
      'text=x',
    ],
  ])('writes %s', (_name, body, options, settings, written) => {
    expect(write(body, options, settings)).toBe(written);
  });

  it.each<[string, string, MessageOptions | undefined, RegExp]>([
    ['an empty text', '', undefined, /empty/],
    ['too many parts', 'a'.repeat(5356), undefined, /35 parts/],
    ['too many Unicode parts', 'Ω'.repeat(2346), undefined, /35 parts/],
    ['half a surrogate pair', '\ud83d', undefined, /half a character/],
    ['a header on a text', 'x', { userDataHeader: '0605040B8423F0' }, /binary/],
    ['flash with octets', '00', { flash: true, binary: true }, /flash/],
    ['octets that are none', 'x', { binary: true }, /hexadecimal/],
    ['a broken header', '00', { binary: true, userDataHeader: '0505040B8423F0' }, /length/],
    ['a time too far', 'x', { deliverAt: now + 10_081 * minute }, /seven days/],
    ['a sender that is none', 'x', { senderId: '#' }, /sender/],
    ['a validity out of bounds', 'x', { validityMinutes: 4_321 }, /validity/],
  ])('refuses %s', (_name, body, options, words) => {
    expect(write(body, options)).toMatch(words);
  });

  it('does not hold a delivery time that passed on the way against the text', () => {
    expect(
      checkSendParameters({ clientRef: 'R', recipient: '', body: 'x', options: { deliverAt: now } }, {}, now),
    ).toMatchObject({ kind: 'refused', mayGoLater: true });
  });

  it.each<CentralSettings>([
    { callback: 8 },
    { callback: 1.5 },
    { queue: 4 as 3 },
    { maxCredits: 0 },
    { requiredFeatures: -1 },
  ])('refuses the settings %j', (settings) => {
    expect(() => checkSettings(settings)).toThrow(TypeError);
  });
});

it('writes a list of numbers with its commas as they stand', () => {
  expect(writeTo(['2799900001', '2799900002'])).toBe('to=2799900001,2799900002');
});
