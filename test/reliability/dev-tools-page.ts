/**
 * A window of the running program, spoken to over Chromium's DevTools port with nothing in between: a thousand starts
 * would spend most of their time in a browser library's handshake.
 */
import type { Result } from '../../shared/errors.ts';
import type { Input, Method, Output, WindowKind } from '../../shared/ipc/contract.ts';
import { eventually } from '../desktop/eventually.ts';

interface Target {
  readonly type: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

interface Answer {
  readonly id: number;
  readonly result?: {
    readonly result?: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly text: string };
  };
}

export class DevToolsPage {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  #number = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    socket.addEventListener('close', () => {
      for (const give of this.#waiting.values()) give(undefined);
      this.#waiting.clear();
    });
  }

  /** Waits until the window is there and its bridge can be called. */
  static find(address: URL, kind: WindowKind): Promise<DevToolsPage> {
    return eventually(
      `window ${kind}`,
      async () => {
        const response = await fetch(new URL('/json/list', address), { signal: AbortSignal.timeout(5_000) });
        const targets = (await response.json()) as readonly Target[];
        const target = targets.find(({ type, url }) => type === 'page' && url.includes(`window=${kind}`));
        if (target === undefined) return undefined;
        const page = await DevToolsPage.#connect(target.webSocketDebuggerUrl);
        // A call that overtakes the news of its own page's arrival is refused, as one from a stranger.
        const ready = await page.#evaluate(`window.outtray?.call('app.status').then(({ ok }) => ok)`);
        if (ready === true) return page;
        page.close();
        return undefined;
      },
      { timeout: 20_000, every: 20 },
    );
  }

  static #connect(address: string): Promise<DevToolsPage> {
    return new Promise((done, fail) => {
      const socket = new WebSocket(address);
      socket.addEventListener('open', () => done(new DevToolsPage(socket)));
      socket.addEventListener('error', () => fail(new Error(`no connection to ${address}`)));
    });
  }

  /** @throws when the answer is a failure, or the program is gone */
  async call<M extends Method>(method: M, input: Input<M>): Promise<Output<M>> {
    const result = (await this.#evaluate(
      `window.outtray.call(${JSON.stringify(method)}, ${JSON.stringify(input) ?? 'undefined'})`,
    )) as Result<Output<M>>;
    if (!result.ok) throw new Error(`${method}: ${result.error.code}`);
    return result.value;
  }

  close(): void {
    this.#socket.close();
  }

  async #evaluate(expression: string): Promise<unknown> {
    this.#number += 1;
    const id = this.#number;
    const answer = await new Promise<Answer | undefined>((give) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        give(undefined);
        return;
      }
      this.#waiting.set(id, give);
      this.#socket.send(
        JSON.stringify({
          id,
          method: 'Runtime.evaluate',
          params: { expression, awaitPromise: true, returnByValue: true },
        }),
      );
    });
    if (answer === undefined) throw new Error('the program is gone');
    if (answer.result?.exceptionDetails !== undefined) throw new Error(answer.result.exceptionDetails.text);
    return answer.result?.result?.value;
  }
}
