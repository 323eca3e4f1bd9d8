/**
 * The errors of both families. Their numbers are the same; the words are not.
 *
 * Platform: 7, 106, 108 and 607 are real answers that users have published, word for word; no official table could be
 * read. The others take the numbers of Developers' Central with a full stop, as the captured ones do.
 * Developers' Central: the tables of its documentation and of several clients. Letter case varies in the wild.
 */
export interface ErrorWords {
  readonly platform: { readonly error: string; readonly description: string };
  /** Absent where Developers' Central has no such error. */
  readonly central?: string;
  /** HTTP status of the Platform under a profile that answers whole refusals with one of their own. */
  readonly strictStatus: number;
}

export const errorTable = {
  1: words('Authentication failed', 401),
  2: words('Unknown username or password', 401),
  3: words('Session ID expired', 401),
  4: words('Account frozen', 401),
  5: words('Missing session ID', 401),
  7: words(
    'IP Lockdown violation',
    401,
    'IP lockdown.',
    'The originating IP address is not allowed to use this account.',
  ),
  100: platformOnly('Data malformed.', 'The request body could not be read.', 400),
  101: words(
    'Invalid or missing parameters',
    400,
    'Invalid or missing parameters.',
    'A parameter is missing or has the wrong type.',
  ),
  102: words(
    'Invalid user data header',
    400,
    undefined,
    'The user data header is not hexadecimal or its length is wrong.',
  ),
  103: words('Unknown API message ID', 404, undefined, 'There is no message with this ID.'),
  104: words('Unknown client message ID', 404, undefined, 'There is no message with this client message ID.'),
  105: words(
    'Invalid destination address',
    400,
    undefined,
    'The destination address is not a mobile number.',
  ),
  106: words(
    'Invalid source address',
    400,
    'Invalid FROM number.',
    'You should specify correct FROM number.',
  ),
  107: words('Empty message', 400, undefined, 'The message has no content.'),
  108: words(
    'Invalid or missing API ID',
    401,
    'Invalid or missing integration API Key.',
    'The integration API key is either incorrect or has not been included in the API call.',
  ),
  109: words('Missing message ID', 400),
  112: words('Invalid message type', 400),
  113: words('Maximum message parts exceeded', 400, undefined, 'The message is too long.'),
  114: words('Cannot route message', 400, undefined, 'There is no route to this network.'),
  115: words('Message expired', 400),
  116: words('Invalid Unicode data', 400, undefined, 'The content is not hexadecimal UCS-2.'),
  // The same number means two things: a delivery time on the HTTP interface, spaces in a client id on the REST one.
  120: words(
    'Invalid delivery time',
    400,
    'Invalid client message ID.',
    'The client message ID contains space(s).',
  ),
  121: words('Destination mobile number blocked', 400, undefined, 'This number is blocked.'),
  122: words(
    'Destination mobile opted out',
    400,
    undefined,
    'The owner of this number does not want messages.',
  ),
  123: words('Invalid Sender ID', 400),
  128: words('Number delisted', 400, undefined, 'This number was taken off the list.'),
  // `<UNIX TIME STAMP>` is filled in.
  130: words(
    'Maximum MT limit exceeded until <UNIX TIME STAMP>',
    429,
    'Rate limit exceeded.',
    'Too many requests.',
  ),
  160: platformOnly('HTTP method is not supported on this resource.', '', 405),
  161: platformOnly('Resource does not exist.', '', 404),
  166: platformOnly('Invalid or missing accept header.', '', 406),
  167: platformOnly('Invalid or missing content-type header.', '', 415),
  301: words('No credit left', 402, undefined, 'The account has no credit left.'),
  607: platformOnly(
    'Invalid FROM number.',
    "User specified FROM number, but integration isn't two-way.",
    400,
  ),
  901: words('Internal error', 500, 'Internal error - please retry.', 'An internal error occurred.'),
} as const satisfies Readonly<Record<number, ErrorWords>>;

export type ErrorCode = keyof typeof errorTable;

export function errorWords(code: ErrorCode): ErrorWords {
  return errorTable[code];
}

/**
 * The numbers of the One API on the same host (docs.clickatell.com, "One API errors"), where they are others than those of
 * Developers' Central. What it has no number of its own for keeps the one it has here.
 */
const oneApiNumbers: ReadonlyMap<number, number> = new Map([
  [108, 1],
  [901, 18],
  [301, 20],
  [100, 21],
  [101, 23],
  [102, 23],
  [107, 23],
  [116, 23],
  [120, 23],
  [105, 25],
  [122, 26],
  [161, 41],
  [160, 42],
  [130, 43],
  [607, 45],
  [113, 100],
  [106, 110],
]);

export function oneApiNumber(code: number): number {
  return oneApiNumbers.get(code) ?? code;
}

function words(central: string, strictStatus: number, error = `${central}.`, description = ''): ErrorWords {
  return { central, platform: { error, description }, strictStatus };
}

function platformOnly(error: string, description: string, strictStatus: number): ErrorWords {
  return { platform: { error, description }, strictStatus };
}
