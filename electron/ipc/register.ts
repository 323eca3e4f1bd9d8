/**
 * Registers every method of the contract: guard, validate, handle, answer with a value. No business logic here, and no
 * Electron: the host is handed in, so that all of it can be attacked in plain Node.
 */
import * as v from 'valibot';
import { type AppErrorCode, failure, type Result, success } from '../../shared/errors.ts';
import { callPrefix } from '../../shared/ipc/channels.ts';
import {
  contract,
  type Input,
  type Method,
  type Output,
  type WindowKind,
} from '../../shared/ipc/contract.ts';
import type { Log } from '../core/ports.ts';
import { storageProblem } from '../core/storage-problem.ts';
import { type SenderFacts, trustedSender, type WindowRegistry } from './sender-guard.ts';

/** What is needed of Electron's `ipcMain`. */
export interface IpcHost {
  handle(channel: string, listener: (sender: SenderFacts, ...values: unknown[]) => Promise<unknown>): void;
}

export interface Caller {
  readonly kind: WindowKind;
  readonly webContentsId: number;
}

export type Handler<M extends Method> = (
  input: Input<M>,
  caller: Caller,
) => Promise<Result<Output<M>>> | Result<Output<M>>;

/** One per method: a missing or superfluous one is a type error. */
export type Handlers = { readonly [M in Method]: Handler<M> };

export interface RegisterOptions {
  readonly host: IpcHost;
  readonly handlers: Handlers;
  readonly registry: WindowRegistry;
  readonly origins: readonly string[];
  readonly log: Log;
  /** Check what handlers answer, too: on in development and tests. */
  readonly checkOutput: boolean;
}

export function registerAll(options: RegisterOptions): void {
  for (const method of Object.keys(contract) as Method[]) register(method, options);
}

function register<M extends Method>(method: M, options: RegisterOptions): void {
  const { input, output, windows } = contract[method];
  const handler = options.handlers[method] as Handler<M>;
  options.host.handle(`${callPrefix}${method}`, async (sender, ...values) => {
    const kind = trustedSender(sender, options.registry, options.origins, windows);
    if (kind === undefined) {
      options.log.warn('ipc-refused', { method, window: sender.webContentsId });
      return failure('forbidden');
    }
    // One argument only; a second one is somebody trying something.
    const parsed = values.length <= 1 ? v.safeParse(input, values[0]) : undefined;
    if (parsed === undefined || !parsed.success) {
      options.log.warn('ipc-invalid-input', { method });
      return failure('invalid-input');
    }
    try {
      const result = (await handler(parsed.output as Input<M>, {
        kind,
        webContentsId: sender.webContentsId,
      })) as Result<unknown>;
      if (!options.checkOutput || !result.ok) return result;
      const checked = v.safeParse(output, result.value);
      if (checked.success) return success(checked.output);
      options.log.error('ipc-invalid-output', { method, issues: v.flatten(checked.issues).nested ?? {} });
      return failure('internal');
    } catch (error) {
      return failureOf(error, method, options.log);
    }
  });
}

function failureOf(error: unknown, method: Method, log: Log): Result<never> {
  const code = expectedNames[error instanceof Error ? error.name : ''];
  if (code !== undefined) return failure(code);
  const stored = String((error as { code?: unknown } | null)?.code ?? '');
  log.error('ipc-failed', { method, error: String(error), code: stored });
  switch (storageProblem(error)) {
    case 'full':
      return failure('storage-full');
    case 'locked':
      return failure('storage-locked');
    case 'read-only':
    case 'failed':
      return failure('storage-failed');
    case undefined:
      return failure('internal');
  }
}

const expectedNames: Readonly<Record<string, AppErrorCode>> = {
  AccountRemoved: 'no-account',
  JobStopped: 'stale',
  ArchiveFromFuture: 'archive-newer',
  ArchiveUnreadable: 'archive-unreadable',
  BackupGone: 'backup-damaged',
  CareBusy: 'care-busy',
  CareStopped: 'care-stopped',
  DamagedDatabase: 'backup-damaged',
  DatabaseFromFutureError: 'archive-newer',
  ListNotFound: 'list-gone',
  MessageNotFound: 'not-found',
  NoRoomForBackup: 'storage-full',
  NotABackup: 'backup-foreign',
  NotAnArchive: 'archive-foreign',
  NotOurDatabaseError: 'backup-foreign',
  NothingOpen: 'not-found',
  PassphraseTooShort: 'passphrase-short',
  ShortcutTaken: 'shortcut-taken',
  StaleTransition: 'stale',
};
