/** Turns what a person submitted into messages, or says in one sentence's worth of code what is wrong with it. */
import { maxBodyUnits } from '../../shared/domain/message.ts';
import type { MessageOptions } from '../../shared/domain/message-options.ts';
import { maxParts } from '../../shared/domain/part-capacity.ts';
import { failure, type Result, success } from '../../shared/errors.ts';
import type { RecipientView } from '../../shared/ipc/contract.ts';
import type { MessageEncoding, NewMessage } from './ports.ts';

export interface ComposeParts {
  readonly understand: (input: string) => RecipientView;
  /** Undefined when the options do not fit the body: hexadecimal that is none, a header that leaves no room. */
  readonly countParts: (
    body: string,
    options: MessageOptions,
  ) => { readonly parts: number; readonly encoding: MessageEncoding } | undefined;
  readonly newRef: () => string;
  /** Options that the account can carry. */
  readonly carries: readonly (keyof MessageOptions)[];
  readonly now: number;
}

/**
 * Every recipient must be understood, or nothing is taken: a list that goes out with a hole in it is worse than one
 * that comes back. The same number written twice is one text. An option that cannot be carried is refused here, never
 * dropped on the way.
 */
export function compose(
  recipients: readonly string[],
  body: string,
  options: MessageOptions,
  parts: ComposeParts,
): Result<NewMessage[]> {
  if (body.trim() === '') return failure('body-empty');
  if (body.length > maxBodyUnits) return failure('body-too-long', { most: maxBodyUnits });
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== false);
  if (given.some(([name]) => !parts.carries.includes(name as keyof MessageOptions)))
    return failure('option-not-carried');
  if (options.deliverAt !== undefined && options.deliverAt <= parts.now) return failure('option-invalid');
  const numbers = new Set<string>();
  for (const [index, input] of recipients.entries()) {
    const understood = parts.understand(input);
    if (understood.kind === 'invalid') return failure('recipient-invalid', { position: index + 1 });
    numbers.add(understood.e164);
  }
  if (numbers.size === 0) return failure('recipient-invalid', { position: 1 });
  const counted = parts.countParts(body, options);
  if (counted === undefined) return failure('option-invalid');
  if (counted.parts > maxParts) return failure('body-too-long', { most: maxBodyUnits });
  return success(
    [...numbers].map((recipient) => ({
      clientRef: parts.newRef(),
      recipient,
      body,
      parts: counted.parts,
      encoding: counted.encoding,
      options: Object.fromEntries(given) as MessageOptions,
      bestBefore: undefined,
    })),
  );
}
