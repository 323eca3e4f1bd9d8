/** Reads an account's key at the last moment, and says what it means when there is none. */
import type { GatewayContext, Pause } from '../core/ports.ts';

export type KeyRead =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'unusable'; readonly pause: Pause }
  | { readonly kind: 'stopped'; readonly text: string };

/** How long the secret store may take. It may be asking the person for a password meanwhile. */
const readKeyWithin = 60_000;
const askAgainAfter = 60_000;

/**
 * Never rejects, and never waits without end.
 *
 * @param isKey whether a string can be a key of the family at all
 */
export async function readKey(context: GatewayContext, isKey: (key: string) => boolean): Promise<KeyRead> {
  if (context.signal.aborted) return stopped;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const interrupted = new Promise<KeyRead>((resolve) => {
    onAbort = () => resolve(stopped);
    context.signal.addEventListener('abort', onAbort, { once: true });
    timer = setTimeout(() => resolve(locked()), readKeyWithin);
  });
  try {
    return await Promise.race([
      interrupted,
      Promise.resolve(context.readKey()).then((key) => judgeKey(key, isKey)),
    ]);
  } catch {
    // The reason stays with the secret store, which reports it itself: its message is not ours to repeat.
    return locked();
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) context.signal.removeEventListener('abort', onAbort);
  }
}

/** A header carries visible ASCII only; a key with anything else cannot be one of Clickatell's. */
export function isPlatformKey(key: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(key);
}

const stopped: KeyRead = { kind: 'stopped', text: 'stopped by us' };

function judgeKey(key: string | undefined, isKey: (key: string) => boolean): KeyRead {
  if (key === undefined || key === '') return unusable('key-missing');
  if (!isKey(key)) return unusable('key-rejected');
  return { kind: 'key', key };
}

/** No words: a pause's text is what the gateway said, and it was not asked. */
function unusable(reason: Pause['reason']): KeyRead {
  return { kind: 'unusable', pause: { reason, until: undefined, text: '' } };
}

/** There is a key, and the store does not give it now. It is asked again by itself: people unlock keyrings. */
function locked(): KeyRead {
  return { kind: 'unusable', pause: { reason: 'key-locked', until: Date.now() + askAgainAfter, text: '' } };
}
