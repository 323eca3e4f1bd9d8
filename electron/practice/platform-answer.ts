/** Answers of the Platform, in JSON and XML, in the shape the profile says. */
import { type ErrorCode, errorTable, errorWords, oneApiNumber } from './error-table.ts';
import type { ApiAnswer } from './http-messages.ts';
import type { PracticeProfile } from './profile.ts';
import { changedVerdict, changeList, type Verdict, type VerdictChange } from './verdicts.ts';

export type AnswerForm = 'json' | 'xml';

/** `SendMessagesListResponse`: verdicts, or an error and none. */
export type ListAnswer =
  | { readonly verdicts: readonly Verdict[] }
  | { readonly verdicts: readonly []; readonly error: AnswerError };

export interface AnswerError {
  readonly code: number;
  readonly error: string;
  readonly description: string;
}

type Member = string | number | boolean | null | Readonly<Record<string, string | number>>;
type Members = Readonly<Record<string, Member>>;

/** @param description instead of the words of the table */
export function errorOf(code: ErrorCode, description?: string): AnswerError {
  const { platform } = errorWords(code);
  return { code, error: platform.error, description: description ?? platform.description };
}

/** One list, as `POST /messages` and `GET /messages/http/send` give it. */
export function listAnswer(
  status: number,
  list: ListAnswer,
  form: AnswerForm,
  profile: PracticeProfile,
  change?: VerdictChange,
): ApiAnswer {
  const shape = changedProfile(profile, change);
  const told = changedList(list, shape, change);
  const partly = partlyStatus(status, told.verdicts, shape);
  if (form === 'json') return jsonAnswer(partly, listDocument(told, shape));
  return {
    status: partly,
    headers: { 'content-type': 'application/xml;charset=UTF-8' },
    body: listXml(told, shape),
  };
}

/** A list of lists, as `POST /messages/rest/bulk` gives it. */
export function bulkAnswer(
  status: number,
  lists: readonly ListAnswer[],
  profile: PracticeProfile,
  change?: VerdictChange,
): ApiAnswer {
  const shape = changedProfile(profile, change);
  const inOrder = shape.bulkOrder === 'reversed' ? lists.toReversed() : lists;
  const changed = changeList(inOrder, change, {
    contradicted: (list) => ({ verdicts: list.verdicts.map(changedVerdict.contradicted) }),
    stranger: (list) => ({ verdicts: list.verdicts.map(changedVerdict.stranger) }),
  });
  return jsonAnswer(
    partlyStatus(
      status,
      lists.flatMap(({ verdicts }): readonly (Verdict | undefined)[] =>
        verdicts.length === 0 ? [undefined] : verdicts,
      ),
      shape,
    ),
    changed.map((list) => listDocument(changedList(list, shape, undefined), shape)),
  );
}

/** The status of an answer that takes some and refuses others; undefined stands for a refusal without a number. */
function partlyStatus(
  status: number,
  verdicts: readonly (Verdict | undefined)[],
  { partlyTaken }: PracticeProfile,
): number {
  const taken = verdicts.filter((verdict) => (verdict?.apiMessageId ?? null) !== null).length;
  return status === 202 && taken > 0 && taken < verdicts.length ? Number(partlyTaken) : status;
}

export function jsonAnswer(status: number, document: unknown): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(document),
  };
}

function changedProfile(profile: PracticeProfile, change: VerdictChange | undefined): PracticeProfile {
  if (change === 'with-plus') return { ...profile, answeredTo: 'with-plus' };
  if (change === 'without-nulls')
    return { ...profile, topLevelErrors: 'absent', messageErrors: 'absent', rejectedMessageId: 'absent' };
  return profile;
}

function changedList(
  list: ListAnswer,
  profile: PracticeProfile,
  change: VerdictChange | undefined,
): ListAnswer {
  if ('error' in list) return list;
  const inOrder = profile.answerOrder === 'reversed' ? list.verdicts.toReversed() : list.verdicts;
  return { verdicts: changeList(inOrder, change, changedVerdict) };
}

function listDocument(list: ListAnswer, profile: PracticeProfile): object {
  return {
    messages: list.verdicts.map((verdict) => messageMembers(verdict, profile)),
    ...errorMembers('error' in list ? list.error : null, profile.topLevelErrors, profile),
  };
}

/** Members that are null are left out. */
function listXml(list: ListAnswer, profile: PracticeProfile): string {
  // Objects are of the One API, which has no XML.
  const flat: PracticeProfile = { ...profile, errorShape: 'members' };
  const { xmlItem } = profile;
  const messages = list.verdicts.map(
    (verdict) => `<${xmlItem}>${elements(messageMembers(verdict, flat))}</${xmlItem}>`,
  );
  const errors = errorMembers('error' in list ? list.error : null, profile.topLevelErrors, flat);
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' +
    `<SendMessagesResponse><Messages>${messages.join('')}</Messages>${elements(errors)}</SendMessagesResponse>`
  );
}

function elements(members: Members): string {
  return Object.entries(members)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const element = name.charAt(0).toUpperCase() + name.slice(1);
      const text = String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      return `<${element}>${text}</${element}>`;
    })
    .join('');
}

function messageMembers(verdict: Verdict, profile: PracticeProfile): Members {
  const { apiMessageId, errorCode } = verdict;
  const showId = apiMessageId !== null || profile.rejectedMessageId === 'null';
  return {
    ...(showId ? { apiMessageId } : {}),
    accepted: apiMessageId !== null,
    to: answeredTo(verdict, profile),
    ...errorMembers(errorCode === null ? null : errorOfNumber(errorCode), profile.messageErrors, profile),
  };
}

function answeredTo(verdict: Verdict, profile: PracticeProfile): string {
  switch (profile.answeredTo) {
    case 'digits':
      return verdict.to;
    case 'with-plus':
      return `+${verdict.to}`;
    case 'as-sent':
      return verdict.asSent;
  }
}

function errorMembers(
  error: AnswerError | null,
  shape: PracticeProfile['topLevelErrors'],
  profile: PracticeProfile,
): Members {
  // Before 2018 there were words and no numbers.
  if (shape === 'older') return { error: error?.error ?? null };
  const asObject = profile.errorShape === 'object';
  if (error === null) {
    if (shape === 'absent') return {};
    return asObject ? { error: null } : { errorCode: null, error: null, errorDescription: null };
  }
  const number = profile.errorNumbers === 'one-api' ? oneApiNumber(error.code) : error.code;
  const code = profile.errorCodeType === 'string' ? String(number) : number;
  if (asObject) return { error: { code, description: error.error } };
  return {
    errorCode: code,
    error: error.error,
    errorDescription: error.description,
  };
}

function errorOfNumber(code: number): AnswerError {
  return Object.hasOwn(errorTable, code)
    ? errorOf(code as ErrorCode)
    : { code, error: 'Internal error.', description: '' };
}
