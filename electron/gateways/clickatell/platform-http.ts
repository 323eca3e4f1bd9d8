/**
 * `GET /messages/http/send`: one recipient, and the key in the query (help.clickatell.com, "SMS API").
 *
 * What a query says is kept by every machine on the way that keeps addresses, so this is never chosen by itself.
 */
import type { GatewayMessage } from '../../core/ports.ts';
import type { SendMessageRequest } from './platform-request.ts';

/**
 * Longest request target, in octets, key included: RFC 9110 §4.1 asks servers to take at least 8000. One that finds it
 * too long may cut the connection instead of saying so, which would leave the text in doubt.
 */
const longestTarget = 8_000;
/** Room for the path, the key and the other parameters. */
const longestContent = longestTarget - 800;

/** What this way cannot carry of a message, in words. */
export function httpObjection(message: GatewayMessage): string | undefined {
  const { options = {} } = message;
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'senderId' && value !== undefined && value !== false) {
      return 'this account sends by HTTP GET, which has no room for this option';
    }
  }
  if (!message.body.isWellFormed()) return 'the text has half a character in it';
  // No UTF-16 unit takes more than three octets, nine characters.
  const mayBeLong = message.body.length * 9 > longestContent;
  if (mayBeLong && encodeURIComponent(message.body).length > longestContent) {
    return 'the text is too long for sending by HTTP GET';
  }
  return undefined;
}

/** The query, parameters in the order of the specification. Spaces are `%20`: `+` is one in forms only. */
export function writeHttpQuery(key: string, request: SendMessageRequest): string {
  const { to, from, content, clientMessageId } = request;
  const sender = from === undefined ? '' : `&from=${encodeURIComponent(from)}`;
  return `apiKey=${encodeURIComponent(key)}&to=${encodeURIComponent(to[0] ?? '')}${sender}&content=${encodeURIComponent(content)}&clientMessageId=${encodeURIComponent(clientMessageId)}`;
}
