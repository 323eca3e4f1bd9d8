import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { CoverageView } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../lib/bridge.ts';
import { isolateNumber } from '../../lib/format.ts';

export interface CoverageTold {
  readonly tone: 'plain' | 'attention' | 'bad';
  readonly text: string;
  /** Clickatell's own words. */
  readonly words: string | undefined;
}

/** The answer is about the beginning of a number, never about the handset. */
export function coverageTold(coverage: CoverageView): CoverageTold {
  if (coverage.kind === 'no-answer') {
    return {
      tone: 'bad',
      text:
        coverage.error === 'gateway-unexpected'
          ? translate('told.unread')
          : translateError({ code: coverage.error }),
      words: coverage.words === null ? undefined : translate('pause.gatewayText', { text: coverage.words }),
    };
  }
  const number = isolateNumber(coverage.recipientDisplay);
  if (!coverage.covered) {
    return { tone: 'attention', text: translate('coverage.no', { number }), words: undefined };
  }
  const { credits } = coverage;
  const text = [
    translate('coverage.yes', { number }),
    ...(credits === null ? [] : [translate('coverage.credits', { credits })]),
    translate('coverage.unknown'),
  ].join(' ');
  return { tone: 'plain', text, words: undefined };
}

/** *Does Clickatell reach a number?*, asked one number at a time. Nothing is sent to it. */
export class Coverage {
  number = $state('');
  asking = $state(false);
  told = $state.raw<CoverageTold | undefined>(undefined);
  /** Said beside the field. */
  problem = $state<string | undefined>(undefined);

  readonly #client: Client;
  readonly #id: number;

  constructor(client: Client, id: number) {
    this.#client = client;
    this.#id = id;
  }

  /** Another number was begun: what was said is about the one before. */
  typed(): void {
    this.told = undefined;
    this.problem = undefined;
  }

  async ask(): Promise<void> {
    if (this.asking) return;
    this.typed();
    const recipient = this.number.trim();
    const answer = await this.#understood(recipient);
    if (answer !== undefined) this.told = coverageTold(answer);
  }

  async #understood(recipient: string): Promise<CoverageView | undefined> {
    this.asking = true;
    // Main reads the number as it reads a recipient; asked first, so that what is wrong with it can be named.
    const number = await this.#client.call('recipients.understand', { input: recipient });
    if (number.ok && number.value.kind === 'invalid') {
      this.asking = false;
      this.problem = translate('coverage.number', { reason: translate(`recipient.${number.value.reason}`) });
      return undefined;
    }
    const answer = await this.#client.call('accounts.coverage', { id: this.#id, recipient });
    this.asking = false;
    // Typed over meanwhile: the answer is about another number.
    if (recipient !== this.number.trim()) return undefined;
    if (answer.ok) return answer.value;
    this.problem = translateError(answer.error);
    return undefined;
  }
}
