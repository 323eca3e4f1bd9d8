import { describe, expect, test } from 'vitest';
import { type MessageState, messageStates } from '../../../shared/domain/message.ts';
import { isFinal, messageEvents, nextState, transitions } from './state.ts';

describe('the transition table', () => {
  test('every state can be reached from queued', () => {
    const reached = new Set<MessageState>(['queued']);
    for (let grew = true; grew; ) {
      grew = false;
      for (const from of reached) {
        for (const event of messageEvents) {
          const to = nextState(from, event);
          if (to !== undefined && !reached.has(to)) {
            reached.add(to);
            grew = true;
          }
        }
      }
    }
    expect([...reached].sort()).toEqual([...messageStates].sort());
  });

  test('every event is used', () => {
    const used = new Set(Object.values(transitions).flatMap((row) => Object.keys(row)));
    expect([...used].sort()).toEqual([...messageEvents].sort());
  });

  test('only a claim leads to sending: nothing is sent without one', () => {
    for (const from of messageStates) {
      for (const event of messageEvents) {
        if (nextState(from, event) === 'sending') expect([from, event]).toEqual(['queued', 'claim']);
      }
    }
  });

  test('back to the queue leads only proof that nothing was taken, or a person who sends a late one', () => {
    const back = messageStates.flatMap((from) =>
      messageEvents.filter((event) => nextState(from, event) === 'queued').map((event) => `${from} ${event}`),
    );
    expect(back.sort()).toEqual([
      'in_doubt prove-absent',
      'needs_decision person-send-late',
      'sending prove-not-sent',
    ]);
  });

  test('final states', () => {
    expect(messageStates.filter(isFinal)).toEqual([
      'delivered',
      'undelivered',
      'rejected',
      'expired',
      'cancelled',
      'abandoned',
    ]);
  });
});
