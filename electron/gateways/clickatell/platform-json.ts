/**
 * Reads JSON answers without hearing what was not said: an object in which a member stands twice says nothing. JSON leaves
 * open which of the two counts (RFC 8259 §4), and `JSON.parse` takes the last, so that `"accepted":false,"accepted":true`
 * would be a yes.
 */

/**
 * Undefined when it is not JSON. So is an object with a member that stands twice, however its name is written, and one that has
 * such an object for a member; elements of lists are looked at one by one.
 */
export function readJson(text: string): unknown {
  const documented = readDocumented(text);
  if (documented !== undefined) return documented;
  try {
    const value: unknown = JSON.parse(text);
    return surelyHasEachOnce(text, value) ? value : new StrictReader(text).value();
  } catch {
    return undefined;
  }
}

const frameStart = '{"messages":[';
const acceptedMessage =
  /\{"apiMessageId":"([0-9a-f]{32})","accepted":true,"to":"(\d{1,20})"(?:,"errorCode":null,"error":null,"errorDescription":null)?\}/y;
const frameEnd = /\](?:,"errorCode":null,"error":null,"errorDescription":null)?\}/y;
const comma = 44;
const openingBracket = 91;

/**
 * Acceptances exactly as they are documented and captured, of one request or of a bulk, read at a glance: that costs no more
 * than parsing them, and each member is seen once. Undefined for any other.
 */
function readDocumented(text: string): unknown {
  if (text.charCodeAt(0) !== openingBracket) {
    const frame = readFrame(text, 0);
    return frame?.end === text.length ? { messages: frame.messages } : undefined;
  }
  const elements: object[] = [];
  for (let at = 1; ; ) {
    const frame = readFrame(text, at);
    if (frame === undefined) return undefined;
    elements.push({ messages: frame.messages });
    at = frame.end + 1;
    if (text.charCodeAt(frame.end) !== comma) {
      return at === text.length && text.endsWith(']') ? elements : undefined;
    }
  }
}

function readFrame(
  text: string,
  start: number,
): { readonly messages: readonly object[]; readonly end: number } | undefined {
  if (!text.startsWith(frameStart, start)) return undefined;
  const messages: object[] = [];
  for (let at = start + frameStart.length; ; at += 1) {
    acceptedMessage.lastIndex = at;
    const match = acceptedMessage.exec(text);
    if (match === null) return undefined;
    messages.push({ apiMessageId: match[1], accepted: true, to: match[2] });
    at = acceptedMessage.lastIndex;
    if (text.charCodeAt(at) === comma) continue;
    frameEnd.lastIndex = at;
    return frameEnd.test(text) ? { messages, end: frameEnd.lastIndex } : undefined;
  }
}

/** What a name can hide behind. */
const notPlain = /\\|\s:/;

/**
 * Whether there are no more names in the text than in what was read from it. Without a backslash, and with no space in front of a
 * colon, `":` stands behind every name, and nowhere else but at the start of a value, which only makes it look closer.
 */
function surelyHasEachOnce(text: string, value: unknown): boolean {
  if (notPlain.test(text)) return false;
  let names = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) names += 1;
  return names === countMembers(value);
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = Array.isArray(value) ? 0 : new Set(Object.keys(value).map(sameName)).size;
  for (const each of Object.values(value)) count += countMembers(each);
  return count;
}

/** Readers disagree about whether `Accepted` is `accepted`. */
function sameName(name: string): string {
  return name.toLowerCase();
}

const tokens = /"(?:[^"\\]|\\.)*"|[^\s[\]{}:,"]+|[[\]{}:,]/gs;

/** Of a text that `JSON.parse` has taken. */
class StrictReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(tokens) ?? [];
  }

  value(): unknown {
    const token = this.#next();
    if (token === '[') return this.#list();
    return token === '{' ? this.#object() : JSON.parse(token);
  }

  #list(): unknown {
    const elements: unknown[] = [];
    while (this.#tokens[this.#at] !== ']') {
      elements.push(this.value());
      if (this.#tokens[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
    return elements;
  }

  #object(): unknown {
    const members = new Map<string, unknown>();
    const names = new Set<string>();
    let unheard = false;
    while (this.#tokens[this.#at] !== '}') {
      const name = String(JSON.parse(this.#next()));
      this.#at += 1;
      const value = this.value();
      if (names.has(sameName(name)) || value === undefined) unheard = true;
      names.add(sameName(name));
      members.set(name, value);
      if (this.#tokens[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
    return unheard ? undefined : Object.fromEntries(members);
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new SyntaxError('not JSON');
    this.#at += 1;
    return token;
  }
}
