/**
 * The operating system's secret store, through Electron's asynchronous `safeStorage`.
 *
 * On Linux `isAsyncEncryptionAvailable()` says yes even when the last resort is in use: encryption with a key that stands
 * in Chromium's source. What tells is the tag in front of the ciphertext: `v10` is that fixed key, `v11` a real store.
 * https://source.chromium.org/chromium/chromium/src/+/main:components/os_crypt/
 * A locked keyring shows a prompt and the promise stays open until somebody answers, so every call has a time-out.
 */
import { safeStorage } from 'electron/main';
import type { SecretBox, StoreStrength } from '../core/ports.ts';

/** Long enough for a person to type the keyring's password. */
const promptMilliseconds = 60_000;
/** Asked right after start-up the store can still say no; about a second later it says yes. */
const settleMilliseconds = 5_000;
const askEveryMilliseconds = 200;

const weakTag = 'v10';

export const systemSecretBox: SecretBox = {
  async strength(): Promise<StoreStrength> {
    try {
      if (!(await becomesAvailable())) return 'unavailable';
      if (process.platform !== 'linux') return 'strong';
      const probe = await withTimeout(safeStorage.encryptStringAsync('probe'));
      return tagOf(probe) === weakTag ? 'weak' : 'strong';
    } catch {
      return 'unavailable';
    }
  },

  async encrypt(text) {
    const cipher = await withTimeout(safeStorage.encryptStringAsync(text));
    return { cipher, providerTag: tagOf(cipher) };
  },

  async decrypt(cipher) {
    await becomesAvailable();
    // The result is an object, not the string: `{ result, shouldReEncrypt }`.
    const { result, shouldReEncrypt } = await withTimeout(
      safeStorage.decryptStringAsync(Buffer.from(cipher)),
    );
    return { text: result, shouldReEncrypt };
  },
};

function tagOf(cipher: Uint8Array): string {
  const tag = Buffer.from(cipher.subarray(0, 3)).toString('latin1');
  return /^v\d\d$/.test(tag) ? tag : process.platform;
}

async function becomesAvailable(): Promise<boolean> {
  const end = performance.now() + settleMilliseconds;
  for (;;) {
    // A promise by its type; a plain boolean in Electron 42.
    if (await withTimeout(Promise.resolve(safeStorage.isAsyncEncryptionAvailable()))) return true;
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, askEveryMilliseconds));
  }
}

function withTimeout<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the secret store did not answer')), promptMilliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
