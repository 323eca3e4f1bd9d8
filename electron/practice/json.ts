/** Reads JSON as strictly as it can be meant: UTF-8, and no member twice, of which any reader takes the one it likes. */
import { fromUtf8 } from './form-parameters.ts';

/** The value, or `undefined` when it is not such a document. (No JSON document has that value.) */
export function readJson(body: Buffer): unknown {
  const text = fromUtf8(body);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return hasDoubledMember(text) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** @param text a JSON document: what it is made of needs no second look */
function hasDoubledMember(text: string): boolean {
  /** The members of each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const members = open.at(-1);
      // The same name can be written in several ways: `to` is also `t\u006f`.
      const name = String(JSON.parse(last));
      if (members?.has(name) === true) return true;
      members?.add(name);
    }
    last = token;
  }
  return false;
}
