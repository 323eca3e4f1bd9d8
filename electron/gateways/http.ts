/**
 * The one doorway for HTTP, and the only importer of undici.
 *
 * What matters here is not that a request succeeds but that afterwards it is *known* whether it may have left: a text
 * that may have left is never sent again by itself. undici's H1 client calls `onRequestStart` as its last step before
 * the first byte is written, so a failure before that call is proof that nothing left, and a failure after it proves
 * nothing, whatever its code (a stale keep-alive socket and a reset after reading both say ECONNRESET).
 *
 * Configured against every automatic repeat: no pipelining, HTTP/1.1 only, no retry or redirect interceptor, no proxy
 * from the environment, and a request that was started once is refused a second start.
 */
import type { LookupFunction } from 'node:net';
import type { Dispatcher, Pool } from 'undici';
import { Deadlines, type Expiry, forgetAbort, onAbortOf } from './patience.ts';
import { type Redact, redactor, type Secrets } from './redaction.ts';

/** Milliseconds. */
export interface HttpTimeouts {
  /** Name look-up, TCP and TLS together. */
  readonly connect: number;
  /** From the last byte written to the last header read. */
  readonly headers: number;
  /** Between two pieces of the answer's body. */
  readonly body: number;
  /** The whole call, waiting for a free connection included. */
  readonly overall: number;
}

const defaultTimeouts: HttpTimeouts = {
  connect: 10_000,
  headers: 30_000,
  body: 30_000,
  overall: 45_000,
};

export interface DoorwayOptions {
  /** `https://host` or `http://127.0.0.1:port`, as `readBaseUrl` gives it. */
  readonly origin: string;
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
  /** Most connections at a time; further requests wait. */
  readonly connections?: number | undefined;
  /** Largest answer that is read, in bytes. */
  readonly maxAnswerBytes?: number | undefined;
  /** Replaces the system's name look-up. */
  readonly lookup?: LookupFunction | undefined;
  /** PEM certificates trusted instead of the built-in list. */
  readonly certificateAuthorities?: string | undefined;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query, beginning with `/`, ASCII. No error and no result ever repeats it. */
  readonly path: string;
  /** Sent in this order, after `host` and `connection`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Value of the `Authorization` header. It is cut out of what is returned, except of an answer. */
  readonly authorization?: string | undefined;
  /** What stands in the path or the body and must not come back either: a key in the query, a password, a session. */
  readonly secrets?: Secrets | undefined;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** Which step of getting a connection failed. */
export type NotSentWhy = 'dns' | 'connect' | 'tls' | 'certificate' | 'timeout' | 'aborted' | 'invalid';

/**
 * - `answered` a complete answer came, exactly as it is; what it means is the adapter's business, and so is to cut secrets
 *   out of what it says (`withoutSecrets`)
 * - `notSent`  not one byte of this request was written
 * - `unknown`  some or all of it was written and no complete answer came; `status` when at least its headers did
 */
export type HttpResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** `content-type` and `retry-after`, when they are there; repeated ones joined with a comma. */
      readonly headers: Readonly<Record<string, string>>;
      readonly bodyText: string;
    }
  | { readonly kind: 'notSent'; readonly why: NotSentWhy; readonly code: string; readonly text: string }
  | {
      readonly kind: 'unknown';
      readonly code: string;
      readonly text: string;
      readonly status: number | undefined;
    };

export interface HttpDoorway {
  /** Never rejects. */
  request(request: HttpRequest): Promise<HttpResult>;
  /** Drops every connection. The doorway stays usable: the next request opens new ones. */
  close(): Promise<void>;
}

/** Marks an error as raised while a connection was being made. Not a code of undici's, which treats some specially. */
class ConnectFailure extends Error {
  readonly code = 'CONNECT_FAILED';
}

const closeWithin = 2_000;

