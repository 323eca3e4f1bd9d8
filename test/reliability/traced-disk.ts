/**
 * What is on a disk when the power fails. Reads the system calls of a process, as strace writes them down, and keeps two
 * things for each file: the bytes that a completed `fsync` made durable, and the writes since. A power cut keeps the first
 * and any part of the second, in sectors of 512 bytes: exactly what SQLite's own crash tests assume of a disk.
 * https://www.sqlite.org/testing.html#crash_testing
 */
import { spawnSync } from 'node:child_process';

/** What strace is asked for. `-y` gives the path behind each descriptor, `-xx` every byte as two digits. */
export const straceArguments = [
  '-f',
  '-y',
  '-xx',
  '-s',
  '200000',
  '-e',
  'trace=openat,pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync,ftruncate,unlink,rename',
] as const;

/** Why a process cannot be traced here, or undefined when it can. */
export function cannotTrace(): string | undefined {
  const tried = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (tried.error !== undefined) return `strace: ${tried.error.message}`;
  if (tried.status !== 0) return `strace: ${tried.stderr.trim()}`;
  return undefined;
}

/** Something the process did that can be seen from outside. */
export type TracedEvent =
  | { readonly kind: 'sent'; readonly bytes: Buffer }
  | { readonly kind: 'said'; readonly text: string }
  /** What was written to a file is about to become durable: `finish` makes it so. */
  | { readonly kind: 'syncing'; readonly finish: () => void };

interface PendingWrite {
  readonly offset: number;
  readonly bytes: Buffer;
}

interface TracedFile {
  durable: Buffer;
  /** `truncate` to a length counts as a write of its own. */
  pending: (PendingWrite | { readonly truncate: number })[];
}

export class TracedDisk {
  readonly #directory: string;
  readonly #files = new Map<string, TracedFile>();
  readonly #unfinished = new Map<string, string>();
  #syncs = 0;

  /** @param directory only files below it are kept */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Follows one line of strace's output. Returns what was seen from outside, before it takes effect. */
  follow(line: string): TracedEvent | undefined {
    const parts = /^(\d+) +(.*)$/.exec(line);
    if (parts === null) return undefined;
    const [, process = '', rest = ''] = parts;
    const cut = rest.indexOf(' <unfinished ...>');
    if (cut !== -1) {
      const call = rest.slice(0, cut);
      this.#unfinished.set(process, call);
      // A write may reach the disk the moment it begins; a sync counts only once it has come back.
      return isSync(call) ? undefined : this.#begin(call);
    }
    const resumed = /^<\.\.\. (\w+) resumed>/.exec(rest);
    if (resumed !== null) {
      const call = this.#unfinished.get(process) ?? '';
      this.#unfinished.delete(process);
      return isSync(call) && / = 0$/.test(rest) ? this.#sync(call) : undefined;
    }
    if (isSync(rest)) return / = 0$/.test(rest) ? this.#sync(rest) : undefined;
    return this.#begin(rest);
  }

  /** Grows with every sync: as long as it stays, what is durable has not changed. */
  get syncs(): number {
    return this.#syncs;
  }

