/**
 * Reads SQLite's write-ahead log as far as it is whole. SQLite itself stops silently at the first frame whose checksum is
 * wrong: what was committed after it is gone without a word, and a text whose claim stood there would go out again. So after
 * an unclean end the log is walked once before it is opened.
 * https://www.sqlite.org/fileformat2.html#walformat
 */
import { readFileSync } from 'node:fs';

export interface LogReading {
  /** Page number → content, as of the last commit that can be read. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
  readonly pageSize: number;
  /** A commit stands behind a place that cannot be read, or the log as a whole is none. */
  readonly broken: boolean;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
const magic = 0x377f0682;

/** @throws the file system's error */
export function readLog(path: string): LogReading {
  const content = readFileSync(path);
  const none = { pages: new Map<number, Uint8Array>(), pageSize: 4096 };
  // A log that was emptied by a checkpoint is whole.
  if (content.length === 0) return { ...none, broken: false };
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (content.length < headerBytes || (view.getUint32(0) & ~1) >>> 0 !== magic)
    return { ...none, broken: true };
  const littleEndian = (view.getUint32(0) & 1) === 0;
  const pageSize = view.getUint32(8);
  const sum = new Checksum(view, littleEndian);
  sum.add(0, 24);
  if (!isPageSize(pageSize) || !sum.equals(view.getUint32(24), view.getUint32(28))) {
    return { ...none, broken: true };
  }
  const saltOne = view.getUint32(16);
  const saltTwo = view.getUint32(20);
  const pages = new Map<number, Uint8Array>();
  let uncommitted = new Map<number, Uint8Array>();
  let whole = true;
  let broken = false;
  const frameBytes = frameHeaderBytes + pageSize;
  for (let at = headerBytes; at + frameBytes <= content.length; at += frameBytes) {
    const isOurs = view.getUint32(at + 8) === saltOne && view.getUint32(at + 12) === saltTwo;
    const commits = view.getUint32(at + 4) !== 0;
    if (whole) {
      // A frame of an earlier round of the log: this is where the present one ends.
      if (!isOurs) whole = false;
      else {
        sum.add(at, 8);
        sum.add(at + frameHeaderBytes, pageSize);
        whole = sum.equals(view.getUint32(at + 16), view.getUint32(at + 20));
      }
      if (whole) {
        uncommitted.set(
          view.getUint32(at),
          content.subarray(at + frameHeaderBytes, at + frameHeaderBytes + pageSize),
        );
        if (commits) {
          for (const [number, page] of uncommitted) pages.set(number, page);
          uncommitted = new Map();
        }
        continue;
      }
      // The frame itself may be the commit that cannot be read.
    }
    if (isOurs && commits) {
      broken = true;
      break;
    }
  }
  return { pages, pageSize, broken };
}

/** True also when the log cannot be read at all. */
export function logIsBroken(path: string): boolean {
  try {
    return readLog(path).broken;
  } catch {
    return true;
  }
}

export function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;
}

/** https://www.sqlite.org/fileformat2.html#checksum_algorithm */
class Checksum {
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #one = 0;
  #two = 0;

  constructor(view: DataView, littleEndian: boolean) {
    this.#view = view;
    this.#littleEndian = littleEndian;
  }

  add(from: number, length: number): void {
    for (let at = from; at < from + length; at += 8) {
      this.#one = (this.#one + this.#view.getUint32(at, this.#littleEndian) + this.#two) | 0;
      this.#two = (this.#two + this.#view.getUint32(at + 4, this.#littleEndian) + this.#one) | 0;
    }
  }

  equals(one: number, two: number): boolean {
    return this.#one >>> 0 === one && this.#two >>> 0 === two;
  }
}