/** Opens no connection and loads nothing until the first request. */
export function openDoorway(options: DoorwayOptions): HttpDoorway {
  const timeouts: HttpTimeouts = { ...defaultTimeouts, ...options.timeouts };
  let pool: Promise<Pool> | undefined;
  let opened: Pool | undefined;
  const deadlines = new Deadlines();

  function request(httpRequest: HttpRequest): Promise<HttpResult> {
    const deadline = performance.now() + timeouts.overall;
    return opened === undefined
      ? openAndRequest(httpRequest, deadline)
      : dispatch(opened, httpRequest, deadlines, deadline);
  }

  async function openAndRequest(httpRequest: HttpRequest, deadline: number): Promise<HttpResult> {
    pool ??= openPool(options, timeouts);
    const opening = pool;
    let ready: Pool;
    try {
      ready = await opening;
    } catch (error) {
      if (pool === opening) pool = undefined;
      const redact = redactor(secretsOf(httpRequest));
      return redactFailure({ kind: 'notSent', why: 'invalid', ...describe(error) }, redact, httpRequest.path);
    }
    // Closed meanwhile: a destroyed pool turns the request away unwritten.
    if (pool === opening) opened = ready;
    return dispatch(ready, httpRequest, deadlines, deadline);
  }

  async function close(): Promise<void> {
    const closing = pool;
    pool = undefined;
    opened = undefined;
    if (closing === undefined) return;
    const destroyed = closing.then((opened) => opened.destroy()).catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeWithin);
    });
    await Promise.race([destroyed, limit]);
    clearTimeout(timer);
  }

  return { request, close };
}

/**
 * Loaded by the first request, and only the two files that are used: the whole of undici (fetch, WebSocket, caches)
 * takes two to three times as long to load and 11 MB more memory. The paths are not part of its public interface; its
 * version is pinned and the gateway contract runs on exactly this.
 */
async function openPool(options: DoorwayOptions, timeouts: HttpTimeouts): Promise<Pool> {
  const [{ default: Pool }, { default: buildConnector }] = await Promise.all([
    import('undici/lib/dispatcher/pool.js'),
    import('undici/lib/core/connect.js'),
  ]);
  const connector = buildConnector({
    allowH2: false,
    timeout: timeouts.connect,
    // Said explicitly because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes the default.
    rejectUnauthorized: true,
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    ...(options.certificateAuthorities === undefined ? {} : { ca: options.certificateAuthorities }),
  });
  return new Pool(options.origin, {
    connections: options.connections ?? 8,
    pipelining: 1,
    allowH2: false,
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    // An idle connection is a source of "maybe sent": the server may close it as we write. Short is safer.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 20_000,
    keepAliveTimeoutThreshold: 2_000,
    maxResponseSize: options.maxAnswerBytes ?? 1_048_576,
    connect: (target, callback) => {
      connector(target, (error, socket) => {
        if (error === null) callback(null, socket);
        else callback(new ConnectFailure(error.message, { cause: error }), null);
      });
    },
  });
}

/** Runs one request to its end. Never rejects; resolves exactly once. */
function dispatch(
  pool: Pool,
  request: HttpRequest,
  deadlines: Deadlines,
  deadline: number,
): Promise<HttpResult> {
  return new Promise((resolve) => {
    const exchange = new Exchange(request, deadlines, deadline, resolve);
    if (request.signal.aborted) {
      exchange.onAbort();
      return;
    }
    const { authorization, headers } = request;
    try {
      pool.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: authorization === undefined ? headers : { authorization, ...headers },
          body: request.body ?? null,
          // Not even GET: `idempotent` is what lets undici write a request again.
          idempotent: false,
        },
        exchange,
      );
    } catch (error) {
      exchange.onThrown(error);
    }
  });
}

/** What is known of one request while it is on its way. A class, since one is made for every text. */
class Exchange implements Dispatcher.DispatchHandler, Expiry {
  readonly at: number;
  readonly #signal: AbortSignal;
  readonly #path: string;
  // Not the request itself: its body need not be kept while the answer is awaited.
  readonly #authorization: string | undefined;
  readonly #secrets: Secrets | undefined;
  readonly #deadlines: Deadlines;
  readonly #resolve: (result: HttpResult) => void;
  /** True from the moment undici is about to write: from then on nothing proves that nothing left. */
  #started = false;
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status: number | undefined;
  #headers: Readonly<Record<string, string>> = {};
  readonly #pieces: Buffer[] = [];

  constructor(
    request: HttpRequest,
    deadlines: Deadlines,
    deadline: number,
    resolve: (result: HttpResult) => void,
  ) {
    this.at = deadline;
    this.#signal = request.signal;
    this.#path = request.path;
    this.#authorization = request.authorization;
    this.#secrets = request.secrets;
    this.#deadlines = deadlines;
    this.#resolve = resolve;
    deadlines.add(this);
    onAbortOf(request.signal, this);
  }

  onTime(): void {
    this.#stop('timeout', 'DEADLINE', 'no answer within the time allowed');
  }

  onAbort(): void {
    this.#stop('aborted', 'ABORTED', 'stopped by us');
  }

