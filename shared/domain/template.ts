/**
 * Words with gaps in them. Three kinds of gap, written as the people who send for public bodies know them from GOV.UK Notify
 * (https://www.notifications.service.gov.uk/using-notify/personalisation):
 *
 * - `((name))` is replaced by a value;
 * - `((name|there))` by a value, or by what stands behind the bar where there is none;
 * - `((late??Your payment is late.))` stays, without its brackets, where *late* says yes, and goes otherwise.
 *
 * What looks almost like a gap, `((` that is never closed or a gap without a name, is ordinary text.
 */

/** One stretch of a template. `from` and `to` are offsets in UTF-16 units: the stretch in the template's own words. */
export type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string; readonly from: number; readonly to: number }
  | {
      readonly kind: 'gap';
      readonly name: string;
      /** What stands there without a value; undefined: a value is needed. */
      readonly otherwise: string | undefined;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'condition';
      readonly name: string;
      readonly text: string;
      readonly from: number;
      readonly to: number;
    };

/** Longest name of a gap, in UTF-16 units: a column's title, not a paragraph. */
export const maxGapNameUnits = 60;

const gapPattern = /\(\(((?:(?!\(\(|\)\)).)+)\)\)/gsu;

/** The pieces of a template in order; their stretches follow each other without holes. */
export function parseTemplate(template: string): TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let end = 0;
  const text = (to: number): void => {
    if (to > end) pieces.push({ kind: 'text', text: template.slice(end, to), from: end, to });
  };
  for (const match of template.matchAll(gapPattern)) {
    const gap = readGap(match[1] ?? '');
    if (gap === undefined) continue;
    text(match.index);
    end = match.index + match[0].length;
    pieces.push({ ...gap, from: match.index, to: end });
  }
  text(template.length);
  return pieces;
}

type Gap =
  | Omit<Extract<TemplatePiece, { kind: 'gap' }>, 'from' | 'to'>
  | Omit<Extract<TemplatePiece, { kind: 'condition' }>, 'from' | 'to'>;

function readGap(inside: string): Gap | undefined {
  const condition = inside.indexOf('??');
  const bar = inside.indexOf('|');
  const isCondition = condition !== -1 && (bar === -1 || condition < bar);
  const nameEnd = isCondition ? condition : bar === -1 ? inside.length : bar;
  const name = inside.slice(0, nameEnd).trim();
  if (name === '' || name.length > maxGapNameUnits || /[\r\n]/.test(name)) return undefined;
  if (isCondition) return { kind: 'condition', name, text: inside.slice(condition + 2) };
  return { kind: 'gap', name, otherwise: bar === -1 ? undefined : inside.slice(bar + 1) };
}

/** How names are compared: *First name*, *first_name* and *firstname* are one gap, and one column of a list. */
export function gapKey(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/gu, '');
}

/** The names of all gaps, each once, as first written. */
export function gapNames(template: string): string[] {
  const names = new Map<string, string>();
  for (const piece of parseTemplate(template)) {
    if (piece.kind !== 'text' && !names.has(gapKey(piece.name))) names.set(gapKey(piece.name), piece.name);
  }
  return [...names.values()];
}

/** Answers that mean yes to a condition, in the languages of the windows. Anything else, and nothing, means no. */
const yes: ReadonlySet<string> = new Set([
  'yes',
  'y',
  'true',
  '1',
  'x',
  'oui',
  'sim',
  'نعم',
  'ja',
  'sí',
  'si',
]);

export interface FilledTemplate {
  readonly text: string;
  /** Gaps that need a value and have none, as written; they still stand in the text. */
  readonly missing: readonly string[];
}

/** Fills the gaps. @param values by `gapKey`; what is only white space counts as no value */
export function fillTemplate(template: string, values: ReadonlyMap<string, string>): FilledTemplate {
  let text = '';
  const missing = new Map<string, string>();
  for (const piece of parseTemplate(template)) {
    const value = piece.kind === 'text' ? '' : (values.get(gapKey(piece.name)) ?? '').trim();
    if (piece.kind === 'text') text += piece.text;
    else if (piece.kind === 'condition') text += yes.has(value.toLowerCase()) ? piece.text : '';
    else if (value !== '') text += value;
    else if (piece.otherwise !== undefined) text += piece.otherwise;
    else {
      const key = gapKey(piece.name);
      missing.set(key, missing.get(key) ?? piece.name);
      text += template.slice(piece.from, piece.to);
    }
  }
  return { text, missing: [...missing.values()] };
}
