import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** Bytes that pass at a time. */
const SLICE_BYTES = 7;

/** A line that cuts what comes from the server into slices, each in a packet of its own. */
export interface SlicingProxy {
  readonly port: number;
  /** Slices passed so far. */
  readonly slices: number;
  close(): Promise<void>;
}

/** @param target the server's port, asked for at each connection */
export async function openSlicingProxy(target: () => number): Promise<SlicingProxy> {
  const sockets = new Set<Socket>();
  let slices = 0;
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target() });
    client.setNoDelay(true);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // A broken connection is followed by its close, which ends the other half.
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream);
    client.on('close', () => upstream.destroy());
    let last: Promise<void> = Promise.resolve();
    upstream.on('data', (chunk: Buffer) => {
      last = last.then(() => pass(client, chunk));
    });
    upstream.on('close', () => {
      last = last.then(() => client.destroySoon());
    });
  });

  async function pass(client: Socket, chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length && !client.destroyed; from += SLICE_BYTES) {
      client.write(chunk.subarray(from, from + SLICE_BYTES));
      slices += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get slices() {
      return slices;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
