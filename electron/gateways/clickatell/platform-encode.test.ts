import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewayMessage } from '../../core/ports.ts';
import { encodeBatch, maxRecipients } from './platform-encode.ts';

function message(recipient: string, body = 'Hello'): GatewayMessage {
  return { clientRef: '01J00000000000000000000000', recipient, body };
}

describe('encodeBatch', () => {
  it('writes the fields in a fixed order, numbers without +', () => {
    const { body, numbers } = encodeBatch({
      requestRef: '01J00000000000000000000001',
      messages: [message('+27821234567'), message('+447700900123')],
    });
    expect(body).toBe(
      '{"content":"Hello","to":["27821234567","447700900123"],"clientMessageId":"01J00000000000000000000001","charset":"UTF-8"}',
    );
    expect(numbers).toEqual(['27821234567', '447700900123']);
  });

  it('leaves out what one request cannot carry', () => {
    const { body, numbers } = encodeBatch({
      requestRef: 'R',
      messages: [
        message('+27821234567'),
        message('+27821234567'),
        message('+27821234568', 'Another text'),
        message('+27821234569'),
      ],
    });
    expect(numbers).toEqual(['27821234567', undefined, undefined, '27821234569']);
    expect(JSON.parse(body ?? '')).toMatchObject({ to: ['27821234567', '27821234569'] });
  });

  it('carries no more than the API takes', () => {
    const messages = Array.from({ length: maxRecipients + 3 }, (_, index) =>
      message(`+2782${1_000_000 + index}`),
    );
    const { body, numbers } = encodeBatch({ requestRef: 'R', messages });
    expect((JSON.parse(body ?? '') as { to: string[] }).to).toHaveLength(maxRecipients);
    expect(numbers.slice(maxRecipients)).toEqual([undefined, undefined, undefined]);
  });

  it('writes nothing for an empty batch', () => {
    expect(encodeBatch({ requestRef: 'R', messages: [] })).toEqual({ body: undefined, numbers: [] });
  });

  it('carries any text unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const { body } = encodeBatch({ requestRef: 'R', messages: [message('+27821234567', text)] });
        const bytes = Buffer.from(body ?? '', 'utf8');
        expect((JSON.parse(bytes.toString('utf8')) as { content: string }).content).toBe(text);
      }),
    );
  });
});
