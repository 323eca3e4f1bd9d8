/**
 * The three words that a Developers' Central account logs in with, as the one string that the secret store keeps.
 * A Platform account's secret is its API key and nothing else.
 */
import * as v from 'valibot';

const longestWord = 200;
const word = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(longestWord));

export const centralLoginSchema = v.strictObject({ user: word, password: word, apiId: word });
export type CentralLogin = v.InferOutput<typeof centralLoginSchema>;

export function writeCentralLogin(login: CentralLogin): string {
  return JSON.stringify([login.user, login.password, login.apiId]);
}

/** Undefined when the string is not one that `writeCentralLogin` made. */
export function readCentralLogin(secret: string): CentralLogin | undefined {
  try {
    const words = JSON.parse(secret) as unknown;
    if (!Array.isArray(words)) return undefined;
    const [user, password, apiId] = words as readonly unknown[];
    // As `writeCentralLogin` leaves it, read for every text: the schema says the same, and takes longer.
    if (isWord(user) && isWord(password) && isWord(apiId)) return { user, password, apiId };
    const parsed = v.safeParse(centralLoginSchema, { user, password, apiId });
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** What `word` takes and leaves as it is. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longestWord && value.trim() === value;
}
