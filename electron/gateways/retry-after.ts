/** Nobody is made to wait longer than a day by a header; a person can resume before that. */
const longest = 24 * 60 * 60 * 1000;

/**
 * When a `Retry-After` header allows the next request, in ms UTC.
 *
 * Both forms of RFC 9110 §10.2.3: a number of seconds, or an HTTP date in one of its three spellings. A time in the
 * past is now, a time too far ahead is a day from now, anything else is undefined.
 *
 * @param value the header, or undefined when there was none
 * @param now ms UTC
 */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  const trimmed = value?.trim() ?? '';
  if (/^\d{1,15}$/.test(trimmed)) return now + Math.min(Number(trimmed) * 1000, longest);
  const date = readHttpDate(trimmed);
  if (date === undefined) return undefined;
  return Math.min(Math.max(date, now), now + longest);
}

/** `Date.parse` alone takes far too much for a date ("1", "x 5"), hence the shapes of RFC 9110 §5.6.7 first. */
const httpDateShapes = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]+, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
];
const asctimeShape = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

function readHttpDate(value: string): number | undefined {
  let text: string | undefined;
  if (httpDateShapes.some((shape) => shape.test(value))) text = value;
  else if (asctimeShape.test(value)) text = `${value} GMT`; // asctime carries no zone and means GMT
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
