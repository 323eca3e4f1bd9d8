/** A TCP (or TLS) server that does exactly what a test says and keeps every byte it was sent. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface RawConnection {
  readonly socket: Socket;
  /** Everything the client has written on this connection, decoded as Latin-1. */
  received: string;
}

export interface RawServer {
  readonly port: number;
  readonly connections: readonly RawConnection[];
  close(): Promise<void>;
}

export interface RawBehaviour {
  readonly onConnect?: (connection: RawConnection) => void;
  /** Called whenever bytes have come in. */
  readonly onData?: (connection: RawConnection) => void;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function startRawServer(behaviour: RawBehaviour): Promise<RawServer> {
  const connections: RawConnection[] = [];
  const sockets = new Set<Socket>();
  const onConnection = (socket: Socket): void => {
    const connection: RawConnection = { socket, received: '' };
    connections.push(connection);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      connection.received += piece.toString('latin1');
      behaviour.onData?.(connection);
    });
    behaviour.onConnect?.(connection);
  };
  const server: Server =
    behaviour.tls === undefined
      ? createServer(onConnection)
      : // HTTP/2 is offered and must not be taken: its clients write requests again by themselves.
        createTlsServer({ ...behaviour.tls, ALPNProtocols: ['h2', 'http/1.1'] }, onConnection);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}

/** How many whole requests with a `Content-Length` body the text holds. */
export function countRequests(received: string): number {
  let rest = received;
  let count = 0;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return count;
    const length = Number(/^content-length: *(\d+)/im.exec(rest.slice(0, end))?.[1] ?? '0');
    if (rest.length < end + 4 + length) return count;
    rest = rest.slice(end + 4 + length);
    count += 1;
  }
}
