/**
 * The practice server as a program of its own:
 *
 *     script/node electron/practice/command-line.ts --port 0 [--key KEY] [--journal FILE] [--control]
 *
 * Prints one line of JSON once it listens, `{"listening":…,"key":…,"control":…}`, and ends on SIGTERM, on SIGINT and
 * when its standard input closes, so that it never outlives the test that started it.
 */
import { parseArgs } from 'node:util';
import { startPracticeServer } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    key: { type: 'string' },
    journal: { type: 'string' },
    control: { type: 'boolean', default: false },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`not a port: ${values.port}`);

const server = await startPracticeServer({
  port,
  key: values.key,
  journalFile: values.journal,
  control: values.control,
});
console.log(JSON.stringify({ listening: server.url, key: server.key, control: server.control?.url }));

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
