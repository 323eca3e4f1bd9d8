import type { GatewayErrorMeaning } from '../../shared/domain/gateway-error.ts';
import { assertNever } from '../../shared/errors.ts';
import type { Gateway } from '../core/ports.ts';
import { type CentralOptions, type CentralTransport, createCentralGateway } from './clickatell/central.ts';
import { centralError } from './clickatell/central-errors.ts';
import { createPlatformGateway, type PlatformTransport } from './clickatell/platform.ts';
import { platformError } from './clickatell/platform-errors.ts';
import type { HttpTimeouts } from './http.ts';

export { centralBaseUrl } from './clickatell/central.ts';
export { platformBaseUrl } from './clickatell/platform.ts';

/** Which API an account speaks, and where. A new adapter is a new member here and a case below. */
export type GatewayDescription = {
  /** Instead of Clickatell's own address: the practice gateway, tests. */
  readonly baseUrl?: string | undefined;
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
} & (
  | {
      readonly family: 'platform';
      /** Absent: `auto`. */
      readonly transport?: PlatformTransport | undefined;
      readonly numbersWithPlus?: boolean | undefined;
    }
  | {
      readonly family: 'central';
      /** Absent: `auto`. */
      readonly transport?: CentralTransport | undefined;
      /** Absent: `each-request`. */
      readonly login?: CentralOptions['login'];
      readonly settings?: CentralOptions['settings'];
    }
);

/** @throws {TypeError} when the address is not one a key may be sent to, see `readBaseUrl` */
export function createGateway(description: GatewayDescription): Gateway {
  switch (description.family) {
    case 'platform':
      return createPlatformGateway(description);
    case 'central':
      return createCentralGateway(description);
    default:
      return assertNever(description);
  }
}

/**
 * The sentence `gatewayError.<meaning>` for an error number; undefined when nobody has described it.
 *
 * @param words the gateway's own: an older Platform has no numbers, and one of Developers' Central means two things
 */
export function errorMeaning(
  family: GatewayDescription['family'],
  code: string | undefined,
  words: string | undefined,
): GatewayErrorMeaning | undefined {
  switch (family) {
    case 'platform':
      return platformError(code, words)?.meaning;
    case 'central':
      return centralError(code, words)?.meaning;
    default:
      return assertNever(family);
  }
}
