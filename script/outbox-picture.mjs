/**
 * Draws the states of a text from the table that the program obeys (electron/core/outbox/state.ts) into docs/outbox.md.
 *
 *     script/node script/outbox-picture.mjs            compares; ends with 1 when the document is out of date
 *     script/node script/outbox-picture.mjs --write    brings it up to date
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isFinal, transitions } from '../electron/core/outbox/state.ts';

const file = fileURLToPath(new URL('../docs/outbox.md', import.meta.url));
const begin =
  '<!-- Drawn by script/outbox-picture.mjs from electron/core/outbox/state.ts: change the table, not this. -->';
const end = '<!-- End of what is drawn. -->';

function picture() {
  const lines = ['```mermaid', 'stateDiagram-v2', '  [*] --> queued: submit'];
  for (const [from, row] of Object.entries(transitions)) {
    // Events that lead to the same state share an arrow.
    const arrows = new Map();
    for (const [event, to] of Object.entries(row)) arrows.set(to, [...(arrows.get(to) ?? []), event]);
    for (const [to, events] of arrows) lines.push(`  ${from} --> ${to}: ${events.join(', ')}`);
  }
  for (const state of Object.keys(transitions)) if (isFinal(state)) lines.push(`  ${state} --> [*]`);
  return [...lines, '```'].join('\n');
}

const document = readFileSync(file, 'utf8');
const from = document.indexOf(begin);
const to = document.indexOf(end);
if (from === -1 || to === -1) throw new Error(`docs/outbox.md has no place for the picture: ${begin}`);
const wanted = `${document.slice(0, from)}${begin}\n${picture()}\n${document.slice(to)}`;
if (process.argv.includes('--write')) writeFileSync(file, wanted);
else if (wanted !== document) {
  console.error('docs/outbox.md is out of date. Run: script/node script/outbox-picture.mjs --write');
  process.exitCode = 1;
}
