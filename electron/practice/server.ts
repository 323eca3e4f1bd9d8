/**
 * The pretend Clickatell: a real HTTP server on loopback. The application embeds it for practice mode; tests start it
 * in a process of its own (`command-line.ts`) and script its faults.
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
import { answerControl, controlPrefix } from './control.ts';
import { changeVerdicts, type Fault } from './faults.ts';
import { type Journal, openJournal } from './journal.ts';
import { Observer, type Point, type ReceivedRequest } from './observer.ts';
import { type ApiAnswer, type ApiState, type Judgement, judge, type TakenText } from './platform-api.ts';

export interface PracticeOptions {
  /** Absent or 0: any free port. */
  readonly port?: number | undefined;
  /** The only key that is accepted. Absent: a new one is made. */
  readonly key?: string | undefined;
  /** Where what was taken is kept. Absent: in memory only. */
  readonly journalFile?: string | undefined;
  /** Lets tests script faults and read requests verbatim, the key in them included. Never inside the application. */
  readonly control?: boolean | undefined;
}

export interface PracticeServer {
  /** `http://127.0.0.1:49152` */
  readonly url: string;
  readonly key: string;
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
  /** Forgets requests, what was taken (not the journal) and faults. */
  reset(): void;
  /** False when the time ran out. `path` defaults to `/messages`, `nth` to 1. */
  waitFor(
    point: Point,
    options?: { readonly nth?: number; readonly path?: string | undefined; readonly milliseconds?: number },
  ): Promise<boolean>;
}

const host = '127.0.0.1';
/** Larger requests are not read. The largest legitimate one is a few tens of kilobytes. */
const maxBodyBytes = 1_048_576;
/** How many texts are remembered for `message/status`. */
const maxRemembered = 50_000;

/**
 * Starts listening on 127.0.0.1.
 *
 * @throws when the port is taken or the journal cannot be opened
 */
export async function startPracticeServer(options: PracticeOptions = {}): Promise<PracticeServer> {
  const key = options.key ?? `${randomBytes(16).toString('base64url')}==`;
  const journal = options.journalFile === undefined ? undefined : await openJournal(options.journalFile);
  const practice = new Practice(key, journal);
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
    reset: () => practice.reset(),
    waitFor: (point, { nth = 1, path = '/messages', milliseconds = 10_000 } = {}) =>
      practice.observer.waitFor(path, nth, point, milliseconds),
  };

  return {
    url: `http://${host}:${port}`,
    key,
    control: options.control === true ? control : undefined,
    async stop() {
      practice.release();
      await Promise.all([close(server), controlServer === undefined ? undefined : close(controlServer)]);
      await practice.idle();
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
  readonly observer = new Observer();
  taken: TakenText[];
  readonly #state: ApiState;
  readonly #journal: Journal | undefined;
  readonly #knownIds: Set<string>;
  readonly #connections = new WeakMap<Socket, number>();
  readonly #running = new Set<Promise<void>>();
  #connectionCount = 0;
  #faults: Fault[] = [];
  #held: (() => void)[] = [];

  constructor(key: string, journal: Journal | undefined) {
    this.#journal = journal;
    this.taken = (journal?.earlier ?? []).flatMap((entry) => entry.texts).slice(-maxRemembered);
    this.#knownIds = new Set(this.taken.map((text) => text.apiMessageId).filter((id) => id !== null));
    this.#state = {
      key,
      balance: 1267.92865,
      currency: 'ZAR',
      newMessageId: () => randomBytes(16).toString('hex'),
      isKnownMessage: (id) => this.#knownIds.has(id),
    };
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
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > maxBodyBytes) {
        socket.resetAndDestroy();
        return;
      }
      pieces.push(piece);
      entry.body = Buffer.concat(pieces);
      if (size * 2 >= expected) this.observer.reach(entry, 'half-body');
    }
    this.observer.reach(entry, 'half-body');
    this.observer.reach(entry, 'body');

    const judgement = (): Promise<Judgement> =>
      this.#judge(
        {
          method: request.method ?? '',
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: entry.body,
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
      case 'reset-after-body':
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
        const { answer } = await judgement();
        send(response, { ...answer, body: changeVerdicts(answer.body, fault.change) });
        return;
      }
    }
    const { answer, dropAnswer } = await judgement();
    if (dropAnswer) socket.end();
    else send(response, answer);
  }

  async #judge(request: Parameters<typeof judge>[0], onTaken: () => void): Promise<Judgement> {
    const judgement = judge(request, this.#state);
    if (judgement.texts.length > 0) {
      await this.#journal?.append({ at: Date.now(), texts: judgement.texts });
      for (const text of judgement.texts) this.#remember(text);
      onTaken();
    }
    return judgement;
  }

  #remember(text: TakenText): void {
    this.taken.push(text);
    if (text.apiMessageId !== null) this.#knownIds.add(text.apiMessageId);
    if (this.taken.length > maxRemembered) {
      const forgotten = this.taken.shift()?.apiMessageId;
      if (forgotten !== undefined && forgotten !== null) this.#knownIds.delete(forgotten);
    }
  }

  #takeFault(path: string): Fault {
    const index = this.#faults.findIndex((fault) => {
      switch (fault.on ?? 'messages') {
        case 'messages':
          return path === '/messages';
        case 'balance':
          return path === '/public-client/balance';
        default:
          return true;
      }
    });
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

function send(response: ServerResponse, answer: ApiAnswer): void {
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
