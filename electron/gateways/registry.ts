import { assertNever } from '../../shared/errors.ts';
import type { AccountFamily, AccountTransport, Gateway } from '../core/ports.ts';
import { createPlatformJsonGateway } from './clickatell/platform-json.ts';
import type { HttpTimeouts } from './http.ts';

export { platformBaseUrl } from './clickatell/platform-json.ts';

/** Which API an account speaks, and where. A new adapter is a new member here and a case below. */
export interface GatewayDescription {
  readonly family: AccountFamily;
  readonly transport?: AccountTransport | undefined;
  /** Instead of Clickatell's own address: the practice gateway, tests. */
  readonly baseUrl?: string | undefined;
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
}

/** @throws {TypeError} when the address is not one a key may be sent to, see `readBaseUrl` */
export function createGateway(description: GatewayDescription): Gateway {
  switch (description.family) {
    case 'platform':
      return createPlatformJsonGateway({ baseUrl: description.baseUrl, timeouts: description.timeouts });
    case 'central':
      throw new TypeError('this account family is not built yet');
    default:
      return assertNever(description.family);
  }
}
