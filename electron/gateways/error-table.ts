/** The shape of a family's error table: what a number means, whom it concerns, and whether to try again. */
import type { GatewayErrorMeaning } from '../../shared/domain/gateway-error.ts';
import type { AccountPauseReason } from '../../shared/domain/message.ts';

/**
 * - `account`   the whole account cannot send: the text waits, sending pauses
 * - `sender`    the sender is wrong: of this text when it names one itself, otherwise of the account
 * - `recipient` this number cannot be reached
 * - `text`      this text, as it is, cannot be sent
 * - `server`    trouble at their end; whether the text went out is not said
 */
export type ErrorScope = 'account' | 'sender' | 'recipient' | 'text' | 'server';

/** `never`: the same request fails again. `waits`: goes out once the pause ends. `ask`: only a person may decide. */
export type ErrorRetry = 'never' | 'waits' | 'ask';

export interface ErrorRow {
  /** Names the sentence `gatewayError.<meaning>` in the catalogue of words. */
  readonly meaning: GatewayErrorMeaning;
  readonly scope: ErrorScope;
  readonly retry: ErrorRetry;
  /** Present exactly when the scope is `account` or `sender`. */
  readonly pause?: AccountPauseReason;
}

export type ErrorTable = Readonly<Record<number, ErrorRow>>;

export function account(meaning: GatewayErrorMeaning, pause: AccountPauseReason): ErrorRow {
  return { meaning, scope: 'account', retry: 'waits', pause };
}
export function sender(meaning: GatewayErrorMeaning): ErrorRow {
  return { meaning, scope: 'sender', retry: 'never', pause: 'account-problem' };
}
export function recipient(meaning: GatewayErrorMeaning): ErrorRow {
  return { meaning, scope: 'recipient', retry: 'never' };
}
export function text(meaning: GatewayErrorMeaning): ErrorRow {
  return { meaning, scope: 'text', retry: 'never' };
}
export function server(meaning: GatewayErrorMeaning): ErrorRow {
  return { meaning, scope: 'server', retry: 'ask' };
}

/** Looks a code up in any spelling (`7`, `"007"`). Undefined for numbers nobody has described. */
export function errorRow(table: ErrorTable, code: string | undefined): ErrorRow | undefined {
  if (code === undefined || !/^\d{1,6}$/.test(code)) return undefined;
  return table[Number(code)];
}
