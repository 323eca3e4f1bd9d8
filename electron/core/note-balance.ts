/** Every balance that a gateway tells, whoever asked, is worth keeping: see `BalanceReading`. */
import type { BalanceReading, Gateway } from './ports.ts';

/** The same gateway, whose answers to `check` are noted on the way. */
export function noteBalance(
  gateway: Gateway,
  now: () => number,
  note: (reading: BalanceReading) => void,
): Gateway {
  return {
    ...gateway,
    async check(context) {
      const result = await gateway.check(context);
      if (result.kind === 'works' && result.balance !== undefined) {
        note({ at: now(), balance: result.balance, currency: result.currency });
      }
      return result;
    },
  };
}
