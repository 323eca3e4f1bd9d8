/**
 * A TCP proxy on loopback that can stop passing bytes on at a named point of an HTTP/1.1 exchange, for killing a client
 * in the middle of one. It understands just enough HTTP to find the points: bodies need a `Content-Length`.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * - `connected`      the client is connected; nothing of it has been passed on
 * - `half-body`      the headers and half of the request's body were passed on
 * - `request`        the whole request was passed on, nothing of the answer came back
 * - `answer-headers` the answer came back up to the empty line behind its headers
 */
export type ProxyPoint = 'connected' | 'half-body' | 'request' | 'answer-headers';

export interface TcpProxy {
  readonly url: string;
  readonly port: number;
  /** From now on exchanges stop at this point; undefined: at none. Those that have stopped stay so until `release`. */
  stopAt(point: ProxyPoint | undefined): void;
  /**
   * Resolves when an exchange comes to this point the next time, or at once when one stands there now.
   *
   * @throws when that takes too long
   */
  reached(point: ProxyPoint, milliseconds?: number): Promise<void>;
  /** Lets what has stopped go on. */
  release(): void;
  /** Cuts every connection and refuses new ones. */
  down(): Promise<void>;
  /** Listens on the same port again. */
  up(): Promise<void>;
  /**
   * Resolves when no connection is open: after a client was killed, when its end has arrived here too.
   *
   * @throws when that takes too long
   */
  idle(milliseconds?: number): Promise<void>;
  /** How many connections were made, ever. */
  readonly connections: number;
  close(): Promise<void>;
}

const host = '127.0.0.1';

