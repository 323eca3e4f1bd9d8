/** What the end of a text tells of the number it was for. */
import type { GatewayErrorMeaning } from '../../../shared/domain/gateway-error.ts';
import type { NumberNews } from '../ports.ts';

/**
 * @param meaning of the gateway's refusal; undefined where it is not known, or where the text was taken
 * @param report how a text that was taken ended, see `DeliveryReport.errorCode`
 * @returns undefined where it says nothing for good: a phone that was off tells nothing of its number
 */
export function numberNews(
  meaning: GatewayErrorMeaning | undefined,
  report: string | undefined,
): NumberNews | undefined {
  if (report === 'undelivered') return 'unreachable';
  switch (meaning) {
    case 'opted-out':
      return 'opted-out';
    case 'invalid-number':
    case 'delisted':
      return 'unreachable';
    default:
      return undefined;
  }
}
