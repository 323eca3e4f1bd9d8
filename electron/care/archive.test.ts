import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../db/care/progress.ts';
import {
  ArchiveFromFuture,
  ArchiveUnreadable,
  NotAnArchive,
  PassphraseTooShort,
  readArchive,
  writeArchive,
} from './archive.ts';

let directory: string;
const passphrase = 'correct horse — Zahnärztin';
/** A hundredth of the usual work. That the usual one is used as well is shown by `run-job.test.ts`. */
const quick = { n: 16_384, r: 1, p: 1 };
const manifest = { madeAt: 1_000, version: '0.1.0', settings: { country: 'ZA' } };
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-archive-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const at = (name: string): string => join(directory, name);

function made(bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  for (let index = 0; index < bytes; index += 1) content[index] = (index * 31) & 0xff;
  writeFileSync(at('copy.db'), content);
  writeArchive(at('copy.db'), manifest, passphrase, at('office.outtray'), { cost: quick });
  return content;
}

describe('an archive', () => {
  test('gives back what was put in, whatever its length', () => {
    for (const bytes of [0, 1, 65_000, 200_000]) {
      const content = made(bytes);
      rmSync(at('back.db'), { force: true });
      expect(readArchive(at('office.outtray'), passphrase, at('back.db'))).toEqual({
        ...manifest,
        databaseBytes: bytes,
      });
      expect(readFileSync(at('back.db')).equals(content)).toBe(true);
    }
  });

  test('whose last segment is exactly full can be read as well', () => {
    const inside = JSON.stringify({ ...manifest, databaseBytes: 65_000 }).length + 4;
    const content = made(65_536 - inside);
    readArchive(at('office.outtray'), passphrase, at('back.db'));
    expect(readFileSync(at('back.db')).equals(content)).toBe(true);
  });

  test('shows nothing of what is inside, and is readable by the user alone', () => {
    writeFileSync(at('copy.db'), 'the words of a text '.repeat(100));
    writeArchive(at('copy.db'), manifest, passphrase, at('office.outtray'), { cost: quick });
    expect(readFileSync(at('office.outtray')).includes('the words')).toBe(false);
    expect(readFileSync(at('office.outtray')).includes('country')).toBe(false);
  });

  test('the same words on another keyboard open it', () => {
    made(10);
    expect(() => readArchive(at('office.outtray'), passphrase.normalize('NFD'), at('back.db'))).not.toThrow();
  });

  test('a wrong passphrase opens nothing and leaves nothing', () => {
    made(100_000);
    expect(() => readArchive(at('office.outtray'), `${passphrase} `, at('back.db'))).toThrow(
      ArchiveUnreadable,
    );
    expect(existsSync(at('back.db'))).toBe(false);
  });

  test('cut off, lengthened, swapped or changed anywhere: refused, and nothing is left', () => {
    made(200_000);
    const good = readFileSync(at('office.outtray'));
    const stride = 65_536 + 16;
    const first = good.length - (Math.ceil(200_200 / 65_536) - 1) * stride;
    const start = 12 + good.readUInt32BE(8);
    const swapped = Buffer.concat([
      good.subarray(0, start),
      good.subarray(start + stride, start + 2 * stride),
      good.subarray(start, start + stride),
      good.subarray(start + 2 * stride),
    ]);
    expect(first).toBeGreaterThan(0);
    const bad: Record<string, Buffer> = {
      'one byte short': good.subarray(0, -1),
      'one segment short': good.subarray(0, start + 3 * stride),
      'two segments': good.subarray(0, start + 2 * stride),
      'the header alone': good.subarray(0, start),
      'half the header': good.subarray(0, 40),
      'bytes behind it': Buffer.concat([good, Buffer.from('more')]),
      'swapped segments': swapped,
    };
    for (const position of [20, start - 3, start + 5, start + stride + 5, good.length - 3]) {
      const flipped = Buffer.from(good);
      flipped[position] = (flipped[position] ?? 0) ^ 1;
      bad[`byte ${position}`] = flipped;
    }
    for (const [name, content] of Object.entries(bad)) {
      writeFileSync(at('bad.outtray'), content);
      expect(() => readArchive(at('bad.outtray'), passphrase, at('back.db')), name).toThrow(
        ArchiveUnreadable,
      );
      expect(existsSync(at('back.db')), name).toBe(false);
    }
  });

  test('a header that asks for hours of work is refused', () => {
    made(10);
    const good = readFileSync(at('office.outtray'));
    const start = 12 + good.readUInt32BE(8);
    const header = Buffer.from(good.subarray(12, start).toString().replace('"n":16384', '"n":67108864'));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(header.length);
    writeFileSync(
      at('bad.outtray'),
      Buffer.concat([good.subarray(0, 8), length, header, good.subarray(start)]),
    );
    expect(() => readArchive(at('bad.outtray'), passphrase, at('back.db'))).toThrow(ArchiveUnreadable);
  });

  test('another kind of file, and one of a later version, are named as such', () => {
    writeFileSync(at('letter.txt'), 'Dear patient, this is no archive.');
    expect(() => readArchive(at('letter.txt'), passphrase, at('back.db'))).toThrow(NotAnArchive);
    made(10);
    const later = readFileSync(at('office.outtray'));
    later[7] = 2;
    writeFileSync(at('later.outtray'), later);
    expect(() => readArchive(at('later.outtray'), passphrase, at('back.db'))).toThrow(ArchiveFromFuture);
  });

  test('a passphrase that is too short makes no archive', () => {
    writeFileSync(at('copy.db'), 'x');
    expect(() => writeArchive(at('copy.db'), manifest, 'short', at('office.outtray'))).toThrow(
      PassphraseTooShort,
    );
    expect(existsSync(at('office.outtray'))).toBe(false);
  });

  test('stopped at any step, nothing half-made is left', () => {
    made(200_000);
    const stopAt =
      (step: string): Progress =>
      (now) => {
        if (now === step) throw new Error('stopped');
      };
    rmSync(at('office.outtray'));
    const stopped = { cost: quick, progress: stopAt('locking') };
    expect(() => writeArchive(at('copy.db'), manifest, passphrase, at('office.outtray'), stopped)).toThrow(
      'stopped',
    );
    expect(readdirSync(directory)).toEqual(['copy.db']);
    made(200_000);
    expect(() => readArchive(at('office.outtray'), passphrase, at('back.db'), stopAt('unlocking'))).toThrow(
      'stopped',
    );
    expect(readdirSync(directory).sort()).toEqual(['copy.db', 'office.outtray']);
  });

  test('a disk that is full leaves the archive from before', () => {
    made(10);
    const before = readFileSync(at('office.outtray'));
    expect(() =>
      writeArchive(at('not-there.db'), manifest, passphrase, at('office.outtray'), { cost: quick }),
    ).toThrow('ENOENT');
    expect(readFileSync(at('office.outtray')).equals(before)).toBe(true);
    expect(existsSync(at('office.outtray.part'))).toBe(false);
  });
});
