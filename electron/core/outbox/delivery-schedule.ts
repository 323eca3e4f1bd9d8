/**
 * When to ask what became of a text: 1, 5 and 30 minutes and 6 hours after Clickatell took it, then daily, for three days.
 * Most receipts come within the first minutes; a network that returns none is not asked for ever. Clickatell names no limit
 * for questions, so they are few and spread out.
 */
const minute = 60_000;
const day = 24 * 60 * minute;
const steps = [minute, 5 * minute, 30 * minute, 6 * 60 * minute, day, 2 * day, 3 * day];
/** After this nobody asks any more, and nothing is known: *No news*. */
export const askedFor = 3 * day;
/** A batch that was taken in one second is not asked about in one second. */
const spread = 0.2;

/** @returns the first question about a text, ms UTC. `from`: when it was taken, or when it was to be delivered. */
export function firstQuestionAt(from: number, random: number): number {
  return from + Math.round(minute * (1 + spread * random));
}

/**
 * The next question after one at `now`.
 * @param from when it was taken, or was to be delivered, ms UTC
 * @param random a number in [0, 1)
 * @returns ms UTC; undefined when the three days are over
 */
export function nextQuestionAt(from: number, now: number, random: number): number | undefined {
  const passed = now - from;
  const step = steps.find((candidate) => candidate > passed);
  if (step === undefined) return undefined;
  return from + Math.round(step * (1 + spread * random));
}

/** After a question that got no answer: not at once, and not all together. */
export function retryQuestionAt(now: number, random: number): number {
  return now + Math.round(5 * minute * (1 + 2 * random));
}
