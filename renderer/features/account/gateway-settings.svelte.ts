import type { AccountSettings } from '../../../shared/domain/account-settings.ts';
import { translate } from '../../../shared/i18n/words.ts';
import type { AccountView } from '../../../shared/ipc/contract.ts';
import type { Accounts } from './accounts.svelte.ts';

/** `mostCredits` of the schema, which a test compares: the window does not carry the validator. */
export const mostCredits = 999;
const leastCredits = 0.1;

type Setting = keyof AccountSettings;

/**
 * What an account asks of its gateway, changed one thing at a time and applied at once. It stands here as the person wants it
 * while main is told; what main did not take goes back to how it was.
 */
export class GatewaySettings {
  wanted = $state.raw<AccountSettings>({});
  /** As it is typed. */
  credits = $state('');
  problem = $state<string | undefined>(undefined);

  readonly #accounts: Accounts;
  readonly #id: number;
  /** As main has it. What the session knows may be older: it is read again with every push. */
  #stored: AccountSettings;
  #changes = 0;

  constructor(accounts: Accounts, { id, settings }: Pick<AccountView, 'id' | 'settings'>) {
    this.#stored = settings;
    this.#accounts = accounts;
    this.#id = id;
    this.wanted = settings;
    this.#showCredits();
  }

  #showCredits(): void {
    const { maxCredits } = this.wanted;
    this.credits = maxCredits === undefined ? '' : String(maxCredits);
  }

  /** Undefined: back to Clickatell's own default. */
  async set<Name extends Setting>(name: Name, value: AccountSettings[Name] | undefined): Promise<void> {
    const { [name]: _before, ...rest } = this.wanted;
    this.wanted = value === undefined ? (rest as AccountSettings) : { ...this.wanted, [name]: value };
    this.#changes += 1;
    const change = this.#changes;
    const changed = await this.#accounts.change({ id: this.#id, settings: this.wanted });
    if (changed !== undefined) this.#stored = changed.settings;
    // After a later change, what stands here is on its way.
    if (change === this.#changes) this.wanted = this.#stored;
  }

  /** What was wrong is being corrected; it is looked at again when the field is left. */
  typedCredits(): void {
    this.problem = undefined;
  }

  /** Takes what was typed, or says beside the field what is wrong with it. */
  async setCredits(): Promise<void> {
    const typed = this.credits;
    const read = readCredits(typed);
    this.problem = read.kind === 'problem' ? read.sentence : undefined;
    if (read.kind === 'problem') return;
    const credits = read.kind === 'value' ? read.value : undefined;
    if (credits !== this.wanted.maxCredits) await this.set('maxCredits', credits);
    // Not when somebody has begun to type something else.
    if (this.credits === typed) this.#showCredits();
  }
}

type Credits =
  | { readonly kind: 'empty' }
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'problem'; readonly sentence: string };

/** `1,5` is what people type who write numbers so. */
export function readCredits(typed: string): Credits {
  const text = typed.trim().replace(',', '.');
  if (text === '') return { kind: 'empty' };
  const value = /^\d{1,3}(?:\.\d)?$/.test(text) ? Number(text) : 0;
  return value >= leastCredits && value <= mostCredits
    ? { kind: 'value', value }
    : { kind: 'problem', sentence: translate('account.maxCreditsWrong') };
}

/** The names whose bits are in a sum. */
export function namesIn<Name extends string>(
  bits: Readonly<Record<Name, number>>,
  sum: number | undefined,
): readonly Name[] {
  return (Object.keys(bits) as Name[]).filter((name) => ((sum ?? 0) & bits[name]) !== 0);
}

/** The sum with these names in it, and bits that have no name kept as they are; undefined for none at all. */
export function sumOf<Name extends string>(
  bits: Readonly<Record<Name, number>>,
  names: readonly Name[],
  before: number | undefined,
): number | undefined {
  const named = (Object.values(bits) as number[]).reduce((all, bit) => all | bit, 0);
  const sum = names.reduce((all, name) => all | bits[name], (before ?? 0) & ~named);
  return sum === 0 ? undefined : sum;
}
