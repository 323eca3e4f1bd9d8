import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { messageOptionsSchema, mostValidityMinutes } from '../../../shared/domain/message-options.ts';
import { translate } from '../../../shared/i18n/translate.ts';
import { fakeAccount } from '../../lib/fake-bridge.ts';
import { mostValidity, OptionsForm } from './options-form.svelte.ts';

const now = new Date('2026-03-02T09:00').getTime();
const platform = fakeAccount(1, { label: 'Front desk' });
const central = fakeAccount(2, { label: 'Recalls', family: 'central' });

describe('OptionsForm', () => {
  it('makes an ordinary text while nothing is typed', () => {
    expect(new OptionsForm().read(platform, 'Hello', now)).toEqual({ kind: 'options', options: undefined });
  });

  it('reads what the contract takes', () => {
    const form = new OptionsForm();
    form.senderId = '+27 82 555';
    form.validity = '3';
    form.deliverAt = '2026-03-02T14:30';
    form.flash = true;
    form.binary = true;
    form.userDataHeader = '06 05 04 0B 84 23 F0';
    const read = form.read(central, '01', now);
    expect(read).toEqual({
      kind: 'options',
      options: {
        senderId: '2782555',
        validityMinutes: 180,
        deliverAt: new Date('2026-03-02T14:30').getTime(),
        flash: true,
        binary: true,
        userDataHeader: '0605040b8423f0',
      },
    });
    expect(read.kind === 'options' && v.safeParse(messageOptionsSchema, read.options).issues).toBeUndefined();
    expect(mostValidity).toBe(mostValidityMinutes);
  });

  it('never leaves out silently what the account does not carry', () => {
    const form = new OptionsForm();
    form.deliverAt = '2026-03-02T14:30';
    expect(form.read({ ...platform, options: ['senderId'] }, 'Hello', now)).toMatchObject({
      kind: 'problem',
      option: 'deliverAt',
    });
    form.takeOut('deliverAt');
    expect(form.used).toEqual([]);
  });

  it.each([
    [{ senderId: 'Dr. Brown' }, 'senderId', 'quick.senderIdCharacters'],
    [{ senderId: 'TwelveLetter' }, 'senderId', 'quick.senderIdTooLong'],
    [{ validity: '0' }, 'validityMinutes', 'quick.validityNumber'],
    [{ validity: '1.5' }, 'validityMinutes', 'quick.validityNumber'],
    [{ validity: '73' }, 'validityMinutes', 'quick.validityTooLong'],
    [{ deliverAt: '2026-03-02T08:59' }, 'deliverAt', 'quick.deliverAtPast'],
    [{ deliverAt: '2026-03-09T09:01' }, 'deliverAt', 'quick.deliverAtTooFar'],
    [{ deliverAtUnread: true }, 'deliverAt', 'quick.deliverAtUnread'],
    [{ binary: true, userDataHeader: '060504' }, 'userDataHeader', 'quick.headerWrongLength'],
    [{ binary: true, userDataHeader: '0206' }, 'userDataHeader', 'quick.headerWrongLength'],
    [{ binary: true, userDataHeader: '02050' }, 'userDataHeader', 'quick.hexOdd'],
  ] as const)('says what does not hold: %j', (typed, option, key) => {
    const form = Object.assign(new OptionsForm(), typed);
    expect(form.read(central, '01', now)).toEqual({ kind: 'problem', option, sentence: translate(key) });
  });

  it('sends a header with a text where the API does, and says so where it does not', () => {
    const form = Object.assign(new OptionsForm(), { userDataHeader: '0605040B8423F0' });
    expect([form.used, form.headerOctets]).toEqual([['userDataHeader'], 7]);
    expect(form.read(platform, 'Hello', now)).toEqual({
      kind: 'options',
      options: { userDataHeader: '0605040b8423f0' },
    });
    expect(form.read(central, 'Hello', now)).toEqual({
      kind: 'problem',
      option: 'userDataHeader',
      sentence: translate('quick.headerNeedsBinary'),
    });
    expect([form.offersHeader('platform'), form.offersHeader('central')]).toEqual([true, true]);
    form.takeOut('userDataHeader');
    expect([form.offersHeader('platform'), form.offersHeader('central')]).toEqual([true, false]);
    form.binary = true;
    expect(form.offersHeader('central')).toBe(true);
  });

  it('refuses a header on a text of several parts', () => {
    const form = Object.assign(new OptionsForm(), { userDataHeader: '050003010201' });
    expect(form.read(platform, 'a'.repeat(153), now).kind).toBe('options');
    expect(form.read(platform, 'a'.repeat(154), now)).toMatchObject({ option: 'userDataHeader' });
    expect(form.read(platform, 'Ψωμί'.repeat(20), now)).toMatchObject({ option: 'userDataHeader' });
  });

  it('refuses a header on octets of several parts', () => {
    const form = Object.assign(new OptionsForm(), { binary: true, userDataHeader: '050003010201' });
    expect(form.read(central, '00'.repeat(10), now).kind).toBe('options');
    expect(form.read(central, '00'.repeat(200), now)).toMatchObject({ option: 'userDataHeader' });
  });
});
