/** Reads an account's key at the last moment, and says what it means when there is none. */
import type { GatewayContext, Pause } from '../core/ports.ts';

export type KeyRead<Key = string> =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'unusable'; readonly pause: Pause }
  | { readonly kind: 'stopped'; readonly text: string };

/** How long the secret store may take. It may be asking the person for a password meanwhile. */
const readKeyWithin = 60_000;
const askAgainAfter = 60_000;

/** Turns of the microtask queue in which a key that is at hand comes: a timer for each would cost more than the key. */
const turnsAtHand = 4;

/**
 * Never rejects, and never waits without end.
 *
 * @param parse the key as the family uses it; undefined for a string that cannot be one of its keys
 */
export async function readKey<Key>(
  context: GatewayContext,
  parse: (key: string) => Key | undefined,
): Promise<KeyRead<Key>> {
  if (context.signal.aborted) return stopped;
  let read: KeyRead<Key> | undefined;
  const reading = readFrom(context, parse).then((result) => {
    read = result;
    return result;
  });
  for (let turn = 0; turn < turnsAtHand; turn += 1) {
    await undefined;
    if (read !== undefined) return read;
  }
  if (context.signal.aborted) return stopped;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const interrupted = new Promise<KeyRead<Key>>((resolve) => {
    onAbort = () => resolve(stopped);
    context.signal.addEventListener('abort', onAbort, { once: true });
    timer = setTimeout(() => resolve(locked()), readKeyWithin);
  });
  const result = await Promise.race([interrupted, reading]);
  clearTimeout(timer);
  if (onAbort !== undefined) context.signal.removeEventListener('abort', onAbort);
  return result;
}

async function readFrom<Key>(
  context: GatewayContext,
  parse: (key: string) => Key | undefined,
): Promise<KeyRead<Key>> {
  try {
    const secret = await context.readKey();
    if (secret === undefined || secret === '') return unusable('key-missing');
    const key = parse(secret);
    return key === undefined ? unusable('key-rejected') : { kind: 'key', key };
  } catch {
    // The reason stays with the secret store, which reports it itself: its message is not ours to repeat.
    return locked();
  }
}

/** A header carries visible ASCII only; a key with anything else cannot be one of Clickatell's. */
export function parsePlatformKey(key: string): string | undefined {
  return /^[\x21-\x7e]{1,200}$/.test(key) ? key : undefined;
}

const stopped = { kind: 'stopped', text: 'stopped by us' } as const;

type Unusable = { readonly kind: 'unusable'; readonly pause: Pause };

/** No words: a pause's text is what the gateway said, and it was not asked. */
function unusable(reason: Pause['reason']): Unusable {
  return { kind: 'unusable', pause: { reason, until: undefined, text: '' } };
}

/** There is a key, and the store does not give it now. It is asked again by itself: people unlock keyrings. */
function locked(): Unusable {
  return { kind: 'unusable', pause: { reason: 'key-locked', until: Date.now() + askAgainAfter, text: '' } };
}
