import type { BackOnlineView } from '../../../shared/ipc/outage-methods.ts';
import type { Session } from '../../app/session.svelte.ts';

/** What is held since a long outage ended, and whether the question about it has been put aside. */
export class BackOnline {
  held = $state.raw<BackOnlineView | undefined>(undefined);
  /** Hold, or look first: the sheet goes, a line stays. Asked again when something else is held. */
  putAside = $state(false);
  busy = $state(false);
  readonly #session: Session;
  #asked = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  get count(): number {
    return this.held === undefined ? 0 : this.held.fresh + this.held.quiet;
  }

  /** Reads and listens. Returns the function that stops listening. */
  start(): () => void {
    const stop = this.#session.client.subscribe(({ kind }) => {
      if (kind === 'status-changed' || kind === 'window-shown') void this.read();
      // Some may have been cancelled; with nothing held there is nothing to count.
      if (kind === 'messages-changed' && this.held !== undefined) void this.read();
    });
    void this.read();
    return stop;
  }

  /** Of several answers under way only the last asked-for counts. */
  async read(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const answer = await this.#session.client.call('sending.backOnline');
    if (!answer.ok || asked !== this.#asked) return;
    if (answer.value === null) this.putAside = false;
    this.held = answer.value ?? undefined;
  }

  async send(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await this.#session.client.call('sending.sendHeldBack');
    await this.read();
    this.busy = false;
  }
}
