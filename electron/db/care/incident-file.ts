/** What happened to the outbox, until a person has read it: in a file beside it, since it may be about the database. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Incident } from '../../../shared/domain/data-care.ts';

const fileName = 'incident.json';

/** Undefined when there is none, or it cannot be read. */
export function readIncident(directory: string): Incident | undefined {
  try {
    const stored = JSON.parse(readFileSync(join(directory, fileName), 'utf8')) as Incident;
    return ['salvaged', 'missing', 'older-file'].includes(stored.kind) ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Best effort: that it can be told twice is worth less than starting. */
export function writeIncident(directory: string, incident: Incident): void {
  writeFileSync(join(directory, fileName), JSON.stringify(incident), { mode: 0o600 });
}

export function forgetIncident(directory: string): void {
  rmSync(join(directory, fileName), { force: true });
}
