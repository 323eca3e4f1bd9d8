/**
 * Characters that word processors, telephones and web pages put where a keyboard would have put a plain one, and the
 * plain one. A replacement is in GSM-7 and reads the same: what would change the meaning is not here (² would make 102
 * of 10², ° has no sign that stands for it).
 *
 * Compared with Unicode's own list of confusable characters this one is short on purpose: a person sees each change.
 */

export type TypographyName =
  | 'curly-quote'
  | 'angle-quote'
  | 'backtick'
  | 'prime'
  | 'apostrophe'
  | 'dash'
  | 'hyphen'
  | 'minus'
  | 'ellipsis'
  | 'bullet'
  | 'tab'
  | 'line-separator'
  | 'slash'
  | 'arrow'
  | 'trademark'
  | 'mathematical-sign'
  | 'doubled-mark'
  | 'abbreviation'
  | 'look-alike'
  | 'ligature';

export interface Typography {
  readonly name: TypographyName;
  readonly replacement: string;
}

const groups: readonly (readonly [TypographyName, replacement: string, characters: string])[] = [
  // 91 to 97: where Windows-1252 was read as Latin-1, its quotes and dashes are control characters.
  ['curly-quote', "'", '‘’‚‛❛❜\u0091\u0092'],
  ['curly-quote', '"', '“”„‟❝❞〝〞〟\u0093\u0094'],
  ['angle-quote', "'", '‹›'],
  ['angle-quote', '"', '«»'],
  ['backtick', "'", '`´'],
  ['prime', "'", '′‵'],
  ['prime', '"', '″‶'],
  ['prime', "'''", '‴‷'],
  ['apostrophe', "'", 'ʹʻʼʽˈˊˋ՚'],
  ['hyphen', '-', '‐‑﹣⁃'],
  ['dash', '-', '‒–—―﹘\u0096\u0097'],
  ['minus', '-', '−'],
  ['ellipsis', '...', '…'],
  ['ellipsis', '..', '‥'],
  ['bullet', '-', '•‣◦∙·▪▫●○\u0095'],
  ['tab', ' ', '\t'],
  ['line-separator', '\n', '\u000b\u2028\u2029'],
  ['slash', '/', '⁄∕'],
  ['arrow', '->', '→⟶➔➜'],
  ['arrow', '<-', '←⟵'],
  ['arrow', '<->', '↔'],
  ['arrow', '=>', '⇒'],
  ['arrow', '<=>', '⇔'],
  ['trademark', '(TM)', '™'],
  ['trademark', '(SM)', '℠'],
  ['trademark', '(R)', '®'],
  ['trademark', '(c)', '©'],
  ['mathematical-sign', 'x', '×✕'],
  ['mathematical-sign', '/', '÷'],
  ['mathematical-sign', '+/-', '±'],
  ['mathematical-sign', '<=', '≤'],
  ['mathematical-sign', '>=', '≥'],
  ['mathematical-sign', '~', '≈∼'],
  ['mathematical-sign', '*', '∗'],
  ['doubled-mark', '!!', '‼'],
  ['doubled-mark', '??', '⁇'],
  ['doubled-mark', '?!', '⁈'],
  ['doubled-mark', '!?', '⁉'],
  ['abbreviation', 'No.', '№'],
  ['abbreviation', 'c/o', '℅'],
  // Drawn the same as a Greek capital that GSM-7 has.
  ['look-alike', 'Δ', '∆'],
  ['look-alike', 'Σ', '∑'],
  ['look-alike', 'Π', '∏'],
  ['look-alike', '|', '∣'],
  ['ligature', 'oe', 'œ'],
  ['ligature', 'OE', 'Œ'],
  // The Afrikaans article as one character; Unicode advises against it.
  ['ligature', "'n", 'ŉ'],
];

const table: ReadonlyMap<string, Typography> = new Map(
  groups.flatMap(([name, replacement, characters]) =>
    [...characters].map((character) => [character, { name, replacement }] as const),
  ),
);

/** The plain characters for one of these; undefined for any other. */
export function plainTypography(character: string): Typography | undefined {
  return table.get(character);
}
