import { assertNever } from '../../shared/errors.ts';
import type { Gateway } from '../core/ports.ts';
import { createPlatformGateway, type PlatformTransport } from './clickatell/platform.ts';
import type { HttpTimeouts } from './http.ts';

export { platformBaseUrl } from './clickatell/platform.ts';

/** Which API an account speaks, and where. A new adapter is a new member here and a case below. */
export type GatewayDescription = {
  /** Instead of Clickatell's own address: the practice gateway, tests. */
  readonly baseUrl?: string | undefined;
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
} & {
  readonly family: 'platform';
  /** Absent: `auto`. */
  readonly transport?: PlatformTransport | undefined;
};

/** @throws {TypeError} when the address is not one a key may be sent to, see `readBaseUrl` */
export function createGateway(description: GatewayDescription): Gateway {
  switch (description.family) {
    case 'platform':
      return createPlatformGateway(description);
    default:
      return assertNever(description.family);
  }
}
