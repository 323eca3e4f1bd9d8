/**
 * Who may call: the main frame of one of our own windows, at our own origin, and of a kind the method is meant for.
 * Any doubt is a no. Electron's `senderFrame` is null once a frame is gone, so the facts are read before any await.
 * https://www.electronjs.org/docs/latest/tutorial/security#17-validate-the-sender-of-all-ipc-messages
 */
import type { WindowKind } from '../../shared/ipc/contract.ts';

export interface SenderFacts {
  /** Null when the frame is gone. */
  readonly frameUrl: string | null;
  readonly isMainFrame: boolean;
  readonly webContentsId: number;
}

export interface WindowRegistry {
  /** Undefined for a WebContents that is not one of our windows, or no longer. */
  kindOf(webContentsId: number): WindowKind | undefined;
}

/** @returns the kind of window that calls, or undefined: refuse. */
export function trustedSender(
  sender: SenderFacts,
  registry: WindowRegistry,
  origins: readonly string[],
  allowed: readonly WindowKind[],
): WindowKind | undefined {
  if (sender.frameUrl === null || !sender.isMainFrame) return undefined;
  let url: URL;
  try {
    url = new URL(sender.frameUrl);
  } catch {
    return undefined;
  }
  // `URL.origin` is "null" for schemes the URL standard does not know, so protocol and host are compared instead.
  if (!origins.includes(`${url.protocol}//${url.host}`)) return undefined;
  const kind = registry.kindOf(sender.webContentsId);
  return kind !== undefined && allowed.includes(kind) ? kind : undefined;
}
