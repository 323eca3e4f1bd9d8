/**
 * The pretend Clickatell: a real HTTP server on loopback. The application embeds it for practice mode; tests start it
 * in a process of its own (`command-line.ts`) and script its faults.
 *
 * Only what a first `POST /messages` in JSON needs is loaded at the start; Developers' Central, XML and callbacks are
 * loaded by whoever asks for them first.
 */
import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { CallbackAttempt, CallbackSender, CallbackTarget } from './callbacks.ts';
import { SpeedClock } from './clock.ts';
import { answerControl, controlPrefix } from './control.ts';
import { type Fault, isMeant } from './faults.ts';
import type { ApiAnswer, ApiRequest, Judgement } from './http-messages.ts';
import { type Journal, openJournal } from './journal.ts';
import type { MessageView } from './message-store.ts';
import { Observer, type Point, type ReceivedRequest } from './observer.ts';
import { judgePlatform, platformSendPaths } from './platform-api.ts';
import { type PracticeProfile, practiceProfile } from './profile.ts';
import { type CentralLogin, defaultAccount, type PracticeAccount, PracticeState } from './state.ts';
import type { TakenText } from './taken-text.ts';

export interface PracticeOptions {
  /** Absent or 0: any free port. */
  readonly port?: number | undefined;
  /** The only key that is accepted. Absent: a new one is made. */
  readonly key?: string | undefined;
  /** Where what was taken is kept. Absent: in memory only. */
  readonly journalFile?: string | undefined;
  /** The only login of Developers' Central. What is absent is made. */
  readonly central?: Partial<CentralLogin> | undefined;
  /** How to behave where nobody knows how Clickatell does: see `profile.ts`. Absent: the default. */
  readonly profile?: PracticeProfile | undefined;
  /** Circumstances of the account: credit, limits, who opted out, how fast texts travel. */
  readonly account?: Partial<PracticeAccount> | undefined;
  /** The clock that sessions, delivery and callbacks go by. Absent: it goes with the machine's. */
  readonly clock?: SpeedClock | undefined;
  /** Where changes of status are told. Absent: nowhere. */
  readonly callbacks?: CallbackTarget | undefined;
  /** Lets tests script faults and read requests verbatim, the key in them included. Never inside the application. */
  readonly control?: boolean | undefined;
}

export interface PracticeServer {
  /** `http://127.0.0.1:49152` */
  readonly url: string;
  readonly key: string;
  readonly central: CentralLogin;
  /** Present when asked for in the options. */
  readonly control: PracticeControl | undefined;
  /** Closes every connection and resolves when nothing listens any more. */
  stop(): Promise<void>;
}

/** For tests. The same over HTTP: see `control.ts`. */
export interface PracticeControl {
  /** Another listener, which stays up while the line is down. */
  readonly url: string;
  /** Adds faults for the next requests, one each. */
  script(faults: readonly Fault[]): void;
  /** Lets every held request go on. */
  release(): void;
  /** Down: nothing listens, connections are cut. Up: the same port listens again. */
  line(up: boolean): Promise<void>;
  /** Every request in order of arrival, those of `/_control/` left out. */
  received(): readonly ReceivedRequest[];
  /** Every recipient that was judged, accepted or refused, those of earlier runs in the journal included. */
  taken(): readonly TakenText[];
  /** Behaves from now on by these named profiles and single options, by nothing else. Throws when there is no such. */
  profile(names: readonly string[], options?: Readonly<Record<string, unknown>>): void;
  /** Changes circumstances of the account. */
  account(change: Partial<PracticeAccount>): void;
  readonly clock: SpeedClock;
  /** What is known of every message that was accepted. */
  messages(): readonly MessageView[];
  /** Every session of Developers' Central ends. */
  expireSessions(): void;
  /** Tells changes of status there from now on, or nowhere. Rejects when it is not on loopback. */
  sendCallbacks(target: CallbackTarget | undefined): Promise<void>;
  /** The attempts made so far. */
  callbacks(): readonly CallbackAttempt[];
  /** Forgets requests, what was taken (not the journal) and faults. */
  reset(): void;
  /** False when the time ran out. `path` defaults to `/messages`, `nth` to 1. */
  waitFor(
    point: Point,
    options?: { readonly nth?: number; readonly path?: string | undefined; readonly milliseconds?: number },
  ): Promise<boolean>;
}

