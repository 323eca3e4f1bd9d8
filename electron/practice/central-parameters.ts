/**
 * Parameters of Developers' Central: names in any case, values as bytes, each with the check its documentation gives
 * and the error that follows. Parameters that do not exist are refused: a misspelt one would otherwise do nothing.
 */
import type { ErrorCode } from './error-table.ts';
import { fromWindows1252, readFormParameters } from './form-parameters.ts';
import { type ApiRequest, mediaType } from './http-messages.ts';
import type { PracticeProfile } from './profile.ts';

/** Lower-case name → bytes. */
export type CentralParameters = ReadonlyMap<string, Buffer>;

const truth = /^[01]$/;
const messageTypes = /^SMS_(TEXT|FLASH|NOKIA_(OLOGO|GLOGO|PICTURE|RINGTONE|RTTL|RTTTL|CLEAN|VCARD|VCAL))$/;

interface Rule {
  /** As the documentation spells it; several where it does not agree with itself. */
  readonly names: readonly string[];
  readonly pattern: RegExp;
  readonly error: ErrorCode;
}

const anything = /^/;
const authenticationNames: readonly string[] = ['user', 'password', 'api_id', 'session_id'];

/** What `sendmsg` takes beside authentication, `to` and `text`. */
const sendRules: readonly Rule[] = [
  { names: ['to'], pattern: anything, error: 101 },
  { names: ['text'], pattern: anything, error: 101 },
  // A number of up to 16 digits or up to 11 letters and digits.
  { names: ['from'], pattern: /^(\d{1,16}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/, error: 106 },
  { names: ['mo'], pattern: truth, error: 101 },
  // The table of the documentation calls it msg_callback; its own examples and every client callback.
  { names: ['callback', 'msg_callback'], pattern: /^[0-7]$/, error: 101 },
  { names: ['climsgid', 'cliMsgId'], pattern: /^[A-Za-z0-9]{1,32}$/, error: 101 },
  { names: ['concat'], pattern: /^([1-9]|[12]\d|3[0-5])$/, error: 101 },
  { names: ['deliv_ack'], pattern: truth, error: 101 },
  { names: ['deliv_time'], pattern: /^\d{1,5}$/, error: 120 },
  { names: ['scheduled_time'], pattern: /^\d{1,11}$/, error: 120 },
  { names: ['validity'], pattern: /^[1-9]\d{0,5}$/, error: 101 },
  { names: ['max_credits'], pattern: /^(?=.*[1-9])\d{1,3}(\.\d{1,2})?$/, error: 101 },
  { names: ['escalate'], pattern: truth, error: 101 },
  { names: ['queue'], pattern: /^[1-3]$/, error: 101 },
  // A sum of bits up to 16384.
  {
    names: ['req_feat'],
    pattern: /^(\d{1,4}|[12]\d{4}|3[01]\d{3}|32[0-6]\d\d|327[0-5]\d|3276[0-7])$/,
    error: 101,
  },
  { names: ['msg_type'], pattern: messageTypes, error: 112 },
  { names: ['unicode'], pattern: truth, error: 101 },
  { names: ['udh'], pattern: anything, error: 102 },
  { names: ['binary'], pattern: truth, error: 101 },
];

const idRules: readonly Rule[] = [
  { names: ['apimsgid', 'apiMsgId'], pattern: anything, error: 109 },
  { names: ['climsgid', 'cliMsgId'], pattern: anything, error: 109 },
];

export const commandRules = {
  auth: [],
  ping: [],
  sendmsg: sendRules,
  querymsg: idRules,
  getmsgcharge: idRules,
  getbalance: [],
  delmsg: idRules,
  // The documentation calls its parameter apimsgid by mistake.
  routecoverage: [{ names: ['msisdn'], pattern: /^\d{1,16}$/, error: 101 }],
} as const satisfies Readonly<Record<string, readonly Rule[]>>;

export type CentralCommand = keyof typeof commandRules;

/**
 * From the query and, when it is a form, from the body. Undefined when a `%` stands alone or a name occurs twice.
 * A body that does not say it is a form is not read; real clients then saw "Authentication failed".
 */
export function readCentralParameters(
  request: ApiRequest,
  profile: PracticeProfile,
): CentralParameters | undefined {
  const type = mediaType(request.headers);
  const isForm =
    type === 'application/x-www-form-urlencoded' || (type === '' && profile.formType === 'guessed');
  const ofQuery = readFormParameters(request.query);
  const ofBody = request.method === 'POST' && isForm ? readFormParameters(request.body) : [];
  if (ofQuery === undefined || ofBody === undefined) return undefined;
  const found = new Map<string, Buffer>();
  for (const { name, value } of [...ofQuery, ...ofBody]) {
    const key = profile.parameterNames === 'any-case' ? name.toLowerCase() : name;
    if (found.has(key)) return undefined;
    found.set(key, value);
  }
  return found;
}

/** The first thing that is wrong with the parameters of a command, authentication left out. */
export function checkCentralParameters(
  command: CentralCommand,
  parameters: CentralParameters,
  profile: PracticeProfile,
): ErrorCode | undefined {
  const rules: readonly Rule[] = commandRules[command];
  const given = new Set<Rule>();
  for (const [name, bytes] of parameters) {
    if (authenticationNames.includes(name)) continue;
    const rule = rules.find(({ names }) =>
      profile.parameterNames === 'any-case'
        ? names.some((known) => known.toLowerCase() === name)
        : names.includes(name),
    );
    if (rule === undefined) {
      if (profile.unknownFields === 'refused') return 101;
      continue;
    }
    if (!rule.pattern.test(fromWindows1252(bytes))) return rule.error;
    // Under both of its names.
    if (given.has(rule)) return 101;
    given.add(rule);
  }
  return undefined;
}

/** A parameter's text, under any of its spellings. */
export function textOf(parameters: CentralParameters, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const bytes = parameters.get(name) ?? parameters.get(name.toLowerCase());
    if (bytes !== undefined) return fromWindows1252(bytes);
  }
  return undefined;
}
