/** Reads who calls out of Electron's event, at once: the frame may be gone after the first await. */
import type { SenderFacts } from './sender-guard.ts';

/** What is needed of Electron's `IpcMainInvokeEvent`. */
export interface InvokeEvent {
  readonly senderFrame: { readonly url: string } | null;
  readonly sender: { readonly id: number; readonly mainFrame: unknown };
}

export function senderFacts(event: InvokeEvent): SenderFacts {
  const { sender, senderFrame } = event;
  return {
    frameUrl: senderFrame?.url ?? null,
    isMainFrame: senderFrame !== null && senderFrame === sender.mainFrame,
    webContentsId: sender.id,
  };
}
