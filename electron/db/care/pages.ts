/**
 * Reads rows out of the pages of a database file without its tree: leaf pages say themselves what they hold, so that rows
 * are found although the pages that lead to them are gone. Only for tables with an integer key.
 * https://www.sqlite.org/fileformat2.html#b_tree_pages
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { isPageSize, readLog } from './write-ahead-log.ts';

export type StoredValue = null | number | bigint | string | Uint8Array;
export interface FoundRow {
  readonly id: number;
  /** In the order of the table's columns. The key itself stands as null. */
  readonly values: readonly StoredValue[];
}

const tableLeaf = 13;
/** Pages of a chain that are followed for one row. Bodies need five. */
const longestChain = 64;

/** Every row of every leaf page that can be read, whatever table it belongs to. */
export function* rowsInPages(path: string): Generator<FoundRow> {
  const file = openSync(path, 'r');
  try {
    const log = existsSync(`${path}-wal`) ? readLogOrNothing(`${path}-wal`) : undefined;
    const header = Buffer.alloc(100);
    readSync(file, header, 0, 100, 0);
    const stored = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    const pageSize = isPageSize(stored) ? stored : 4096;
    const usable = pageSize - (isPageSize(stored) ? (header[20] ?? 0) : 0);
    const overlay = log?.pageSize === pageSize ? log.pages : new Map<number, Uint8Array>();
    const last = Math.max(Math.ceil(fstatSync(file).size / pageSize), ...overlay.keys());
    const read = (number: number): Buffer | undefined => {
      const newer = overlay.get(number);
      if (newer !== undefined) return Buffer.from(newer);
      if (number < 1 || number > last) return undefined;
      const page = Buffer.alloc(pageSize);
      return readSync(file, page, 0, pageSize, (number - 1) * pageSize) === pageSize ? page : undefined;
    };
    for (let number = 1; number <= last; number += 1) {
      const page = read(number);
      if (page === undefined) continue;
      const start = number === 1 ? 100 : 0;
      if (page[start] !== tableLeaf) continue;
      const cells = page.readUInt16BE(start + 3);
      for (let cell = 0; cell < cells && start + 10 + 2 * cell <= usable; cell += 1) {
        const row = readCell(page, page.readUInt16BE(start + 8 + 2 * cell), usable, read);
        if (row !== undefined) yield row;
      }
    }
  } finally {
    closeSync(file);
  }
}

function readLogOrNothing(path: string): ReturnType<typeof readLog> | undefined {
  try {
    return readLog(path);
  } catch {
    return undefined;
  }
}

function readCell(
  page: Buffer,
  at: number,
  usable: number,
  read: (number: number) => Buffer | undefined,
): FoundRow | undefined {
  try {
    const size = readVarint(page, at);
    const key = readVarint(page, size.next);
    const length = Number(size.value);
    // Nothing we store is near this; a number like that is damage.
    if (length > 4_000_000) return undefined;
    const payload = readPayload(page, key.next, length, usable, read);
    if (payload === undefined) return undefined;
    return { id: Number(BigInt.asIntN(64, key.value)), values: readRecord(payload) };
  } catch (error) {
    // Outside of the page: not a cell.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readPayload(
  page: Buffer,
  at: number,
  length: number,
  usable: number,
  read: (number: number) => Buffer | undefined,
): Buffer | undefined {
  const most = usable - 35;
  if (length <= most) return at + length <= usable ? page.subarray(at, at + length) : undefined;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((length - least) % (usable - 4));
  const local = fitting <= most ? fitting : least;
  const parts = [page.subarray(at, at + local)];
  let rest = length - local;
  let next = page.readUInt32BE(at + local);
  for (let hop = 0; rest > 0; hop += 1) {
    const overflow = hop < longestChain ? read(next) : undefined;
    if (overflow === undefined) return undefined;
    const taken = Math.min(rest, usable - 4);
    parts.push(overflow.subarray(4, 4 + taken));
    rest -= taken;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** https://www.sqlite.org/fileformat2.html#record_format */
function readRecord(payload: Buffer): StoredValue[] {
  const header = readVarint(payload, 0);
  const types: number[] = [];
  let at = header.next;
  while (at < Number(header.value)) {
    const type = readVarint(payload, at);
    types.push(Number(type.value));
    at = type.next;
  }
  if (at !== Number(header.value)) throw new RangeError('a record whose header does not end');
  const strict = new TextDecoder('utf-8', { fatal: true });
  return types.map((type) => {
    const from = at;
    if (type === 0) return null;
    if (type === 8 || type === 9) return type - 8;
    if (type <= 6) {
      const bytes = [0, 1, 2, 3, 4, 6, 8][type] ?? 0;
      at += bytes;
      return bytes === 8 ? smallest(payload.readBigInt64BE(from)) : payload.readIntBE(from, bytes);
    }
    if (type === 7) {
      at += 8;
      return payload.readDoubleBE(from);
    }
    if (type < 12) throw new RangeError('a type that does not exist');
    at += Math.floor((type - 12) / 2);
    if (at > payload.length) throw new RangeError('a value longer than its row');
    const bytes = payload.subarray(from, at);
    if (type % 2 === 0) return bytes;
    try {
      return strict.decode(bytes);
    } catch {
      throw new RangeError('a text that is none');
    }
  });
}

function smallest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readVarint(bytes: Buffer, at: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes.readUInt8(at + index);
    if (index === 8) return { value: (value << 8n) | BigInt(byte), next: at + 9 };
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  throw new RangeError('a number without an end');
}
