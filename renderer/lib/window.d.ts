import type { Bridge } from '../../shared/ipc/channels.ts';

declare global {
  interface Window {
    /** Put there by `electron/preload`; absent in a plain browser. */
    readonly outtray?: Bridge;
  }
}
