/** Sessions of Developers' Central: 15 minutes of inactivity, and every call refreshes. */

const sessionMilliseconds = 15 * 60_000;
/** More than one person who practises will open. */
const capacity = 1_000;

export class CentralSessions {
  /** Id → when it was last used, ms UTC. In order of that. */
  readonly #lastUsed = new Map<string, number>();

  open(id: string, now: number): void {
    this.#lastUsed.set(id, now);
    if (this.#lastUsed.size > capacity) {
      const [oldest] = this.#lastUsed.keys();
      if (oldest !== undefined) this.#lastUsed.delete(oldest);
    }
  }

  /** Refreshes it. False when there is no such session, or none any more. */
  use(id: string, now: number): boolean {
    const lastUsed = this.#lastUsed.get(id);
    if (lastUsed === undefined) return false;
    this.#lastUsed.delete(id);
    if (now - lastUsed >= sessionMilliseconds) return false;
    this.#lastUsed.set(id, now);
    return true;
  }

  /** As if everybody had been away for too long. */
  expireAll(): void {
    this.#lastUsed.clear();
  }
}
