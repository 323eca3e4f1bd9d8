/** The remote control for tests in other processes: `/_control/…`, JSON both ways. See the README for the list. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallbackTarget } from './callbacks.ts';
import { readScript } from './faults.ts';
import { isPoint } from './observer.ts';
import type { PracticeControl } from './server.ts';
import { defaultAccount, type PracticeAccount } from './state.ts';

export const controlPrefix = '/_control/';

/** Longest `wait`, in milliseconds. */
const longestWait = 60_000;

/** Answers one request below `/_control/`. Never rejects. */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  control: PracticeControl,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const command = `${request.method ?? ''} ${url.pathname.slice(controlPrefix.length)}`;
  try {
    const result = await run(command, url.searchParams, request, control);
    reply(response, result === undefined ? 404 : 200, result ?? { error: `no such command: ${command}` });
  } catch (error) {
    reply(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function run(
  command: string,
  query: URLSearchParams,
  request: IncomingMessage,
  control: PracticeControl,
): Promise<object | undefined> {
  switch (command) {
    case 'GET received':
      return { requests: control.received() };
    case 'GET taken':
      return { texts: control.taken() };
    case 'POST script': {
      const faults = readScript(await readJson(request));
      if (faults === undefined) throw new Error('not a list of faults');
      control.script(faults);
      return {};
    }
    case 'GET messages':
      return { messages: control.messages() };
    case 'GET callbacks':
      return { attempts: control.callbacks() };
    case 'POST callbacks': {
      const document = (await readJson(request)) as CallbackTarget | null;
      await control.sendCallbacks(document ?? undefined);
      return {};
    }
    case 'POST profile': {
      const document = (await readJson(request)) as { names?: unknown; options?: unknown };
      const { names = [], options = {} } = document;
      if (!Array.isArray(names) || typeof options !== 'object' || options === null)
        throw new Error('names must be a list and options an object');
      control.profile(names.map(String), options as Readonly<Record<string, unknown>>);
      return {};
    }
    case 'POST account': {
      const change = (await readJson(request)) as Partial<PracticeAccount>;
      for (const name of Object.keys(change)) {
        if (!Object.hasOwn(defaultAccount, name)) throw new Error(`no such circumstance: ${name}`);
      }
      control.account(change);
      return {};
    }
    case 'POST clock': {
      const document = (await readJson(request)) as { speed?: unknown; advance?: unknown };
      const { speed = control.clock.speed, advance = 0 } = document;
      if (typeof speed !== 'number' || typeof advance !== 'number' || !(speed >= 0) || !(advance >= 0))
        throw new Error('speed and advance must be numbers, 0 or more');
      control.clock.setSpeed(speed);
      control.clock.advance(advance);
      return { now: control.clock.now() };
    }
    case 'POST sessions':
      control.expireSessions();
      return {};
    case 'POST reset':
      control.reset();
      return {};
    case 'POST release':
      control.release();
      return {};
    case 'POST line': {
      const document = (await readJson(request)) as { up?: unknown };
      if (typeof document.up !== 'boolean') throw new Error('up must be true or false');
      await control.line(document.up);
      return {};
    }
    case 'GET wait': {
      const point = query.get('point') ?? '';
      if (!isPoint(point)) throw new Error(`no such point: ${point}`);
      const nth = Number(query.get('request') ?? '1');
      const milliseconds = Math.min(Number(query.get('timeout') ?? '10000'), longestWait);
      if (!Number.isSafeInteger(nth) || nth < 1 || !(milliseconds >= 0))
        throw new Error('request or timeout');
      return {
        reached: await control.waitFor(point, { nth, path: query.get('path') ?? undefined, milliseconds }),
      };
    }
    default:
      return undefined;
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return JSON.parse(Buffer.concat(pieces).toString('utf8'));
}

function reply(response: ServerResponse, status: number, document: object): void {
  if (response.destroyed || response.headersSent) return;
  const body = JSON.stringify(document);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    // The main listener may go down on command; nobody should be left with a half-open connection to it.
    connection: 'close',
  });
  response.end(body);
}
