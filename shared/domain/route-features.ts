/**
 * Two numbers of Developers' Central that are made of bits, as data (HTTP/S API, message parameters; overview of
 * arnoesterhuizen/clickatell-overview-http).
 */

/** `req_feat`: what a route must be able to carry. The order is that of the documentation. */
export const routeFeatures = {
  text: 1,
  octets: 2,
  header: 4,
  unicode: 8,
  senderName: 16,
  senderNumber: 32,
  flash: 512,
  acknowledgement: 8192,
  parts: 16_384,
} as const;
export type RouteFeature = keyof typeof routeFeatures;

/** `callback`: which reports Clickatell sends to the address that is set for the API id in its portal. */
export const callbackLevels = { onTheWay: 1, final: 2, errors: 4 } as const;
export type CallbackLevel = keyof typeof callbackLevels;
