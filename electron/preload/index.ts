/**
 * The only thing a window gets of the outside: call a method of the contract, hear the pushes. The Electron event is
 * stripped, one argument goes through, names that are not in the list do not.
 */
import { contextBridge, ipcRenderer } from 'electron/renderer';
import { type Bridge, bridgeName, callPrefix, methods, pushChannel } from '../../shared/ipc/channels.ts';

const known: ReadonlySet<string> = new Set(methods);

const bridge: Bridge = {
  call(method, input) {
    if (!known.has(method)) return Promise.resolve({ ok: false, error: { code: 'forbidden' } });
    return ipcRenderer.invoke(`${callPrefix}${method}`, input);
  },
  subscribe(listener) {
    const forward = (_event: unknown, push: unknown): void => listener(push);
    ipcRenderer.on(pushChannel, forward);
    return () => ipcRenderer.removeListener(pushChannel, forward);
  },
};

contextBridge.exposeInMainWorld(bridgeName, Object.freeze(bridge));
