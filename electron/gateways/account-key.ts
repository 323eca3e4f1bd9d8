/** Reads an account's key at the last moment, and says what it means when there is none. */
import type { GatewayContext, Pause } from '../core/ports.ts';
import { Deadlines, forgetAbort, onAbortOf } from './patience.ts';

export type KeyRead<Key = string> =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'unusable'; readonly pause: Pause }
  | { readonly kind: 'stopped'; readonly text: string };

/** How long the secret store may take. It may be asking the person for a password meanwhile. */
const readKeyWithin = 60_000;
const askAgainAfter = 60_000;

const deadlines = new Deadlines();

/**
 * Never rejects, and never waits without end.
 *
 * @param parse the key as the family uses it; undefined for a string that cannot be one of its keys
 */
export function readKey<Key>(
  { signal, readKey: read }: GatewayContext,
  parse: (key: string) => Key | undefined,
): Promise<KeyRead<Key>> {
  if (signal.aborted) return Promise.resolve(stopped);
  return new Promise((resolve) => {
    const settle = (result: KeyRead<Key>): void => {
      deadlines.remove(waiting);
      forgetAbort(signal, waiting);
      resolve(result);
    };
    const waiting = {
      at: performance.now() + readKeyWithin,
      onTime: () => settle(locked()),
      onAbort: () => settle(stopped),
    };
    deadlines.add(waiting);
    onAbortOf(signal, waiting);
    try {
      // The reason of a failure stays with the secret store, which reports it itself: its message is not ours to repeat.
      read().then(
        (secret) => settle(judge(secret, parse)),
        () => settle(locked()),
      );
    } catch {
      settle(locked());
    }
  });
}

function judge<Key>(secret: string | undefined, parse: (key: string) => Key | undefined): KeyRead<Key> {
  if (secret === undefined || secret === '') return unusable('key-missing');
  const key = parse(secret);
  return key === undefined ? unusable('key-rejected') : { kind: 'key', key };
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
