/**
 * The least that takes texts as the Platform does: reads `POST /messages` off sockets, says yes to every number after a
 * fixed time, and counts. A process of its own, so that its time is not counted. First argument: milliseconds to wait.
 */
import { type AddressInfo, createServer } from 'node:net';

const delay = Number(process.argv[2] ?? '0');
const headEnd = Buffer.from('\r\n\r\n');
let texts = 0;

function http(status: string, text: string): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}
const balance = http('200 OK', '{"balance":100,"currency":"ZAR"}');

/** One verdict for each number, as the documentation shows them. */
function verdicts(body: string): string {
  const { to } = JSON.parse(body) as { to: string[] };
  let list = '';
  for (const number of to) {
    texts += 1;
    const id = texts.toString(16).padStart(32, '0');
    list += `${list === '' ? '' : ','}{"apiMessageId":"${id}","accepted":true,"to":"${number}","errorCode":null,"error":null,"errorDescription":null}`;
  }

  return http('202 Accepted', `{"messages":[${list}],"errorCode":null,"error":null,"errorDescription":null}`);
}

const server = createServer({ noDelay: true }, (socket) => {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (piece: Buffer) => {
    pending = pending.length === 0 ? piece : Buffer.concat([pending, piece]);
    for (;;) {
      const end = pending.indexOf(headEnd);
      if (end === -1) return;
      const head = pending.toString('latin1', 0, end);
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? '0');
      const size = end + headEnd.length + length;
      if (pending.length < size) return;
      const body = pending.toString('utf8', end + headEnd.length, size);
      pending = pending.subarray(size);
      const answer = head.startsWith('POST') ? verdicts(body) : balance;
      if (delay === 0) socket.write(answer);
      else setTimeout(() => socket.write(answer), delay);
    }
  });
});

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});

process.on('disconnect', () => process.exit(0));
