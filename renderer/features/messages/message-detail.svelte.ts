import { isCopyOrigin } from '../../../shared/domain/data-care.ts';
import { refusedHere } from '../../../shared/domain/message.ts';
import { type AppError, assertNever } from '../../../shared/errors.ts';
import { type MessageKey, translate, translateError } from '../../../shared/i18n/words.ts';
import type { AccountView, MessageDetail, StatusView } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../lib/bridge.ts';
import { formatMoment } from '../../lib/format.ts';
import { type Question, type Told, toldOf } from './told.ts';

export type Action = 'cancel' | 'arrived' | 'send-again' | 'drop' | 'send-late' | 'drop-late';

/** What a person can do about a text, the most likely first. */
export function actionsFor(message: Pick<MessageDetail, 'state' | 'cancelRequested'>): readonly Action[] {
  switch (message.state) {
    case 'queued':
      return ['cancel'];
    case 'sending':
      return message.cancelRequested ? [] : ['cancel'];
    case 'in_doubt':
      return ['arrived', 'send-again', 'drop'];
    case 'needs_decision':
      return ['send-late', 'drop-late'];
    case 'accepted':
    case 'delivered':
    case 'undelivered':
    case 'status_unknown':
    case 'rejected':
    case 'expired':
    case 'cancelled':
    case 'abandoned':
      return [];
    default:
      return assertNever(message.state);
  }
}

/** What its account can be asked about a text that Clickatell took, the harmless question first. */
export function questionsFor(
  message: Pick<MessageDetail, 'state' | 'providerId' | 'options'>,
  account: Pick<AccountView, 'questions'> | undefined,
  now: number,
): readonly Question[] {
  if (message.state !== 'accepted' && message.state !== 'status_unknown') return [];
  if (message.providerId === null || account === undefined) return [];
  const { questions } = account;
  // Only what still waits there can be stopped, and only of a text for later is that known.
  const scheduled = message.options.deliverAt !== undefined && message.options.deliverAt > now;
  return [
    ...(questions.includes('status') ? (['status'] as const) : []),
    ...(questions.includes('stop') && scheduled ? (['stop'] as const) : []),
  ];
}

/** What main understood of the gateway's error; undefined where only the gateway's own words are known. */
function meaningOf({ errorMeaning }: Pick<MessageDetail, 'errorMeaning'>) {
  return errorMeaning ?? undefined;
}

/** The sentence behind a state: what is known, and no more. */
export function sentenceFor(message: MessageDetail, status: StatusView | undefined, now: number): string {
  switch (message.state) {
    case 'queued':
      if (status?.sending.state === 'paused') return translate('sentence.queuedPaused');
      if (message.notBefore !== null && message.notBefore > now) {
        return translate('sentence.queuedUntil', { time: formatMoment(message.notBefore, now) });
      }
      return translate('sentence.queued');
    case 'sending':
      return translate(message.cancelRequested ? 'sentence.sendingCancel' : 'sentence.sending');
    case 'rejected': {
      const meaning = meaningOf(message);
      if (meaning !== undefined) return translate(`gatewayError.${meaning}`);
      if (message.errorText === null) return translate('sentence.rejected');
      return translate(
        message.errorCode === refusedHere ? 'sentence.refusedHere' : 'sentence.rejectedBecause',
        { reason: message.errorText },
      );
    }
    case 'accepted':
      if (message.errorCode === 'person-arrived') return translate('sentence.acceptedPerson');
      return translate(status?.mode === 'practice' ? 'sentence.acceptedPractice' : 'sentence.accepted');
    case 'in_doubt':
      if (isCopyOrigin(message.errorCode)) return translate('sentence.in_doubtCopied');
      return translate(
        message.errorCode === 'interrupted' ? 'sentence.in_doubtInterrupted' : 'sentence.in_doubt',
      );
    case 'abandoned':
      return translate(
        message.errorCode === 'person-send-again' ? 'sentence.abandonedSentAgain' : 'sentence.abandoned',
      );
    case 'delivered':
      return translate(status?.mode === 'practice' ? 'sentence.deliveredPractice' : 'sentence.delivered');
    case 'undelivered':
      if (message.errorCode === 'stopped') return translate('sentence.undeliveredStopped');
      return translate(
        message.errorCode === 'expired' ? 'sentence.undeliveredExpired' : 'sentence.undelivered',
      );
    case 'needs_decision':
      if (isCopyOrigin(message.errorCode)) return translate(`sentence.held.${message.errorCode}`);
      if (message.errorCode === 'ends-program') return translate('sentence.endsProgram');
      if (message.errorCode === 'unreadable') return translate('sentence.unreadable');
      if (message.errorCode === 'turned-away') {
        return translate('sentence.turnedAway', { reason: message.errorText ?? '' });
      }
      return isTimePassed(message)
        ? translate('sentence.timePassed', { time: formatMoment(message.options.deliverAt, now) })
        : translate('sentence.needs_decision');
    default:
      return translate(`sentence.${message.state}`);
  }
}

/** Held because the time at which Clickatell was to deliver it passed while it waited here. */
function isTimePassed(
  message: MessageDetail,
): message is MessageDetail & { readonly options: { readonly deliverAt: number } } {
  return message.errorCode === 'delivery-time-passed' && message.options.deliverAt !== undefined;
}

