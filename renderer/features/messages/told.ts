import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { AskedView } from '../../../shared/ipc/contract.ts';

export type Question = 'status' | 'stop';

/** What came of asking Clickatell about a text. */
export interface Told {
  readonly tone: 'plain' | 'attention' | 'bad';
  readonly text: string;
  /** Clickatell's own words, or its number for where the text is. */
  readonly words: string | undefined;
}

/** No more than the answer says: a text that was to be stopped and still waits was not stopped. */
export function toldOf(question: Question, asked: AskedView): Told {
  if (asked.kind === 'no-answer') {
    const sentence =
      asked.error === 'gateway-unexpected' ? translate('told.unread') : translateError({ code: asked.error });
    return {
      tone: 'bad',
      text: question === 'stop' ? `${sentence} ${translate('told.stopUnknown')}` : sentence,
      words: asked.words === null ? undefined : translate('pause.gatewayText', { text: asked.words }),
    };
  }
  const { meaning, code, credits } = asked;
  const notStopped = question === 'stop' && meaning !== 'stopped';
  const charge = credits === null ? [] : [translate('told.credits', { credits })];
  return {
    tone: notStopped ? 'attention' : 'plain',
    text: [...(notStopped ? [notStoppedBecause(meaning)] : [translate(`told.${meaning}`)]), ...charge].join(
      ' ',
    ),
    words: translate('told.code', { code }),
  };
}

type Meaning = Extract<AskedView, { kind: 'status' }>['meaning'];

function notStoppedBecause(meaning: Exclude<Meaning, 'stopped'>): string {
  if (meaning === 'waiting') return translate('told.stopStillWaits');
  if (meaning === 'at-gateway' || meaning === 'delivered') {
    return `${translate('told.stopTooLate')} ${translate(`told.${meaning}`)}`;
  }
  return translate(`told.${meaning}`);
}