  /** Whether anything was written that no sync has made durable. */
  get hasUnsynced(): boolean {
    return [...this.#files.values()].some(({ pending }) => pending.length > 0);
  }

  /** Files as a power cut leaves them now. `lucky`: whether a sector that nobody synced reached the disk. */
  image(lucky: () => boolean): ReadonlyMap<string, Buffer> {
    const files = new Map<string, Buffer>();
    for (const [path, { durable, pending }] of this.#files) {
      const bytes = new GrowingBytes(durable);
      for (const write of pending) {
        if ('truncate' in write) {
          if (lucky()) bytes.resize(write.truncate);
          continue;
        }
        const { offset } = write;
        for (let at = 0; at < write.bytes.length; ) {
          const next = Math.min(write.bytes.length, at + 512 - ((offset + at) % 512));
          if (lucky()) bytes.write(offset + at, write.bytes.subarray(at, next));
          at = next;
        }
      }
      files.set(path, bytes.content());
    }
    return files;
  }

  #begin(call: string): TracedEvent | undefined {
    const name = /^(\w+)\(/.exec(call)?.[1];
    switch (name) {
      case 'openat': {
        const path = plain(/^openat\([^,]+, "([^"]*)"/.exec(call)?.[1] ?? '');
        if (/O_TRUNC/.test(call) && this.#isOurs(path)) this.#file(path).pending.push({ truncate: 0 });
        if (/O_CREAT/.test(call) && this.#isOurs(path)) this.#file(path);
        return undefined;
      }
      case 'pwrite64': {
        const path = descriptor(call);
        if (!this.#isOurs(path)) return undefined;
        const match = /"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?, \d+, (\d+)/.exec(call);
        if (match === null || match[2] !== undefined)
          throw new Error(`not understood: ${call.slice(0, 200)}`);
        this.#file(path).pending.push({ offset: Number(match[3]), bytes: readBytes(match[1] ?? '') });
        return undefined;
      }
      case 'ftruncate': {
        const path = descriptor(call);
        const length = Number(/, (\d+)\)/.exec(call)?.[1]);
        if (this.#isOurs(path)) this.#file(path).pending.push({ truncate: length });
        return undefined;
      }
      case 'unlink': {
        const path = plain(/^unlink\("([^"]*)"/.exec(call)?.[1] ?? '');
        this.#files.delete(path);
        return undefined;
      }
      case 'write':
      case 'writev':
      case 'sendto':
      case 'sendmsg': {
        const path = descriptor(call);
        if (this.#isOurs(path)) throw new Error(`not understood: ${call.slice(0, 200)}`);
        const bytes = Buffer.concat(
          [...call.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((match) => readBytes(match[1] ?? '')),
        );
        if (/^(socket|TCP)/.test(path)) return { kind: 'sent', bytes };
        return { kind: 'said', text: bytes.toString('utf8') };
      }
      case 'pwritev':
      case 'rename':
        if (call.includes(this.#directory)) throw new Error(`not understood: ${call.slice(0, 200)}`);
        return undefined;
      default:
        return undefined;
    }
  }

  #sync(call: string): TracedEvent | undefined {
    const path = descriptor(call);
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    const finish = (): void => {
      const bytes = new GrowingBytes(file.durable);
      for (const write of file.pending) {
        if ('truncate' in write) bytes.resize(write.truncate);
        else bytes.write(write.offset, write.bytes);
      }
      file.durable = bytes.content();
      file.pending = [];
      this.#syncs += 1;
    };
    return { kind: 'syncing', finish };
  }

  #isOurs(path: string): boolean {
    // The shared memory beside the log is rebuilt by whoever opens the file next.
    return path.startsWith(this.#directory) && !path.endsWith('-shm');
  }

  #file(path: string): TracedFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = { durable: Buffer.alloc(0), pending: [] };
      this.#files.set(path, file);
    }
    return file;
  }
}

function isSync(call: string): boolean {
  return call.startsWith('fsync(') || call.startsWith('fdatasync(');
}

/** The path behind the first descriptor: `pwrite64(23</tmp/outbox.db>, …`. */
function descriptor(call: string): string {
  return plain(/^\w+\(\d+<([^>]*)>/.exec(call)?.[1] ?? '');
}

function plain(text: string): string {
  return text.includes('\\x') ? readBytes(text).toString('utf8') : text;
}

function readBytes(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
}

/** A copy that can be written to anywhere; what lies between is zero. */
class GrowingBytes {
  #bytes: Buffer;
  #length: number;

  constructor(start: Buffer) {
    this.#bytes = Buffer.concat([start, Buffer.alloc(65_536)]);
    this.#length = start.length;
  }

  write(offset: number, piece: Buffer): void {
    this.#reach(offset + piece.length);
    piece.copy(this.#bytes, offset);
  }

  resize(length: number): void {
    if (length < this.#length) this.#bytes.fill(0, length, this.#length);
    this.#reach(length);
    this.#length = length;
  }

  content(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reach(length: number): void {
    if (length > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(length * 2 - this.#bytes.length)]);
    this.#length = Math.max(this.#length, length);
  }
}
