/** Turns what a person submitted into messages, or says in one sentence's worth of code what is wrong with it. */
import { maxBodyUnits } from '../../shared/domain/message.ts';
import { failure, type Result, success } from '../../shared/errors.ts';
import type { RecipientView } from '../../shared/ipc/contract.ts';
import type { NewMessage } from './ports.ts';

export interface ComposeParts {
  readonly understand: (input: string) => RecipientView;
  readonly countParts: (text: string) => { readonly parts: number; readonly encoding: 'gsm-7' | 'ucs-2' };
  readonly newRef: () => string;
}

/**
 * Every recipient must be understood, or nothing is taken: a list that goes out with a hole in it is worse than one
 * that comes back. The same number written twice is one text.
 */
export function compose(
  recipients: readonly string[],
  body: string,
  parts: ComposeParts,
): Result<NewMessage[]> {
  if (body.trim() === '') return failure('body-empty');
  if (body.length > maxBodyUnits) return failure('body-too-long', { most: maxBodyUnits });
  const numbers = new Set<string>();
  for (const [index, input] of recipients.entries()) {
    const understood = parts.understand(input);
    if (understood.kind === 'invalid') return failure('recipient-invalid', { position: index + 1 });
    numbers.add(understood.e164);
  }
  if (numbers.size === 0) return failure('recipient-invalid', { position: 1 });
  const counted = parts.countParts(body);
  return success(
    [...numbers].map((recipient) => ({
      clientRef: parts.newRef(),
      recipient,
      body,
      parts: counted.parts,
      encoding: counted.encoding,
      bestBefore: undefined,
    })),
  );
}
