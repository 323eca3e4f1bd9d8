import { describe, expect, it } from 'vitest';
import { attentionStates, messageStates } from '../../shared/domain/message.ts';
import { type Drawing, drawings } from './icons.ts';
import { stateLook } from './state-look.ts';

describe('stateLook', () => {
  it('gives every state a shape of its own: colour never stands alone', () => {
    const shapes = messageStates.map((state) => {
      const drawing: Drawing = drawings[stateLook[state].icon];
      return `${drawing.lines}|${drawing.fills}`;
    });
    expect(new Set(shapes).size).toBe(messageStates.length);
  });

  it('draws attention to what waits for a person, and to nothing else', () => {
    const loud = messageStates.filter((state) => stateLook[state].tone === 'attention');
    expect(loud).toEqual([...attentionStates]);
  });
});