  /** Nothing is thrown once a request is under way; when it is all the same, what was written counts. */
  onThrown(error: unknown): void {
    if (this.#started) this.#settle({ kind: 'unknown', ...describe(error), status: this.#status });
    else this.#settle({ kind: 'notSent', why: 'invalid', ...describe(error) });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled || this.#started) {
      // Given up meanwhile, or undici is about to write this request a second time. Neither may go out.
      controller.abort(new Error('not to be written'));
      return;
    }
    this.#started = true;
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = keptHeaders(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (!this.#settled) this.#pieces.push(piece);
  }

  onResponseEnd(): void {
    const status = this.#status;
    if (status === undefined) {
      this.#settle({ kind: 'unknown', code: 'NO_STATUS', text: 'an answer without a status', status });
    } else {
      this.#settle({ kind: 'answered', status, headers: this.#headers, bodyText: textOf(this.#pieces) });
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: unknown): void {
    if (this.#started) this.#settle({ kind: 'unknown', ...describe(error), status: this.#status });
    else this.#settle(classifyUnstarted(error));
  }

  /** Gives up. A request that still waits for a connection is turned away in `onRequestStart`, unwritten. */
  #stop(why: 'aborted' | 'timeout', code: string, text: string): void {
    this.#settle(
      this.#started
        ? { kind: 'unknown', code, text, status: this.#status }
        : { kind: 'notSent', why, code, text },
    );
    this.#controller?.abort(new Error(text));
  }

  #settle(result: HttpResult): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#deadlines.remove(this);
    forgetAbort(this.#signal, this);
    if (result.kind === 'answered') {
      this.#resolve(result);
      return;
    }
    const secrets = secretsOf({ authorization: this.#authorization, secrets: this.#secrets });
    this.#resolve(redactFailure(result, redactor(secrets), this.#path));
  }
}

const byteOrderMark = 0xfeff;

/** UTF-8; what is not becomes U+FFFD. */
function textOf(pieces: readonly Buffer[]): string {
  const [only] = pieces;
  const text = (pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)).toString();
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

/** The headers an answer is judged by. */
const headerNames = ['content-type', 'retry-after'] as const;

/** undici gives names in lower case. */
function keptHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of headerNames) {
    const value = headers[name];
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}

function classifyUnstarted(error: unknown): HttpResult {
  if (error instanceof ConnectFailure) {
    const facts = describe(error.cause);
    return { kind: 'notSent', why: connectStep(error.cause, facts.code), ...facts };
  }
  const facts = describe(error);
  if (facts.code === 'UND_ERR_DESTROYED' || facts.code === 'UND_ERR_CLOSED') {
    return { kind: 'notSent', why: 'aborted', code: facts.code, text: 'the connection was closed by us' };
  }
  return { kind: 'notSent', why: facts.code.startsWith('UND_ERR_INVALID') ? 'invalid' : 'connect', ...facts };
}

/**
 * Only for the words shown to a person: everything here is `notSent` already. Certificate codes are those of
 * X509_verify_cert_error_string as Node names them (nodejs.org/api/tls.html, "X509 certificate error codes").
 */
function connectStep(error: unknown, code: string): NotSentWhy {
  if (fieldOf(error, 'syscall') === 'getaddrinfo' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'dns';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'timeout';
  if (
    /^(UNABLE_TO_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|ERROR_IN_CERT|INVALID_(CA|PURPOSE)|PATH_LENGTH_|HOSTNAME_MISMATCH)/.test(
      code,
    )
  ) {
    return 'certificate';
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return 'tls';
  return 'connect';
}

/** What is kept of an error: its code and one line. Stacks and causes stay here. */
function describe(error: unknown): { readonly code: string; readonly text: string } {
  const code = fieldOf(error, 'code') ?? (error instanceof Error ? error.name : 'ERROR');
  // An AggregateError (several addresses tried) has no message of its own.
  const first = error instanceof AggregateError ? (error.errors as readonly unknown[])[0] : undefined;
  const message =
    (error instanceof Error && error.message) || (first instanceof Error && first.message) || code;
  return { code, text: message.slice(0, 300) };
}

function fieldOf(error: unknown, field: 'code' | 'syscall'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value = (error as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : undefined;
}

function secretsOf({ authorization, secrets }: Pick<HttpRequest, 'authorization' | 'secrets'>): Secrets {
  if (authorization === undefined) return secrets ?? { secrets: [] };
  return { ...secrets, secrets: [authorization, ...(secrets?.secrets ?? [])] };
}

/** Neither Node nor undici puts the path into a message today; a key may stand in it, so it is cut out all the same. */
function redactFailure(
  result: Exclude<HttpResult, { kind: 'answered' }>,
  redact: Redact,
  path: string,
): HttpResult {
  return { ...result, text: redact(result.text.replaceAll(path, '[path]')) };
}
