/** What SQLite and the file system mean by the codes of their errors: each has its own sentence and its own next step. */

/** `failed`: the disk refused for another reason, such as an error of its own. */
export type StorageProblem = 'full' | 'locked' | 'read-only' | 'failed';

/**
 * Undefined when the error is none of the disk's.
 * Codes: https://www.sqlite.org/rescode.html, https://nodejs.org/api/errors.html#common-system-errors
 */
export function storageProblem(error: unknown): StorageProblem | undefined {
  const code = String((error as { code?: unknown } | null | undefined)?.code ?? '');
  // The index of the log is the first thing that needs room when a file is opened: a full disk shows there.
  if (['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'].includes(code)) return 'full';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code) || code === 'EBUSY') return 'locked';
  if (/^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code) || ['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return 'read-only';
  }
  return /^(SQLITE_|E[A-Z]+$)/.test(code) ? 'failed' : undefined;
}
