/**
 * The `.outtray` file: an outbox with its settings on the way to another computer, under the office's passphrase
 * (docs/adr/0026). No key is in it.
 *
 *     "OUTTRAY" 0x01 | header length u32 | header, JSON | segment … segment
 *
 * A segment is up to 65,536 bytes under AES-256-GCM with its tag. Its nonce is seven random bytes of the file, its number
 * (u32) and whether it is the last one (u8), so that none can be left out, moved or cut off; everything before the first
 * segment is authenticated with each of them. What is inside: manifest length u32 | manifest, JSON | the database.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import * as v from 'valibot';
import { shortestPassphrase } from '../../shared/domain/data-care.ts';
import { type Progress, unwatched } from '../db/care/progress.ts';

/** Wrong passphrase, cut off, or changed: an archive cannot tell which, and must not. */
export class ArchiveUnreadable extends Error {
  override readonly name = 'ArchiveUnreadable';
}
/** Not a file of ours. */
export class NotAnArchive extends Error {
  override readonly name = 'NotAnArchive';
}
export class ArchiveFromFuture extends Error {
  override readonly name = 'ArchiveFromFuture';
}
export class PassphraseTooShort extends Error {
  override readonly name = 'PassphraseTooShort';
}

const magic = Buffer.from('OUTTRAY', 'ascii');
const formatVersion = 1;
const segmentBytes = 65_536;
const tagBytes = 16;
const longestHeader = 4_096;
const longestManifest = 1_000_000;
/** Between two looks at whether somebody still wants it: 4 MiB. */
const segmentsPerLook = 64;
/** 128 MiB and about half a second for each guess. https://www.rfc-editor.org/rfc/rfc7914 */
const usualCost = { n: 131_072, r: 8, p: 1 } as const;

const base64 = (bytes: number) =>
  v.pipe(
    v.string(),
    v.base64(),
    v.transform((text) => Buffer.from(text, 'base64')),
    v.check((buffer) => buffer.length === bytes),
  );
const headerSchema = v.object({
  cipher: v.literal('aes-256-gcm'),
  kdf: v.literal('scrypt'),
  // Bounded: a foreign file must not make us work for hours.
  n: v.pipe(v.number(), v.integer(), v.minValue(16_384), v.maxValue(1_048_576)),
  r: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16)),
  p: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
  salt: base64(32),
  nonce: base64(7),
});

