/** Which file of the bundle an address names. Apart from Electron, so that it can be attacked in plain Node. */

export const appScheme = 'app';
export const appOrigin = 'app://bundle';

/**
 * The file behind a request, or undefined: only a GET for exactly one of the known files.
 * @param files path in the address → absolute path on disk, made at start
 */
export function servedPath(
  method: string,
  address: string,
  files: ReadonlyMap<string, string>,
): string | undefined {
  if (method !== 'GET') return undefined;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  if (
    url.protocol !== `${appScheme}:` ||
    url.host !== 'bundle' ||
    url.username !== '' ||
    url.password !== ''
  ) {
    return undefined;
  }
  return files.get(url.pathname);
}
