/**
 * How the pretend Clickatell behaves where nobody outside knows for certain how the real one does. Every option and
 * the reasons for its readings stand in docs/practice-gateway.md; a test compares the two.
 *
 * The first reading of each option is the default.
 */
const readings = {
  // Platform: what a refusal looks like
  refusalStatus: ['200', '202', 'strict'],
  ipLockStatus: ['401', 'as-refusals'],
  malformedStatus: ['400', 'as-refusals'],
  malformedBody: ['error', 'html', 'empty'],
  bulkRefusal: ['object', 'array'],
  rateLimitAnswer: ['429-retry-after', '429-empty', '400-code-43', '503-retry-after'],
  partlyTaken: ['202', '207'],

  // Platform: how an answer is written
  topLevelErrors: ['null', 'absent', 'older'],
  messageErrors: ['null', 'absent', 'older'],
  rejectedMessageId: ['null', 'absent'],
  answeredTo: ['digits', 'with-plus', 'as-sent'],
  answerOrder: ['as-sent', 'reversed'],
  bulkOrder: ['as-sent', 'reversed'],
  errorCodeType: ['number', 'string'],
  errorShape: ['members', 'object'],
  errorNumbers: ['central', 'one-api'],
  xmlItem: ['Message', 'Messages', 'SendMessageResponse'],
  statusBody: ['short', 'full'],
  balanceType: ['number', 'string'],

  // Platform: what is accepted
  bearer: ['refused', 'accepted'],
  unknownFields: ['refused', 'ignored'],
  duplicateRecipients: ['refused', 'merged', 'taken-twice'],
  numberFormat: ['with-or-without-plus', 'plus-required', 'plus-refused'],
  commasInTo: ['refused', 'split'],
  clientMessageId: ['free', 'no-spaces', 'alphanumeric-32'],
  scheduleOffset: ['without-colon', 'any'],
  scheduleHorizon: ['none', '7-days'],
  schedulePast: ['refused', 'sent-now'],
  validityUnit: ['minutes', 'seconds'],
  ucs2Content: ['text', 'hexadecimal'],
  twoWay: ['one-way', 'two-way'],
  unitedStates: ['as-others', 'needs-from'],
  bulkLimit: ['none', '200', '100'],
  platformRecipientLimit: ['200', '100'],
  longTexts: ['on', 'off'],

  // Both families: what is accepted
  senderNames: ['central-only', 'both', 'neither'],
  partHeader: ['6-octets', '7-octets'],
  ownHeaderParts: ['one', 'several'],
  textBesideHeader: ['septets', 'octets'],

  // Developers' Central: how an answer is written
  creditWord: ['Credit', 'Credits'],
  chargeLine: ['lower-case', 'capitals'],
  pingAnswer: ['empty', 'session'],
  manyAnswers: ['lines', 'one-line', 'lines-crlf'],
  wholeRefusal: ['each', 'once'],
  errorWords: ['documented', 'capitals'],
  lineCase: ['documented', 'lower'],
  lastLineBreak: ['route-coverage', 'always', 'never'],
  queryAnswer: ['short', 'with-words'],
  centralRateLimit: ['error-130', '429-retry-after'],

  // Developers' Central: what is accepted
  badLogin: ['001', '002', '101'],
  apiIdCheck: ['first', 'last'],
  recipientLimit: ['300-600', '100'],
  concatDefault: ['1', '3'],
  parameterNames: ['any-case', 'exact'],
  formType: ['required', 'guessed'],

  // Callbacks
  callbackShape: ['current', '2017'],
  callbackTime: ['number', 'text'],
  callbackRepeats: ['once', 'twice'],
} as const;

export type PracticeProfile = {
  readonly [Option in keyof typeof readings]: (typeof readings)[Option][number];
};
export type ProfileOption = keyof PracticeProfile;

/** Every option with its readings, the default first. */
export const profileReadings: Readonly<Record<ProfileOption, readonly string[]>> = readings;

export const defaultProfile = Object.fromEntries(
  Object.entries(readings).map(([option, [first]]) => [option, first]),
) as unknown as PracticeProfile;

