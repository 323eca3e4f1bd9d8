/**
 * The log: one JSON object a line, swept of keys, numbers and texts, in files that rotate by size. Never throws: a
 * full disk must not stop a text because a line about it could not be written.
 */
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { sweep } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

const rotateBytes = 1_000_000;
const keptFiles = 4;
const longestValue = 500;

/** Keys whose values are texts of people, whatever they hold. */
const textKeys = new Set(['body', 'content', 'text', 'to', 'recipient', 'key']);

export interface LogTarget {
  write(line: string): void;
}

/** Shape of `core/ports.ts` Log. */
export class Logger {
  readonly #target: LogTarget;
  readonly #level: LogLevel;
  readonly #now: () => number;

  constructor(target: LogTarget, level: LogLevel = 'info', now: () => number = Date.now) {
    this.#target = target;
    this.#level = level;
    this.#now = now;
  }

  debug(event: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#write('debug', event, facts);
  }
  info(event: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#write('info', event, facts);
  }
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#write('warn', event, facts);
  }
  error(event: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#write('error', event, facts);
  }

  #write(level: LogLevel, event: string, facts: Readonly<Record<string, unknown>> = {}): void {
    if (rank[level] < rank[this.#level]) return;
    try {
      const line: Record<string, unknown> = {
        at: new Date(this.#now()).toISOString(),
        level,
        event: sweep(event),
      };
      for (const [name, value] of Object.entries(facts)) line[name] = safe(name, value);
      this.#target.write(JSON.stringify(line));
    } catch {
      // Nothing sensible is left to do: the log is the place where this would be said.
    }
  }
}

function safe(name: string, value: unknown): unknown {
  if (textKeys.has(name)) return `[${String(value).length} characters]`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
    return value;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return sweep(text).slice(0, longestValue);
}

/** Appends to a file; past a megabyte the file becomes `.1`, the older ones move up, the fifth goes. */
export function fileTarget(path: string): LogTarget {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return {
    write(line) {
      try {
        if (statSync(path).size > rotateBytes) rotate(path);
      } catch {
        // No file yet.
      }
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
    },
  };
}

function rotate(path: string): void {
  rmSync(`${path}.${keptFiles}`, { force: true });
  for (let number = keptFiles - 1; number >= 1; number -= 1) {
    try {
      renameSync(`${path}.${number}`, `${path}.${number + 1}`);
    } catch {
      // That number does not exist yet.
    }
  }
  renameSync(path, `${path}.1`);
}
