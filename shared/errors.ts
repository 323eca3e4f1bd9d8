/**
 * Expected failures cross the IPC boundary as values, never as exceptions: Electron keeps only the `message`
 * of a thrown error. Each code has a sentence in `shared/i18n/en.json` under `error.<code>`.
 */
export const appErrorCodes = [
  'invalid-input',
  'forbidden',
  'not-found',
  'stale',
  'recipient-invalid',
  'body-empty',
  'body-too-long',
  'list-gone',
  'no-account',
  'practice-key',
  'last-account',
  'account-busy',
  'option-not-carried',
  'option-invalid',
  'time-passed',
  'opted-out',
  'already-texted',
  'too-many',
  'shortcut-taken',
  'contact-number',
  'contact-present',
  'contact-gone',
  'template-gone',
  'templates-unreadable',
  'server-address-invalid',
  'setting-not-offered',
  'key-rejected',
  'key-malformed',
  'ip-blocked',
  'no-line',
  'certificate',
  'proxy',
  'gateway-unexpected',
  'rate-limited',
  'account-problem',
  'question-not-offered',
  'secrets-locked',
  'secrets-weak',
  'archive-unreadable',
  'archive-foreign',
  'archive-newer',
  'backup-damaged',
  'backup-foreign',
  'passphrase-short',
  'care-busy',
  'care-stopped',
  'storage-full',
  'storage-failed',
  'storage-locked',
  'internal',
] as const;
export type AppErrorCode = (typeof appErrorCodes)[number];

export interface AppError {
  readonly code: AppErrorCode;
  /** Values for the sentence's placeholders. Never a key, a number or a text. */
  readonly details?: Readonly<Record<string, string | number>> | undefined;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AppError };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure(code: AppErrorCode, details?: AppError['details']): Result<never> {
  return { ok: false, error: details === undefined ? { code } : { code, details } };
}

/** For the `default` of an exhaustive switch: a new member of the union becomes a type error here. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${String(value)}`);
}
