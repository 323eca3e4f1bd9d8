/** Which characters a file is written in, and what separates its columns: spreadsheets write all of these. */
import type { FileHandle } from 'node:fs/promises';
import type { ListShape } from '../../../core/ports.ts';

type Encoding = ListShape['encoding'];

/**
 * A byte order mark says it; without one, a file that is UTF-8 from end to end is UTF-8, one that is half NULs is UTF-16, and
 * everything else is what Windows writes in Western Europe. The whole file is looked at: an accent may come late.
 * @param breathe called between pieces
 */
export async function detectEncoding(file: FileHandle, breathe: () => Promise<void>): Promise<Encoding> {
  const piece = Buffer.alloc(256 * 1024);
  const { bytesRead } = await file.read(piece, 0, piece.length, 0);
  const start = piece.subarray(0, bytesRead);
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const nulls = [0, 0];
  for (const [index, byte] of start.subarray(0, 4096).entries()) {
    if (byte === 0) nulls[index % 2] = (nulls[index % 2] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = nulls;
  const half = Math.min(start.length, 4096) / 2;
  if (odd > half * 0.4 && odd > even * 4) return 'utf-16le';
  if (even > half * 0.4 && even > odd * 4) return 'utf-16be';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; ; ) {
      const { bytesRead: read } = await file.read(piece, 0, piece.length, at);
      decoder.decode(piece.subarray(0, read), { stream: read > 0 });
      if (read === 0) return 'utf-8';
      at += read;
      await breathe();
    }
  } catch (error) {
    // What a decoder throws for a byte that is none of UTF-8's; everything else is somebody else's.
    if ((error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'windows-1252';
    throw error;
  }
}

const delimiters = [',', ';', '\t', '|'] as const;

/** The one that cuts most of the first lines into the same number of columns; a comma when none does. */
export function detectDelimiter(start: string): ListShape['delimiter'] {
  const lines = start
    .replace(/"(?:[^"]|"")*"/g, 'x')
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, 50);
  let best: ListShape['delimiter'] = ',';
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const first = counts[0] ?? 0;
    if (first === 0) continue;
    const alike = counts.filter((count) => count === first).length / counts.length;
    const score = alike * 100 + Math.min(first, 20);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}
