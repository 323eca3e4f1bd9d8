/**
 * The practice server as a program of its own:
 *
 *     npm run practice-gateway -- --port 8642 [--profile NAME …] [--option NAME=READING …] [--speed N]
 *
 * The other options: docs/practice-gateway.md.
 *
 * Prints one line of JSON once it listens, `{"listening":…,"key":…,"central":…,"control":…}`, and ends on SIGTERM, on
 * SIGINT and when its standard input closes, so that it never outlives the test that started it.
 */
import { parseArgs } from 'node:util';
import type { CallbackMethod } from './callbacks.ts';
import { SpeedClock } from './clock.ts';
import { practiceProfile } from './profile.ts';
import { startPracticeServer } from './server.ts';
import type { PracticeAccount } from './state.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    key: { type: 'string' },
    user: { type: 'string' },
    password: { type: 'string' },
    'api-id': { type: 'string' },
    journal: { type: 'string' },
    control: { type: 'boolean', default: false },
    profile: { type: 'string', multiple: true, default: [] },
    option: { type: 'string', multiple: true, default: [] },
    speed: { type: 'string', default: '1' },
    credit: { type: 'string' },
    price: { type: 'string' },
    'rate-limit': { type: 'string' },
    'ip-lock': { type: 'boolean', default: false },
    'opted-out': { type: 'string', multiple: true, default: [] },
    'two-way-number': { type: 'string', multiple: true, default: [] },
    'queue-seconds': { type: 'string' },
    'handset-seconds': { type: 'string' },
    'callback-url': { type: 'string' },
    'callback-method': { type: 'string', default: 'json' },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`not a port: ${values.port}`);

const server = await startPracticeServer({
  port,
  key: values.key,
  central: {
    ...(values.user === undefined ? {} : { user: values.user }),
    ...(values.password === undefined ? {} : { password: values.password }),
    ...(values['api-id'] === undefined ? {} : { apiId: values['api-id'] }),
  },
  journalFile: values.journal,
  control: values.control,
  profile: practiceProfile(values.profile, Object.fromEntries(values.option.map(splitOption))),
  clock: new SpeedClock({ speed: readNumber('speed', values.speed) }),
  account: readAccount(),
  ...(values['callback-url'] === undefined
    ? {}
    : { callbacks: { url: values['callback-url'], method: readMethod(values['callback-method']) } }),
});
console.log(
  JSON.stringify({
    listening: server.url,
    key: server.key,
    central: server.central,
    control: server.control?.url,
  }),
);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await server.stop();
  process.exit(0);
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.once('end', stop).once('close', stop).resume();

function readAccount(): Partial<PracticeAccount> {
  const { credit, price } = values;
  const rate = values['rate-limit']?.split('/').map((part) => readNumber('rate-limit', part));
  const queueSeconds = values['queue-seconds'];
  const handsetSeconds = values['handset-seconds'];
  return {
    ...(credit === undefined ? {} : { credit: readNumber('credit', credit), pricePerPart: 1 }),
    ...(price === undefined ? {} : { pricePerPart: readNumber('price', price) }),
    // `10/1`: ten requests a second.
    ...(rate === undefined ? {} : { rateLimit: { requests: rate[0] ?? 1, seconds: rate[1] ?? 1 } }),
    ...(queueSeconds === undefined ? {} : { queueSeconds: readNumber('queue-seconds', queueSeconds) }),
    ...(handsetSeconds === undefined
      ? {}
      : { handsetSeconds: readNumber('handset-seconds', handsetSeconds) }),
    ipLocked: values['ip-lock'],
    optedOut: values['opted-out'].map(digits),
    twoWayNumbers: values['two-way-number'].map(digits),
  };
}

function splitOption(text: string): readonly [string, string] {
  const [name = '', ...reading] = text.split('=');
  return [name, reading.join('=')];
}

function readNumber(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0) throw new Error(`--${name}: ${text}`);
  return number;
}

function readMethod(text: string): CallbackMethod {
  if (text !== 'get' && text !== 'form' && text !== 'json') throw new Error(`--callback-method: ${text}`);
  return text;
}

function digits(number: string): string {
  return number.replace(/\D/g, '');
}
