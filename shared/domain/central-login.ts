/**
 * The three words that a Developers' Central account logs in with, as the one string that the secret store keeps.
 * A Platform account's secret is its API key and nothing else.
 */
import * as v from 'valibot';

const word = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));

export const centralLoginSchema = v.strictObject({ user: word, password: word, apiId: word });
export type CentralLogin = v.InferOutput<typeof centralLoginSchema>;

export function writeCentralLogin(login: CentralLogin): string {
  return JSON.stringify([login.user, login.password, login.apiId]);
}

/** Undefined when the string is not one that `writeCentralLogin` made. */
export function readCentralLogin(secret: string): CentralLogin | undefined {
  try {
    const [user, password, apiId] = JSON.parse(secret) as unknown[];
    const parsed = v.safeParse(centralLoginSchema, { user, password, apiId });
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
