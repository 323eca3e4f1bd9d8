import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileTarget, Logger } from './logger.ts';
import { maskedNumber, neverLog, sweep } from './redact.ts';

describe('redaction', () => {
  test('a number keeps its country and its last four digits', () => {
    expect(maskedNumber('+27821234567')).toBe('+27•••••4567');
    expect(sweep('to 082 123 4567 and +44 (0)7700-900123')).not.toMatch(/\d{5}/);
  });

  test('any international number, anywhere in a line, in any writing, is masked', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[1-9]\d{8,13}$/),
        fc.constantFrom('', ' ', '-', '.'),
        fc.constantFrom('', '+', '00'),
        fc.lorem(),
        (digits, separator, plus, words) => {
          const written = `${words} ${plus}${digits.match(/.{1,3}/g)?.join(separator)} ${words}`;
          expect(sweep(written).replaceAll(/\D/g, '')).not.toContain(digits);
        },
      ),
    );
  });

  test('credentials in headers, queries and JSON', () => {
    expect(sweep('GET /messages/http/send?apiKey=Secr3t==&to=1')).not.toContain('Secr3t');
    expect(sweep('{"authorization":"Secr3t-key=="}')).not.toContain('Secr3t');
    expect(sweep('Authorization: Secr3t')).not.toContain('Secr3t');
  });

  test('a key that is known is never written, wherever it stands', () => {
    const forget = neverLog('VsbQ0a1-b2_c3d4e5f6g7Q==');
    expect(sweep('error: VsbQ0a1-b2_c3d4e5f6g7Q== was refused')).toBe('error: [key] was refused');
    forget();
  });
});

describe('the log', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'outtray-log-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('texts become lengths, errors are swept', () => {
    const lines: string[] = [];
    const log = new Logger({ write: (line) => lines.push(line) }, 'info', () => 0);
    log.info('sent', {
      body: 'Your appointment is at nine',
      to: '+27821234567',
      error: 'no route to +27821234567',
      parts: 2,
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('appointment');
    expect(lines[0]).not.toContain('1234567');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      level: 'info',
      event: 'sent',
      parts: 2,
    });
  });

  test('a target that fails, or a fact that cannot be written, never throws', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const log = new Logger({
      write() {
        throw new Error('disk full');
      },
    });
    expect(() => log.error('x', { circular })).not.toThrow();
  });

  test('rotates and keeps five files', () => {
    const target = fileTarget(join(directory, 'outtray.log'));
    const line = 'x'.repeat(100_000);
    for (let count = 0; count < 80; count += 1) target.write(line);
    const files = readdirSync(directory);
    expect(files.sort()).toEqual([
      'outtray.log',
      'outtray.log.1',
      'outtray.log.2',
      'outtray.log.3',
      'outtray.log.4',
    ]);
    for (const file of files) expect(statSync(join(directory, file)).size).toBeLessThan(1_200_000);
    expect(readFileSync(join(directory, 'outtray.log'), 'utf8').endsWith('\n')).toBe(true);
    if (process.platform !== 'win32') expect(statSync(join(directory, 'outtray.log')).mode & 0o077).toBe(0);
  });
});
