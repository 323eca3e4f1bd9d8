/** Where a gateway lives: scheme, host and port, and the path its endpoints hang below. */
export interface BaseUrl {
  /** `https://platform.clickatell.com` */
  readonly origin: string;
  /** `` or `/prefix`, never with a trailing slash. */
  readonly path: string;
}

/**
 * Reads a configured server address.
 *
 * A key in a request header is readable by everybody on the way unless the way is encrypted, so plain `http:` is
 * taken for loopback only (the practice gateway and tests).
 *
 * @throws {TypeError} for anything but `https:` or `http:` to loopback, and for addresses that carry a user name,
 *   a query or a fragment. The message never repeats the address: it may hold credentials.
 */
export function readBaseUrl(address: string): BaseUrl {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new TypeError('the server address is not a URL');
  }
  if (url.username !== '' || url.password !== '') throw new TypeError('the server address holds credentials');
  if (url.search !== '' || url.hash !== '')
    throw new TypeError('the server address holds a query or fragment');
  const encrypted = url.protocol === 'https:';
  if (!encrypted && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new TypeError('the server address must begin with https:');
  }
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') };
}

/** RFC 6761 §6.3 makes `localhost` loopback; the URL parser has already normalised spellings such as `127.1`. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
