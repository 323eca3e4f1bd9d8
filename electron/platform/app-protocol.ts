/**
 * Serves the renderer bundle on `app://bundle/`. Only files that stood in the bundle at start exist; everything else is
 * 404, and there is no way to name a path outside of it. Not `file://`, which carries rights of its own.
 * https://www.electronjs.org/docs/latest/tutorial/security#18-avoid-usage-of-the-file-protocol-and-prefer-usage-of-custom-protocols
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { protocol, type Session } from 'electron/main';
import { appScheme, servedPath } from './served-path.ts';

/** Svelte 5 makes its templates through a Trusted Types policy of this name. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** Must run before `ready`. `codeCache`: the second start compiles nothing. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: appScheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** @param root absolute path of the built renderer */
export function serveApp(session: Session, root: string): void {
  const files = new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(root.length).replaceAll('\\', '/'), path] as const;
      }),
  );
  session.protocol.handle(appScheme, async (request) => {
    const path = servedPath(request.method, request.url, files);
    if (path === undefined) return new Response('not found', { status: 404, headers: headers('.txt') });
    return new Response(new Uint8Array(await readFile(path)), { headers: headers(extname(path)) });
  });
}

function headers(extension: string): Record<string, string> {
  return {
    'Content-Type': types[extension] ?? 'text/plain; charset=utf-8',
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
    ...(extension === '.html' ? { 'Cache-Control': 'no-store' } : {}),
  };
}