export async function startTcpProxy(target: { readonly port: number }, port = 0): Promise<TcpProxy> {
  const exchanges = new Set<Exchange>();
  const waiting = new Set<{ readonly point: ProxyPoint; readonly resolve: () => void }>();
  const idlers = new Set<() => void>();
  let stopPoint: ProxyPoint | undefined;
  let connections = 0;

  function onPoint(point: ProxyPoint): boolean {
    for (const waiter of [...waiting]) {
      if (waiter.point !== point) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
    return stopPoint === point;
  }

  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    connections += 1;
    const exchange = new Exchange(client, target.port, onPoint);
    exchanges.add(exchange);
    exchange.onClosed = () => {
      exchanges.delete(exchange);
      if (exchanges.size === 0) for (const wake of [...idlers]) wake();
    };
  });

  function listen(onPort: number): Promise<number> {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(onPort, host, () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  function down(): Promise<void> {
    return new Promise((resolve) => {
      if (server.listening) server.close(() => resolve());
      else resolve();
      for (const exchange of exchanges) exchange.cut();
    });
  }

  const ownPort = await listen(port);
  return {
    url: `http://${host}:${ownPort}`,
    port: ownPort,
    get connections() {
      return connections;
    },
    stopAt(point) {
      stopPoint = point;
    },
    reached(point, milliseconds = 10_000) {
      return new Promise((resolve, reject) => {
        if ([...exchanges].some((exchange) => exchange.stoppedAt === point)) {
          resolve();
          return;
        }
        const waiter = {
          point,
          resolve: () => {
            clearTimeout(timer);
            resolve();
          },
        };
        const timer = setTimeout(() => {
          waiting.delete(waiter);
          reject(new Error(`nothing came to the point ${point}`));
        }, milliseconds);
        waiting.add(waiter);
      });
    },
    idle(milliseconds = 10_000) {
      return new Promise((resolve, reject) => {
        const wake = (): void => {
          clearTimeout(timer);
          idlers.delete(wake);
          resolve();
        };
        const timer = setTimeout(() => {
          idlers.delete(wake);
          reject(new Error('a connection is still open'));
        }, milliseconds);
        idlers.add(wake);
        if (exchanges.size === 0) wake();
      });
    },
    release() {
      for (const exchange of exchanges) exchange.release();
    },
    down,
    async up() {
      if (!server.listening) await listen(ownPort);
    },
    close: down,
  };
}

/** One client connection and its counterpart towards the server. */
class Exchange {
  stoppedAt: ProxyPoint | undefined;
  onClosed: () => void = () => undefined;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #toServer: Passage;
  readonly #toClient: Passage;

  constructor(client: Socket, port: number, onPoint: (point: ProxyPoint) => boolean) {
    this.#client = client;
    this.#upstream = connect({ port, host, allowHalfOpen: true });
    const stopsAt = (point: ProxyPoint): boolean => {
      const stops = onPoint(point);
      if (stops) this.stoppedAt = point;
      return stops;
    };
    this.#toServer = new Passage(client, this.#upstream);
    this.#toClient = new Passage(this.#upstream, client);
    if (stopsAt('connected')) this.#toServer.stop();
    this.#toServer.onHalfBody = () => stopsAt('half-body');
    this.#toServer.onMessage = () => {
      // The request itself still goes out: it is the answer that is held back.
      if (stopsAt('request')) this.#toClient.stop();
      return false;
    };
    this.#toClient.onHeaders = () => stopsAt('answer-headers');
    client.on('end', () => {
      // A client that leaves a stopped exchange was killed: nothing it left here may arrive later.
      if (this.stoppedAt !== undefined) this.cut();
    });
    for (const [socket, other] of [
      [client, this.#upstream],
      [this.#upstream, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // What was held back is lost with the connection, as on a real line.
        other.destroy();
        if (client.destroyed && this.#upstream.destroyed) this.onClosed();
      });
    }
  }

  release(): void {
    this.stoppedAt = undefined;
    this.#toServer.goOn();
    this.#toClient.goOn();
  }

  cut(): void {
    this.#client.destroy();
    this.#upstream.destroy();
  }
}

/** Bytes in one direction. Follows the messages in them and can stop between any two bytes. */
class Passage {
  onHeaders: () => boolean = () => false;
  onHalfBody: () => boolean = () => false;
  onMessage: () => boolean = () => false;
  readonly #to: Socket;
  #stopped = false;
  #ended = false;
  /** Arrived and not yet passed on. */
  #held: Buffer = Buffer.alloc(0);
  /** Headers passed on so far, while inside them; undefined inside a body. */
  #headers = '';
  /** Bytes of the body still to come and its half mark; undefined inside headers. */
  #body: { left: number; halfAt: number } | undefined;

  constructor(from: Socket, to: Socket) {
    this.#to = to;
    from.on('data', (piece: Buffer) => {
      this.#held = Buffer.concat([this.#held, piece]);
      this.#pass();
    });
    from.on('end', () => {
      this.#ended = true;
      this.#pass();
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  goOn(): void {
    this.#stopped = false;
    this.#pass();
  }

  #pass(): void {
    while (!this.#stopped && this.#held.length > 0) {
      const bytes = this.#body === undefined ? this.#untilHeadersEnd() : this.#untilMark(this.#body);
      this.#to.write(this.#held.subarray(0, bytes));
      const passed = this.#held.subarray(0, bytes);
      this.#held = this.#held.subarray(bytes);
      if (this.#body === undefined) this.#passedHeaders(passed);
      else this.#passedBody(this.#body, bytes);
    }
    if (!this.#stopped && this.#ended && this.#held.length === 0) this.#to.end();
  }

  #untilHeadersEnd(): number {
    const seen = this.#headers.slice(-3);
    const end = (seen + this.#held.toString('latin1')).indexOf('\r\n\r\n');
    return end === -1 ? this.#held.length : end + 4 - seen.length;
  }

  #passedHeaders(passed: Buffer): void {
    this.#headers += passed.toString('latin1');
    if (!this.#headers.endsWith('\r\n\r\n')) return;
    const length = Number(/^content-length: *(\d+)/im.exec(this.#headers)?.[1] ?? '0');
    this.#headers = '';
    if (this.onHeaders()) this.#stopped = true;
    this.#body = { left: length, halfAt: Math.floor(length / 2) };
    if (length === 0) this.#finish();
  }

  #untilMark(body: { left: number; halfAt: number }): number {
    const mark = body.left > body.halfAt ? body.left - body.halfAt : body.left;
    return Math.min(this.#held.length, mark);
  }

  #passedBody(body: { left: number; halfAt: number }, bytes: number): void {
    const before = body.left;
    body.left -= bytes;
    if (before > body.halfAt && body.left <= body.halfAt && this.onHalfBody()) this.#stopped = true;
    if (body.left === 0) this.#finish();
  }

  #finish(): void {
    this.#body = undefined;
    if (this.onMessage()) this.#stopped = true;
  }
}
