/**
 * The lines of an answer of Developers' Central: `ID: …` or `ERR: nnn, …`, with `To: …` behind when there were several
 * recipients. Documented on one line and seen on one each; in the wild also in other letter cases and with a line break
 * at the end.
 */
import type { WordedError } from '../answer.ts';
import { oneLine } from '../server-words.ts';
import { internationalDigits } from './platform-request.ts';

export type AnswerLine =
  | { readonly kind: 'id'; readonly id: string; readonly to: string | undefined }
  | { readonly kind: 'error'; readonly error: WordedError; readonly to: string | undefined };

/**
 * Reads an answer as verdicts, whole or not at all: text in front of the first verdict, or a verdict that is not as
 * documented, and none of it counts, because then it is not known what speaks. (32 hexadecimal digits are an id and
 * three are an error number: anything shorter has been cut off.)
 */
export function readLines(text: string): readonly AnswerLine[] | undefined {
  const answer = text.trim();
  const starts = [...answer.matchAll(/(?<=^|\s)(ID|ERR):/gi)];
  if (starts.length === 0 || starts[0]?.index !== 0) return undefined;
  const lines: AnswerLine[] = [];
  for (const [position, start] of starts.entries()) {
    const content = answer
      .slice(start.index + start[0].length, starts[position + 1]?.index ?? answer.length)
      .trim();
    const line = start[1]?.toUpperCase() === 'ID' ? readId(content) : readError(content);
    if (line === undefined) return undefined;
    lines.push(line);
  }
  return lines;
}

function readId(content: string): AnswerLine | undefined {
  const match = /^([0-9a-f]{32})(?:\s+To:\s*(\+?\d[\d ().-]*))?$/i.exec(content);
  const id = match?.[1];
  return id === undefined ? undefined : { kind: 'id', id, to: numberIn(match?.[2]) };
}

function readError(content: string): AnswerLine | undefined {
  const match = /^(\d{3})\b\s*,?\s*(.*?)(?:\s*\bTo:\s*(\+?\d[\d ().-]*))?$/is.exec(content);
  const code = match?.[1];
  if (code === undefined) return undefined;
  return {
    kind: 'error',
    error: { code, text: oneLine(match?.[2] ?? '') || `error ${code}` },
    to: numberIn(match?.[3]),
  };
}

function numberIn(to: string | undefined): string | undefined {
  return to === undefined ? undefined : internationalDigits(to);
}

/** `OK: …` as it answers `auth`, `ping` and `routeCoverage`; undefined when it is not that. */
export function readOk(text: string): string | undefined {
  const match = /^\s*OK:?[ \t]*(.*?)\s*$/is.exec(text);
  return match === null ? undefined : (match[1] ?? '');
}

/** The error that is all an answer says. Route coverage words one without a number. */
export function readOnlyError(text: string): WordedError | undefined {
  const match = /^\s*ERR:\s*(?:(\d{3})\b\s*,?\s*)?(.*?)\s*$/is.exec(text);
  if (match === null) return undefined;
  const words = oneLine(match[2] ?? '');
  if (match[1] === undefined && words === '') return undefined;
  return { code: match[1], text: words || `error ${match[1] ?? ''}` };
}

/** A named value as the questions are answered: `Status: 004`, `Credit: 12.50`. Names in any case. */
export function readNamed(text: string, name: RegExp): string | undefined {
  const pattern = new RegExp(`(?<=^|\\s)${name.source}:\\s*([^\\s,]+)`, 'i');
  return pattern.exec(text)?.[1];
}
