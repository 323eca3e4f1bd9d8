/** Lines of Developers' Central, written the way the profile says. Every answer is HTTP 200, errors too. */
import { type ErrorCode, errorTable } from './error-table.ts';
import type { ApiAnswer } from './http-messages.ts';
import type { PracticeProfile } from './profile.ts';
import { threeDigits } from './statuses.ts';
import { changedVerdict, changeList, type Verdict, type VerdictChange } from './verdicts.ts';

/** One line or several, as the body of an answer. */
export function centralAnswer(
  lines: readonly string[],
  profile: PracticeProfile,
  lineBreak = false,
): ApiAnswer {
  const between = { lines: '\n', 'one-line': ' ', 'lines-crlf': '\r\n' }[profile.manyAnswers];
  const end = profile.lastLineBreak === 'always' || (profile.lastLineBreak === 'route-coverage' && lineBreak);
  const text = lines.join(between) + (end ? '\n' : '');
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=ISO-8859-1' },
    body: profile.lineCase === 'lower' ? text.toLowerCase() : text,
  };
}

export interface ErrorDetail {
  /** Whose words stand after the number, when not its own. */
  readonly words?: ErrorCode | undefined;
  /** Unix seconds. */
  readonly until?: number;
}

/** `ERR: 105, Invalid destination address` */
export function errorLine(code: ErrorCode, profile: PracticeProfile, detail: ErrorDetail = {}): string {
  const { central, platform } = errorTable[detail.words ?? code];
  const filled = (central ?? platform.error.replace(/\.$/, '')).replace(
    '<UNIX TIME STAMP>',
    String(detail.until ?? 0),
  );
  const cased =
    profile.errorWords === 'capitals' ? filled.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()) : filled;
  return `ERR: ${threeDigits(code)}, ${cased}`;
}

/** One verdict stands alone; of several, each has its number: `ID: f6b9af2a2c9e5b18ee2d257e3def5d66 To: 2799900001` */
export function verdictAnswer(
  verdicts: readonly Verdict[],
  profile: PracticeProfile,
  change?: VerdictChange,
): ApiAnswer {
  const inOrder = profile.answerOrder === 'reversed' ? verdicts.toReversed() : verdicts;
  const changed = changeList(inOrder, change, changedVerdict);
  const plus = profile.answeredTo === 'with-plus' || change === 'with-plus' ? '+' : '';
  const lines = changed.map(({ apiMessageId, errorCode, to }) => {
    const line =
      apiMessageId === null ? errorLine((errorCode ?? 901) as ErrorCode, profile) : `ID: ${apiMessageId}`;
    return changed.length > 1 ? `${line} To: ${plus}${to}` : line;
  });
  return centralAnswer(lines, profile);
}

/** An error of the whole request is repeated for each of several recipients, unless the profile has it stand alone. */
export function refusalAnswer(
  code: ErrorCode,
  recipients: readonly string[],
  profile: PracticeProfile,
  detail?: ErrorDetail,
): ApiAnswer {
  const line = errorLine(code, profile, detail);
  const repeated = recipients.length > 1 && profile.wholeRefusal === 'each';
  return centralAnswer(repeated ? recipients.map((to) => `${line} To: ${to}`) : [line], profile);
}
