import { expect, it } from 'vitest';
import { readPastedContact } from './pasted-contact.ts';

it.each([
  ['Ana Silva\t082 123 4567', 'Ana Silva', '082 123 4567'],
  ['082 123 4567\tAna Silva', 'Ana Silva', '082 123 4567'],
  ['Silva;Ana;+27 82 123 4567', 'Silva Ana', '+27 82 123 4567'],
  ['"Silva", "Ana", "0821234567"', 'Silva Ana', '0821234567'],
  ['Ana Silva 082 123 4567', 'Ana Silva', '082 123 4567'],
  ['Ana Silva: +27 (82) 123-4567', 'Ana Silva', '+27 (82) 123-4567'],
  ['Ana Silva <+27821234567>', 'Ana Silva', '+27821234567'],
  ['0821234567 Ana Silva', 'Ana Silva', '0821234567'],
  ['أنا سيلفا، ٠٨٢١٢٣٤٥٦٧', 'أنا سيلفا', '٠٨٢١٢٣٤٥٦٧'],
  ['Ana (Year 3) 0821234567', 'Ana (Year 3)', '0821234567'],
])('reads %j', (line, name, number) => {
  expect(readPastedContact(line)).toEqual({ name, number });
});

it.each(['', 'Ana Silva', '082 123 4567', 'Name\tNumber', 'House 12', ';;;', '\t082 123 4567'])(
  'does not guess at %j',
  (line) => {
    expect(readPastedContact(line)).toBeUndefined();
  },
);
