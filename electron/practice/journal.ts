import { type FileHandle, open } from 'node:fs/promises';
import type { TakenText } from './taken-text.ts';

/** One line of the journal: a request that was understood, and what became of each recipient. */
export interface JournalEntry {
  /** ms UTC, practice time */
  readonly at: number;
  readonly texts: readonly TakenText[];
}

/**
 * An append-only file of JSON lines. What `append` has confirmed is on the disk, so that whoever saw an answer finds
 * its request here after any crash. Keys are never written.
 */
export interface Journal {
  readonly earlier: readonly JournalEntry[];
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

/** Opens or makes the file. A last line that a crash tore in half is passed over: nobody was answered for it. */
export async function openJournal(file: string): Promise<Journal> {
  const handle: FileHandle = await open(file, 'a+', 0o600);
  const text = await handle.readFile('utf8');
  // What follows a torn line must not be glued to it.
  if (text !== '' && !text.endsWith('\n')) await handle.appendFile('\n');
  let last: Promise<unknown> = Promise.resolve();
  return {
    earlier: text
      .split('\n')
      .map(readLine)
      .filter((entry) => entry !== undefined),
    append(entry) {
      const written = last.then(async () => {
        await handle.appendFile(`${JSON.stringify(entry)}\n`);
        await handle.datasync();
      });
      last = written.catch(() => undefined);
      return written;
    },
    async close() {
      await last;
      await handle.close();
    },
  };
}

function readLine(line: string): JournalEntry | undefined {
  try {
    const entry = JSON.parse(line) as JournalEntry;
    return Array.isArray(entry.texts) ? entry : undefined;
  } catch {
    return undefined;
  }
}
