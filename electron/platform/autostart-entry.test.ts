import { expect, test } from 'vitest';
import { autostartEntry } from './autostart-entry.ts';

test('an ordinary path is quoted and starts hidden', () => {
  expect(autostartEntry(['/opt/Outtray/outtray'])).toContain('\nExec="/opt/Outtray/outtray" --hidden\n');
});

test('spaces, quotes, dollars, percent signs and backslashes do not end the argument', () => {
  const entry = autostartEntry(['/opt/a b"c$d%e\\f`g']);
  expect(entry).toContain('Exec="/opt/a b\\\\"c\\\\$d%%e\\\\\\\\f\\\\`g" --hidden');
});
