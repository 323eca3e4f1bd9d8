import type { Outcome } from '../../core/ports.ts';

/**
 * Whether no two of these were given the same id. False when that is not plain at once, which it nearly always is: then one
 * has to look closer. Numbers made of the ids are sorted, since a set of a few hundred strings takes as long as all the rest.
 */
export function haveDistinctIds(outcomes: readonly Outcome[]): boolean {
  const hashes = new Int32Array(outcomes.length);
  let count = 0;
  for (const outcome of outcomes) {
    if (outcome.kind !== 'accepted' || outcome.providerId === undefined) return false;
    hashes[count] = hashOf(outcome.providerId);
    count += 1;
  }
  if (count < 2) return true;
  hashes.sort();
  for (let index = 1; index < count; index += 1) {
    if (hashes[index] === hashes[index - 1]) return false;
  }
  return true;
}

/** As Java has it for its strings: equal ids have equal ones. */
function hashOf(id: string): number {
  let hash = 0;
  for (let index = 0; index < id.length; index += 1) hash = (Math.imul(hash, 31) + id.charCodeAt(index)) | 0;
  return hash;
}
