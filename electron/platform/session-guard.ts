/**
 * Shuts what a window has no business with: every permission, every device, navigation away from our own page, new
 * windows, webviews, downloads, and the network. Electron's default is to allow.
 * https://www.electronjs.org/docs/latest/tutorial/security
 */
import { app, type Session } from 'electron/main';
import type { Log } from '../core/ports.ts';
import { appScheme } from './served-path.ts';

/** @param origins where our pages live: `app://bundle`, and the development server when there is one */
export function guardSession(session: Session, origins: readonly string[], log: Log): void {
  session.setPermissionRequestHandler((_contents, permission, callback) => {
    log.warn('permission-denied', { permission });
    callback(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  // No spelling dictionary, no update check, nothing: the windows load from the program and from nowhere else.
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest((details, callback) => {
    const allowed =
      isOurs(details.url, origins) || details.url.startsWith('devtools:') || details.url.startsWith('data:');
    if (!allowed) log.warn('request-blocked', { scheme: schemeOf(details.url) });
    callback({ cancel: !allowed });
  });
}

/** Must run before the first window. Covers every WebContents there will ever be. */
export function guardNavigation(origins: readonly string[], log: Log): void {
  app.on('web-contents-created', (_created, contents) => {
    const refuse = (event: { preventDefault(): void }, kind: string, url: string): void => {
      // Our one page, reloaded by the development server, is all there is to go to.
      if (isOurs(url, origins) && new URL(url).pathname === '/index.html') return;
      event.preventDefault();
      log.warn('navigation-refused', { kind, scheme: schemeOf(url) });
    };
    contents.on('will-navigate', (event) => refuse(event, 'navigate', event.url));
    contents.on('will-redirect', (event) => refuse(event, 'redirect', event.url));
    contents.on('will-frame-navigate', (event) => refuse(event, 'frame', event.url));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

function isOurs(address: string, origins: readonly string[]): boolean {
  try {
    const url = new URL(address);
    const origin = `${url.protocol}//${url.host}`;
    return (
      origins.includes(origin) ||
      origins.some((own) => own.startsWith('http') && origin === own.replace('http', 'ws'))
    );
  } catch {
    return false;
  }
}

/** Only the scheme goes into the log: an address can carry anything. */
function schemeOf(address: string): string {
  return address.startsWith(`${appScheme}:`)
    ? appScheme
    : address.slice(0, Math.max(0, address.indexOf(':'))).slice(0, 20);
}
