import { describe, expect, it } from 'vitest';
import { translate } from '../../../shared/i18n/translate.ts';
import { TimingForm } from './timing-form.svelte.ts';

const now = new Date('2027-01-04T10:00').getTime();

describe('when a text is sent, and until when it is of use', () => {
  it('is nothing unless something is typed', () => {
    expect(new TimingForm().read(now)).toEqual({ kind: 'timing', timing: {} });
  });

  it('reads both in the time of this computer', () => {
    const form = new TimingForm();
    form.restore({ sendAt: '2027-01-04T11:00', bestBefore: '2027-01-04T12:00' });
    const timing = { sendAt: now + 3_600_000, bestBefore: now + 7_200_000 };
    expect(form.read(now)).toEqual({ kind: 'timing', timing });
  });

  it.each([
    [{ sendAtUnread: true }, 'sendAt', 'quick.deliverAtUnread'],
    [{ sendAt: '2027-01-04T09:59' }, 'sendAt', 'quick.deliverAtPast'],
    [{ bestBefore: '2027-01-04T10:00' }, 'bestBefore', 'quick.deliverAtPast'],
    [{ sendAt: '2027-01-04T11:00', bestBefore: '2027-01-04T10:30' }, 'bestBefore', 'quick.bestBeforeEarly'],
  ] as const)('with %j nothing goes', (typed, option, key) => {
    const form = new TimingForm();
    form.restore(typed);
    expect(form.read(now)).toEqual({ kind: 'problem', option, sentence: translate(key) });
  });

  it('does not put back what was changed meanwhile', () => {
    const form = new TimingForm();
    form.sendAt = '2027-01-05T08:00';
    form.restore({ sendAt: '2027-01-04T11:00', bestBefore: '2027-01-06T12:00' });
    expect(form.typed).toEqual({ sendAt: '2027-01-05T08:00', bestBefore: '2027-01-06T12:00' });
    form.reset();
    expect(form.typed).toEqual({});
  });
});