/** The gateway's own words, where the sentence does not hold them already. */
export function serverWordsFor(message: MessageDetail): string | undefined {
  if (message.state !== 'rejected' || meaningOf(message) === undefined) return undefined;
  return message.errorText ?? undefined;
}

/** The next step behind a state, where there is one. */
export function nextStepFor(message: MessageDetail): string | undefined {
  // The sentence of a known error says the next step itself.
  if (message.state === 'rejected' && meaningOf(message) !== undefined) return undefined;
  if (message.state === 'undelivered' && message.errorCode === 'stopped') return undefined;
  if (message.state === 'rejected' || message.state === 'undelivered' || message.state === 'in_doubt') {
    return translate(`next.${message.state}`);
  }
  if (message.state === 'needs_decision' && message.errorCode === 'turned-away')
    return translate('next.turnedAway');
  if (message.state === 'needs_decision' && isTimePassed(message)) return translate('next.timePassed');
  return undefined;
}

const doneNotices: Readonly<Record<Exclude<Action, 'cancel'>, MessageKey>> = {
  arrived: 'action.arrivedNotice',
  'send-again': 'action.sendAgainNotice',
  drop: 'action.dropNotice',
  'send-late': 'action.sendNowNotice',
  'drop-late': 'action.dropLateNotice',
};

/** One text with its whole story, read again whenever main says that it changed. */
export class MessageDetailState {
  id = $state<number | undefined>(undefined);
  message = $state.raw<MessageDetail | undefined>(undefined);
  error = $state.raw<AppError | undefined>(undefined);
  /** What came of the last thing the person did here. */
  notice = $state<string | undefined>(undefined);
  problem = $state<string | undefined>(undefined);
  /** What Clickatell said about this text when it was asked just now. */
  told = $state.raw<Told | undefined>(undefined);
  /** The question about this text that is under way. */
  asking = $state<Question | undefined>(undefined);
  acting = $state(false);
  /** *Send again* may reach the person twice, so it asks first. */
  confirming = $state(false);

  readonly #client: Client;
  #reading = 0;
  /** Answers that belong to a text that was closed meanwhile are nobody's. */
  #opened = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  async open(id: number): Promise<void> {
    if (id === this.id) return;
    this.id = id;
    this.#opened += 1;
    this.message = undefined;
    this.error = undefined;
    this.notice = undefined;
    this.problem = undefined;
    this.told = undefined;
    this.asking = undefined;
    this.confirming = false;
    await this.#read();
  }

  close(): void {
    this.id = undefined;
    this.#opened += 1;
    this.message = undefined;
    this.confirming = false;
    this.#reading += 1;
  }

  async changed(ids: readonly number[], more: boolean): Promise<void> {
    if (this.id !== undefined && (more || ids.includes(this.id))) await this.#read();
  }

  async #read(): Promise<void> {
    if (this.id === undefined) return;
    this.#reading += 1;
    const reading = this.#reading;
    const answer = await this.#client.call('messages.detail', { id: this.id });
    if (reading !== this.#reading) return;
    if (answer.ok) this.message = answer.value;
    else this.message = undefined;
    this.error = answer.ok ? undefined : answer.error;
  }

  /** Does it, or asks first. A second press while one is under way does nothing. */
  async act(action: Action, confirmed = false): Promise<void> {
    const id = this.id;
    if (id === undefined || this.acting) return;
    if (action === 'send-again' && !confirmed) {
      this.confirming = true;
      return;
    }
    this.confirming = false;
    this.acting = true;
    this.notice = undefined;
    this.problem = undefined;
    this.told = undefined;
    const answer = await this.#call(action, id);
    this.acting = false;
    if (id !== this.id) return;
    if (answer.ok) this.notice = answer.value;
    else this.problem = translateError(answer.error);
    await this.#read();
  }

  /** Asks Clickatell. It may take its time: another text can be opened meanwhile, and asked about as well. */
  async ask(question: Question): Promise<void> {
    const id = this.id;
    if (id === undefined || this.asking !== undefined) return;
    this.asking = question;
    this.notice = undefined;
    this.problem = undefined;
    this.told = undefined;
    this.#opened += 1;
    const opened = this.#opened;
    const answer = await this.#client.call('messages.ask', { id, question });
    if (opened !== this.#opened || id !== this.id) return;
    this.asking = undefined;
    if (answer.ok) this.told = toldOf(question, answer.value);
    else this.problem = translateError(answer.error);
    await this.#read();
  }

  async #call(action: Action, id: number) {
    const told = (key: MessageKey) => ({ ok: true, value: translate(key) }) as const;
    switch (action) {
      case 'cancel': {
        const answer = await this.#client.call('messages.cancel', { id });
        if (!answer.ok) return answer;
        const notices = {
          cancelled: 'action.cancelled',
          requested: 'action.cancelRequestedNotice',
          'too-late': 'action.tooLate',
        } as const;
        return told(notices[answer.value.outcome]);
      }
      case 'arrived':
      case 'send-again':
      case 'drop': {
        const answer = await this.#client.call('messages.resolveDoubt', { id, decision: action });
        return answer.ok ? told(doneNotices[action]) : answer;
      }
      case 'send-late':
      case 'drop-late': {
        const decision = action === 'send-late' ? 'send' : 'drop';
        const answer = await this.#client.call('messages.decideLate', { id, decision });
        return answer.ok ? told(doneNotices[action]) : answer;
      }
      default:
        return assertNever(action);
    }
  }
}