/** Profiles with a name. Several can be given: the later one wins where they say something about the same. */
export const profilePresets = {
  'status-202': { refusalStatus: '202', malformedStatus: 'as-refusals' },
  'status-strict': { refusalStatus: 'strict' },
  'malformed-html': { malformedBody: 'html' },
  'malformed-empty': { malformedBody: 'empty' },
  'errors-absent': { topLevelErrors: 'absent', messageErrors: 'absent', rejectedMessageId: 'absent' },
  'errors-older': { topLevelErrors: 'older', messageErrors: 'older' },
  'errors-text': { errorCodeType: 'string', balanceType: 'string' },
  'errors-object': { errorShape: 'object' },
  'errors-one-api': { errorNumbers: 'one-api' },
  /** The One API on the same host, as far as it goes. */
  'one-api': {
    refusalStatus: 'strict',
    partlyTaken: '207',
    topLevelErrors: 'absent',
    messageErrors: 'absent',
    errorShape: 'object',
    errorNumbers: 'one-api',
    rateLimitAnswer: '400-code-43',
    bulkLimit: '100',
    platformRecipientLimit: '100',
  },
  'partly-207': { partlyTaken: '207' },
  'xml-messages': { xmlItem: 'Messages' },
  'xml-schema': { xmlItem: 'SendMessageResponse' },
  'answers-with-plus': { answeredTo: 'with-plus' },
  'answers-as-sent': { answeredTo: 'as-sent' },
  'answers-reversed': { answerOrder: 'reversed' },
  'bulk-reversed': { bulkOrder: 'reversed' },
  'bulk-200': { bulkLimit: '200' },
  'bulk-100': { bulkLimit: '100', bulkRefusal: 'array' },
  'platform-100': { platformRecipientLimit: '100' },
  'long-texts-off': { longTexts: 'off' },
  'names-both': { senderNames: 'both' },
  'names-neither': { senderNames: 'neither' },
  'part-header-7': { partHeader: '7-octets' },
  'header-parts': { ownHeaderParts: 'several' },
  'header-octets': { textBesideHeader: 'octets' },
  'bearer-accepted': { bearer: 'accepted' },
  'fields-ignored': { unknownFields: 'ignored' },
  'duplicates-merged': { duplicateRecipients: 'merged' },
  'duplicates-taken': { duplicateRecipients: 'taken-twice' },
  'plus-required': { numberFormat: 'plus-required' },
  'plus-refused': { numberFormat: 'plus-refused' },
  'commas-split': { commasInTo: 'split' },
  'client-id-plain': { clientMessageId: 'alphanumeric-32' },
  'client-id-no-spaces': { clientMessageId: 'no-spaces' },
  'schedule-any-offset': { scheduleOffset: 'any', scheduleHorizon: '7-days', schedulePast: 'sent-now' },
  'validity-seconds': { validityUnit: 'seconds' },
  'ucs2-hexadecimal': { ucs2Content: 'hexadecimal' },
  'two-way': { twoWay: 'two-way' },
  'united-states': { unitedStates: 'needs-from' },
  'rate-limit-empty': { rateLimitAnswer: '429-empty' },
  'rate-limit-400': { rateLimitAnswer: '400-code-43' },
  'rate-limit-503': { rateLimitAnswer: '503-retry-after', centralRateLimit: '429-retry-after' },
  'status-full': { statusBody: 'full' },
  'credits-plural': { creditWord: 'Credits' },
  'charge-capitals': { chargeLine: 'capitals' },
  'ping-session': { pingAnswer: 'session' },
  'one-line': { manyAnswers: 'one-line' },
  'lines-crlf': { manyAnswers: 'lines-crlf', lastLineBreak: 'always' },
  'one-error': { wholeRefusal: 'once' },
  'words-capitals': { errorWords: 'capitals' },
  'lower-case': { lineCase: 'lower' },
  'query-words': { queryAnswer: 'with-words' },
  'bad-login-002': { badLogin: '002' },
  'bad-login-101': { badLogin: '101' },
  'api-id-last': { apiIdCheck: 'last' },
  'recipients-100': { recipientLimit: '100' },
  'concat-3': { concatDefault: '3' },
  'names-exact': { parameterNames: 'exact' },
  'callbacks-2017': { callbackShape: '2017', callbackTime: 'text' },
  'callbacks-twice': { callbackRepeats: 'twice' },
  /** Everything a client might have taken for granted, the other way round, as far as a correct client can bear it. */
  contrary: {
    refusalStatus: 'strict',
    partlyTaken: '207',
    xmlItem: 'SendMessageResponse',
    topLevelErrors: 'absent',
    messageErrors: 'absent',
    rejectedMessageId: 'absent',
    answeredTo: 'with-plus',
    answerOrder: 'reversed',
    statusBody: 'full',
    balanceType: 'string',
    creditWord: 'Credits',
    chargeLine: 'capitals',
    pingAnswer: 'session',
    manyAnswers: 'one-line',
    errorWords: 'capitals',
    lastLineBreak: 'always',
    queryAnswer: 'with-words',
    badLogin: '002',
    callbackRepeats: 'twice',
    callbackTime: 'text',
  },
} as const satisfies Readonly<Record<string, Partial<PracticeProfile>>>;

export type ProfileName = keyof typeof profilePresets;

/**
 * The default profile, changed by the named ones in turn and then by single options.
 *
 * @throws when a name, an option or a reading does not exist
 */
export function practiceProfile(
  names: readonly string[] = [],
  options: Readonly<Record<string, unknown>> = {},
): PracticeProfile {
  const changes: Readonly<Record<string, unknown>>[] = names.map((name) => {
    if (!Object.hasOwn(profilePresets, name)) throw new Error(`no such profile: ${name}`);
    return profilePresets[name as ProfileName];
  });
  for (const [option, reading] of Object.entries(options)) {
    if (!Object.hasOwn(readings, option)) throw new Error(`no such option of a profile: ${option}`);
    if (!profileReadings[option as ProfileOption].includes(String(reading)))
      throw new Error(`no such reading of ${option}: ${String(reading)}`);
  }
  return Object.assign({}, defaultProfile, ...changes, options) as PracticeProfile;
}
