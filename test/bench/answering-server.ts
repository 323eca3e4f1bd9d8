/**
 * The least that can answer HTTP: reads requests off sockets, counts their bytes and gives each path its fixed answer.
 * A process of its own, so that its time is not counted; the answers come as JSON in the first argument.
 */
import { type AddressInfo, createServer } from 'node:net';

const answers = JSON.parse(process.argv[2] ?? '{}') as Readonly<Record<string, string>>;
const packed = new Map(Object.entries(answers).map(([path, answer]) => [path, Buffer.from(answer)]));
const missing = Buffer.from('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
const headEnd = Buffer.from('\r\n\r\n');

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
      pending = pending.subarray(size);
      const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/')).split('?', 1)[0] ?? '';
      socket.write(packed.get(path) ?? missing);
    }
  });
});

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on('disconnect', () => process.exit(0));
