/**
 * A session of Developers' Central: `auth` gives an id that stands in for user, password and API id. It ends after 15
 * minutes without a call, and every call keeps it alive.
 */
import { createHash } from 'node:crypto';
import type { CentralLogin } from '../../../shared/domain/central-login.ts';
import { writeCentralLogin } from '../../../shared/domain/central-login.ts';
import type { Answer } from '../answer.ts';
import type { Failure } from '../failure.ts';
import type { HttpResult } from '../http.ts';
import { readOk } from './central-answer.ts';

/** Older than this, a session is not tried: theirs ends at 15 minutes by their clock. */
const longestIdle = 14 * 60_000;
/** From here on it is asked for (`ping`) before a text depends on it. */
const asksAfter = 12 * 60_000;

export type SessionResult =
  | { readonly kind: 'session'; readonly id: string }
  /** The gateway did not give one; the answer says why. */
  | { readonly kind: 'refused'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface SessionCalls {
  /** Never rejects. */
  auth(login: CentralLogin): Promise<HttpResult>;
  ping(sessionId: string): Promise<HttpResult>;
  /** Runs forward only, ms. */
  monotonic(): number;
}

export class CentralSession {
  readonly #calls: SessionCalls;
  #current: { readonly owner: string; readonly id: string; usedAt: number } | undefined;
  /** One log-in at a time, however many wait for it. */
  #opening: { readonly owner: string; readonly result: Promise<SessionResult> } | undefined;

  constructor(calls: SessionCalls) {
    this.#calls = calls;
  }

  /** The session of this login: the open one, or a new one. Never rejects. */
  async get(login: CentralLogin): Promise<SessionResult> {
    const owner = ownerOf(login);
    const current = this.#current;
    if (current !== undefined && current.owner === owner) {
      const idle = this.#calls.monotonic() - current.usedAt;
      if (idle < asksAfter) return { kind: 'session', id: current.id };
      if (idle < longestIdle && (await this.#isAlive(current.id))) {
        this.used(current.id);
        return { kind: 'session', id: current.id };
      }
      this.drop(current.id);
    }
    if (this.#opening?.owner !== owner) {
      const opening = { owner, result: this.#open(login, owner) };
      this.#opening = opening;
      void opening.result.finally(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening.result;
  }

  /** A call with this session was answered. */
  used(id: string): void {
    if (this.#current?.id === id) this.#current.usedAt = this.#calls.monotonic();
  }

  /** The gateway says that this session is over. Another one that came meanwhile stays. */
  drop(id: string): void {
    if (this.#current?.id === id) this.#current = undefined;
  }

  async #isAlive(id: string): Promise<boolean> {
    const result = await this.#calls.ping(id);
    // Documented with the session's id behind it and seen without.
    return result.kind === 'answered' && result.status === 200 && readOk(result.bodyText) !== undefined;
  }

  async #open(login: CentralLogin, owner: string): Promise<SessionResult> {
    const result = await this.#calls.auth(login);
    if (result.kind !== 'answered') return { kind: 'failed', failure: result };
    const id = result.status === 200 ? readOk(result.bodyText) : undefined;
    if (id === undefined || !/^[0-9a-f]{32}$/i.test(id)) return { kind: 'refused', answer: result };
    this.#current = { owner, id, usedAt: this.#calls.monotonic() };
    return { kind: 'session', id };
  }
}

/** Tells two logins apart without keeping either. */
function ownerOf(login: CentralLogin): string {
  return createHash('sha256').update(writeCentralLogin(login)).digest('base64');
}