const host = '127.0.0.1';
/** Larger requests are not read. The largest legitimate one is a few tens of kilobytes, */
const maxBodyBytes = 1_048_576;
/** except for many long texts in one. */
const maxBulkBytes = 8 * 1_048_576;
/** How many texts are remembered for `message/status`. */
const maxRemembered = 50_000;
/** Where texts are sent; what faults wait for unless they say otherwise. */
const sendPaths: ReadonlySet<string> = new Set([...platformSendPaths, '/http/sendmsg', '/http/sendmsg.php']);

/**
 * Starts listening on 127.0.0.1.
 *
 * @throws when the port is taken, the journal cannot be opened or callbacks are to go elsewhere than loopback
 */
export async function startPracticeServer(options: PracticeOptions = {}): Promise<PracticeServer> {
  const key = options.key ?? `${randomBytes(16).toString('base64url')}==`;
  const central: CentralLogin = {
    user: options.central?.user ?? 'practice',
    password: options.central?.password ?? randomBytes(9).toString('base64url'),
    apiId: options.central?.apiId ?? '3600000',
  };
  const journal = options.journalFile === undefined ? undefined : await openJournal(options.journalFile);
  const clock = options.clock ?? new SpeedClock();
  const state = new PracticeState({
    key,
    central,
    profile: options.profile ?? practiceProfile(),
    account: { ...defaultAccount, ...options.account },
    clock,
    newId: () => randomBytes(16).toString('hex'),
    capacity: maxRemembered,
  });
  const practice = new Practice(state, journal, options.control === true ? maxRemembered : 1);
  const server = createServer((request, response) => {
    if (options.control === true && (request.url ?? '').startsWith(controlPrefix)) {
      void answerControl(request, response, control);
    } else {
      void practice.serve(request, response);
    }
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  const controlServer = options.control === true ? createServer(answerOnlyControl) : undefined;

  function answerOnlyControl(request: IncomingMessage, response: ServerResponse): void {
    void answerControl(request, response, control);
  }

  let port: number;
  let controlPort = 0;
  try {
    await practice.sendCallbacks(options.callbacks);
    port = await listen(server, options.port ?? 0);
    if (controlServer !== undefined) controlPort = await listen(controlServer, 0);
  } catch (error) {
    await close(server);
    await journal?.close();
    throw error;
  }

  const control: PracticeControl = {
    url: `http://${host}:${controlPort}`,
    script: (faults) => practice.script(faults),
    release: () => practice.release(),
    async line(up) {
      if (up === server.listening) return;
      if (up) await listen(server, port);
      else await close(server);
    },
    received: () => practice.observer.received(),
    taken: () => practice.taken,
    profile(names, changes) {
      state.profile = practiceProfile(names, changes);
    },
    account: (change) => state.changeAccount(change),
    clock,
    messages: () => state.messages.views(clock.now()),
    expireSessions: () => state.sessions.expireAll(),
    sendCallbacks: (target) => practice.sendCallbacks(target),
    callbacks: () => practice.callbacks?.attempts ?? [],
    reset: () => practice.reset(),
    waitFor: (point, { nth = 1, path = '/messages', milliseconds = 10_000 } = {}) =>
      practice.observer.waitFor(path, nth, point, milliseconds),
  };

  return {
    url: `http://${host}:${port}`,
    key,
    central,
    control: options.control === true ? control : undefined,
    async stop() {
      practice.release();
      await Promise.all([close(server), controlServer === undefined ? undefined : close(controlServer)]);
      await practice.idle();
      await practice.sendCallbacks(undefined);
      clock.stop();
      await journal?.close();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

class Practice {
  readonly observer: Observer;
  taken: TakenText[];
  callbacks: CallbackSender | undefined;
  readonly #state: PracticeState;
  readonly #journal: Journal | undefined;
  readonly #connections = new WeakMap<Socket, number>();
  readonly #running = new Set<Promise<void>>();
  #connectionCount = 0;
  #faults: Fault[] = [];
  #held: (() => void)[] = [];

  constructor(state: PracticeState, journal: Journal | undefined, observed: number) {
    this.observer = new Observer(observed);
    this.#state = state;
    this.#journal = journal;
    const earlier = (journal?.earlier ?? []).flatMap(({ at, texts }) => texts.map((text) => ({ at, text })));
    this.taken = earlier.slice(-maxRemembered).map(({ text }) => text);
    for (const { at, text } of earlier.slice(-maxRemembered)) {
      if (text.apiMessageId !== null)
        state.messages.add(
          state.recordOf(text, { family: 'platform', requestId: '', takenAt: at, charge: 0 }),
        );
    }
  }

  async sendCallbacks(target: CallbackTarget | undefined): Promise<void> {
    const earlier = this.callbacks;
    this.callbacks = undefined;
    await earlier?.stop();
    if (target === undefined) return;
    const { CallbackSender } = await import('./callbacks.ts');
    const state = this.#state;
    this.callbacks = new CallbackSender({
      target,
      clock: state.clock,
      messages: state.messages,
      apiId: state.central.apiId,
      profile: () => state.profile,
    });
  }

  script(faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const goOn of held) goOn();
  }

  reset(): void {
    this.#faults = [];
    this.release();
    this.observer.reset();
    this.taken = [];
  }

  /** Resolves when no request is being worked on. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const work = this.#serve(request, response).catch(() => {
      // Broken connections end here, and a journal that cannot be written: then nobody is told that it was taken.
      request.socket.destroy();
    });
    this.#running.add(work);
    await work;
    this.#running.delete(work);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const url = new URL(request.url ?? '/', `http://${host}`);
    const entry = this.observer.begin({
      connection: this.#connectionOf(socket),
      method: request.method ?? '',
      path: request.url ?? '',
      rawHeaders: request.rawHeaders,
    });
    response.once('finish', () => this.observer.reach(entry, 'answered'));
    response.once('close', () => {
      if (!entry.points.includes('answered')) this.observer.reach(entry, 'gone');
    });
    const fault = this.#takeFault(url.pathname);
    if (fault.kind === 'reset-before-body') {
      socket.resetAndDestroy();
      return;
    }

    const expected = Number(request.headers['content-length'] ?? '0');
    const mostBytes = url.pathname === '/messages/rest/bulk' ? maxBulkBytes : maxBodyBytes;
    const resetAt = fault.kind === 'reset-at-byte' ? fault.byte : Number.POSITIVE_INFINITY;
    let size = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      entry.pieces.push(piece);
      if (size > mostBytes || size >= resetAt) {
        socket.resetAndDestroy();
        return;
      }
      if (size * 2 >= expected) this.observer.reach(entry, 'half-body');
    }
    this.observer.reach(entry, 'half-body');
    this.observer.reach(entry, 'body');

    const judgement = (): Promise<Judgement> =>
      this.#judge(
        {
          method: request.method ?? '',
          path: url.pathname,
          // As it came: parsing it as a URL would encode bytes beyond ASCII a second time.
          query: (request.url ?? '').split('?').slice(1).join('?'),
          headers: request.headers,
          body: Buffer.concat(entry.pieces),
        },
        () => this.observer.reach(entry, 'taken'),
      );
    if ('taken' in fault && fault.taken === true) await judgement();
    switch (fault.kind) {
      case 'none':
        break;
      case 'delay':
        await wait(fault.milliseconds, socket);
        break;
      case 'hold':
        await new Promise<void>((resolve) => this.#held.push(resolve));
        break;
      case 'reset-at-byte':
      case 'reset-after-body':
        // A body shorter than the byte ends here as well.
        socket.resetAndDestroy();
        return;
      case 'drop-answer':
        await judgement();
        socket.end();
        return;
      case 'half-answer': {
        const { answer } = await judgement();
        const bytes = fault.bytes ?? Math.floor(Buffer.byteLength(answer.body) / 2);
        const part = Buffer.from(answer.body).subarray(0, bytes);
        await sendRaw(socket, Buffer.concat([Buffer.from(headOf(answer)), part]));
        endRaw(socket, fault.end ?? 'close');
        return;
      }
      case 'cut-answer': {
        const { answer } = await judgement();
        const whole = Buffer.concat([Buffer.from(headOf(answer)), Buffer.from(answer.body)]);
        await sendRaw(socket, whole.subarray(0, fault.byte));
        endRaw(socket, fault.end ?? 'reset');
        return;
      }
      case 'truncate': {
        const { answer } = await judgement();
        const body = Buffer.from(answer.body);
        const bytes = fault.bytes ?? Math.floor(body.length / 2);
        send(response, { ...answer, body: body.subarray(0, bytes) });
        return;
      }
      case 'garbage': {
        const { answer } = await judgement();
        send(response, {
          ...answer,
          status: fault.status ?? answer.status,
          // Bytes that are neither text nor anything else, the same every time.
          body: Buffer.from(
            Array.from({ length: fault.bytes ?? 256 }, (_, index) => (index * 151 + 128) % 256),
          ),
        });
        return;
      }
      case 'busy':
        send(response, {
          status: fault.status,
          headers: fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
          body: '',
        });
        return;
      case 'slow-body': {
        const { answer } = await judgement();
        await sendRaw(socket, Buffer.from(headOf(answer)));
        for (const byte of Buffer.from(answer.body)) {
          if (socket.destroyed) return;
          await sendRaw(socket, Buffer.of(byte));
          await wait(fault.everyMilliseconds, socket);
        }
        endRaw(socket, 'close');
        return;
      }
      case 'close-after-answer': {
        const { answer } = await judgement();
        response.once('finish', () => endRaw(socket, fault.end ?? 'close'));
        send(response, answer);
        return;
      }
      case 'hang':
        return;
      case 'answer':
        send(response, { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' });
        return;
      case 'html':
        send(response, {
          status: 200,
          headers: { 'content-type': 'text/html; charset=utf-8' },
          body: '<!doctype html><title>Welcome</title><p>Please sign in to use this network.</p>',
        });
        return;
      case 'redirect':
        send(response, { status: fault.status ?? 307, headers: { location: fault.location }, body: '' });
        return;
      case 'raw':
        for (const piece of fault.pieces) {
          if (piece.afterMilliseconds !== undefined) await wait(piece.afterMilliseconds, socket);
          await sendRaw(socket, Buffer.from(piece.text));
        }
        endRaw(socket, fault.end ?? 'close');
        return;
      case 'slow-headers':
        await sendRaw(socket, Buffer.from('HTTP/1.1 202 Accepted\r\n'));
        for (let index = 0; !socket.destroyed; index += 1) {
          await sendRaw(socket, Buffer.from(`x-slow-${index}: 1\r\n`));
          await wait(fault.everyMilliseconds, socket);
        }
        return;
      case 'verdicts': {
        const { answer, tell } = await judgement();
        send(response, tell?.(fault.change) ?? answer);
        return;
      }
    }
    const { answer, dropAnswer, delayMilliseconds } = await judgement();
    if (delayMilliseconds > 0) await wait(delayMilliseconds, socket);
    if (dropAnswer) socket.end();
    else send(response, answer);
  }

  async #judge(request: ApiRequest, onTaken: () => void): Promise<Judgement> {
    const judgement = await this.#answer(request);
    if (judgement.taken.length > 0) {
      const texts = judgement.taken.map(({ text }) => text);
      await this.#journal?.append({ at: this.#state.clock.now(), texts });
      this.taken.push(...texts);
      if (this.taken.length > maxRemembered) this.taken.splice(0, this.taken.length - maxRemembered);
      for (const { record } of judgement.taken) {
        if (record === undefined) continue;
        this.#state.messages.add(record);
        this.callbacks?.plan(record);
      }
      onTaken();
    }
    return judgement;
  }

  async #answer(request: ApiRequest): Promise<Judgement> {
    if (!/^\/(http|utils)\//.test(request.path)) return judgePlatform(request, this.#state);
    const { judgeCentral } = await import('./central-api.ts');
    return judgeCentral(request, this.#state);
  }

  #takeFault(path: string): Fault {
    const index = this.#faults.findIndex((fault) => isMeant(fault, path, sendPaths));
    return this.#faults.splice(index, index === -1 ? 0 : 1)[0] ?? { kind: 'none' };
  }

  #connectionOf(socket: Socket): number {
    let number = this.#connections.get(socket);
    if (number === undefined) {
      this.#connectionCount += 1;
      number = this.#connectionCount;
      this.#connections.set(socket, number);
    }
    return number;
  }
}

function send(
  response: ServerResponse,
  answer: Omit<ApiAnswer, 'body'> & { readonly body: string | Buffer },
): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

function headOf(answer: ApiAnswer): string {
  const headers = { ...answer.headers, 'content-length': String(Buffer.byteLength(answer.body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** Resolves when the bytes were handed to the operating system, or could not be. */
function sendRaw(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.write(bytes, () => resolve());
  });
}

function endRaw(socket: Socket, end: 'close' | 'reset' | 'keep'): void {
  if (end === 'close') socket.end();
  else if (end === 'reset') socket.resetAndDestroy();
}

/** Ends early when nobody is there any more to wait for it. */
function wait(milliseconds: number, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      socket.off('close', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    socket.once('close', end);
  });
}