const manifestSchema = v.object({
  /** ms UTC. */
  madeAt: v.number(),
  /** Of the program that made it. */
  version: v.string(),
  settings: v.unknown(),
  databaseBytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type Manifest = v.InferOutput<typeof manifestSchema>;

function keyFrom(
  passphrase: string,
  salt: Uint8Array,
  { n, r, p }: { n: number; r: number; p: number },
): Buffer {
  // The same words typed on another keyboard may come as other code points.
  const words = Buffer.from(passphrase.normalize('NFKC'), 'utf8');
  return scryptSync(words, salt, 32, { N: n, r, p, maxmem: 256 * n * r });
}

function nonceOf(prefix: Uint8Array, number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.set(prefix, 0);
  nonce.writeUInt32BE(number, 7);
  nonce.writeUInt8(last ? 1 : 0, 11);
  return nonce;
}

/**
 * @param database a finished copy without keys
 * @param options `cost` of guessing: tests take less
 * @throws PassphraseTooShort, or the disk's error; `target` is then not there, or the one from before
 */
export function writeArchive(
  database: string,
  manifest: Omit<Manifest, 'databaseBytes'>,
  passphrase: string,
  target: string,
  {
    cost = usualCost,
    progress = unwatched,
  }: {
    readonly cost?: { readonly n: number; readonly r: number; readonly p: number };
    readonly progress?: Progress;
  } = {},
): void {
  if ([...passphrase].length < shortestPassphrase) throw new PassphraseTooShort();
  const salt = randomBytes(32);
  const prefix = randomBytes(7);
  const header = Buffer.from(
    JSON.stringify({
      cipher: 'aes-256-gcm',
      kdf: 'scrypt',
      ...cost,
      salt: salt.toString('base64'),
      nonce: prefix.toString('base64'),
    }),
  );
  const preamble = Buffer.concat([magic, Buffer.from([formatVersion]), unsigned(header.length), header]);
  const key = keyFrom(passphrase, salt, cost);
  const temporary = `${target}.part`;
  const source = openSync(database, 'r');
  try {
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeAll(file, preamble);
      const databaseBytes = fstatSync(source).size;
      const inside = Buffer.from(JSON.stringify({ ...manifest, databaseBytes }));
      let pending = Buffer.concat([unsigned(inside.length), inside]);
      const total = pending.length + databaseBytes;
      const segments = Math.max(1, Math.ceil(total / segmentBytes));
      for (let number = 0; number < segments; number += 1) {
        if (number % segmentsPerLook === 0) progress('locking', number / segments);
        const length = Math.min(segmentBytes, total - number * segmentBytes);
        const plain = Buffer.alloc(length);
        const carried = pending.copy(plain);
        pending = pending.subarray(carried);
        readAll(source, plain, carried);
        const cipher = createCipheriv('aes-256-gcm', key, nonceOf(prefix, number, number === segments - 1));
        cipher.setAAD(preamble);
        writeAll(file, Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
      }
      fsyncSync(file);
      progress('locking', 1);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    key.fill(0);
    closeSync(source);
  }
}

/**
 * Writes the database of an archive to `database`. Nothing of it may be used before this has returned.
 * @throws NotAnArchive, ArchiveFromFuture, ArchiveUnreadable, or the disk's error; `database` is then not there
 */
export function readArchive(
  archive: string,
  passphrase: string,
  database: string,
  progress: Progress = unwatched,
): Manifest {
  const file = openSync(archive, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Buffer.alloc(12);
    if (size < 12) throw new NotAnArchive();
    readAt(file, start, 0);
    if (!start.subarray(0, 7).equals(magic)) throw new NotAnArchive();
    if ((start[7] ?? 0) > formatVersion) throw new ArchiveFromFuture();
    const headerBytes = start.readUInt32BE(8);
    if (start[7] !== formatVersion || headerBytes > longestHeader || 12 + headerBytes + tagBytes > size)
      throw new ArchiveUnreadable();
    const preamble = Buffer.alloc(12 + headerBytes);
    readAt(file, preamble, 0);
    const header = parse(headerSchema, preamble.subarray(12));
    const key = keyFrom(passphrase, header.salt, header);
    try {
      return decrypt(file, size, preamble, header.nonce, key, database, progress);
    } finally {
      key.fill(0);
    }
  } finally {
    closeSync(file);
  }
}

function decrypt(
  file: number,
  size: number,
  preamble: Buffer,
  prefix: Buffer,
  key: Buffer,
  database: string,
  progress: Progress,
): Manifest {
  const stride = segmentBytes + tagBytes;
  const segments = Math.ceil((size - preamble.length) / stride);
  const out = openSync(database, 'wx', 0o600);
  let finished = false;
  try {
    let inside = Buffer.alloc(0);
    let manifest: Manifest | undefined;
    let written = 0;
    for (let number = 0; number < segments; number += 1) {
      if (number % segmentsPerLook === 0) progress('unlocking', number / segments);
      const at = preamble.length + number * stride;
      const sealed = Buffer.alloc(Math.min(stride, size - at));
      if (sealed.length < tagBytes) throw new ArchiveUnreadable();
      readAt(file, sealed, at);
      let plain = open(sealed, key, nonceOf(prefix, number, number === segments - 1), preamble);
      if (manifest === undefined) {
        inside = Buffer.concat([inside, plain]);
        if (inside.length < 4) throw new ArchiveUnreadable();
        const length = inside.readUInt32BE(0);
        if (length > longestManifest) throw new ArchiveUnreadable();
        if (inside.length < 4 + length) continue;
        manifest = parse(manifestSchema, inside.subarray(4, 4 + length));
        plain = inside.subarray(4 + length);
      }
      writeAll(out, plain);
      written += plain.length;
    }
    if (manifest === undefined || written !== manifest.databaseBytes) throw new ArchiveUnreadable();
    fsyncSync(out);
    finished = true;
    return manifest;
  } finally {
    closeSync(out);
    if (!finished) rmSync(database, { force: true });
  }
}

function open(sealed: Buffer, key: Buffer, nonce: Buffer, preamble: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(preamble);
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    throw new ArchiveUnreadable();
  }
}

function parse<S extends v.GenericSchema>(schema: S, bytes: Buffer): v.InferOutput<S> {
  try {
    return v.parse(schema, JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new ArchiveUnreadable();
  }
}

function unsigned(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Fills `buffer` from `offset` on, from where the file stands. */
function readAll(file: number, buffer: Buffer, offset: number): void {
  for (let at = offset; at < buffer.length; ) {
    const read = readSync(file, buffer, at, buffer.length - at, null);
    if (read === 0) throw new Error('the copy became shorter while it was read');
    at += read;
  }
}

function readAt(file: number, buffer: Buffer, position: number): void {
  if (readSync(file, buffer, 0, buffer.length, position) !== buffer.length) throw new ArchiveUnreadable();
}
