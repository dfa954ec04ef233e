import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * What a line does to what passes. `black_hole`: nothing passes and nobody is told. `slow`: every piece comes late.
 * `sliced`: seven bytes at a time.
 */
export type Weather = 'fair' | 'black_hole' | 'slow' | 'sliced';

/** A TCP line from one node to one server, which can be made to fail. */
export interface Line {
  readonly port: number;
  weather: Weather;
  /** Calls whose sideband is open on this line now. */
  callIds(): string[];
  /** Resets all connections, or those of one call. */
  reset(callId?: string): void;
  /** What is open stays open and says nothing any more; new connections work. */
  freezeOpen(): void;
  /** Resets what is open and refuses new connections until `reopen`. */
  refuse(): Promise<void>;
  reopen(): Promise<void>;
  close(): Promise<void>;
}

const SLICE_BYTES = 7;
/** How late a piece comes on a slow line, ms. */
const SLOW_MS = 150;
const SIDEBAND = /^GET \/v1\/realtime\?call_id=([\w-]+)/;

interface Connection {
  readonly client: Socket;
  readonly upstream: Socket;
  callId: string | null;
  frozen: boolean;
}

/** Opens a line on a free port of the loopback. */
export async function openLine(target: { readonly host: string; readonly port: number }): Promise<Line> {
  const connections = new Set<Connection>();
  let server = createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let open = true;

  const line: Line = {
    port,
    weather: 'fair',
    callIds: () => [...connections].flatMap(({ callId }) => callId ?? []),
    reset: (callId) => {
      for (const connection of connections)
        if (callId === undefined || connection.callId === callId) tear(connection);
    },
    freezeOpen: () => {
      for (const connection of connections) connection.frozen = true;
    },
    refuse: async () => {
      if (!open) return;
      open = false;
      const closed = once(server, 'close');
      server.close();
      line.reset();
      await closed;
    },
    reopen: async () => {
      if (open) return;
      server = createServer(serve);
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      open = true;
    },
    close: async () => line.refuse(),
  };
  return line;

  function serve(client: Socket): void {
    const upstream = connect(target);
    const connection: Connection = { client, upstream, callId: null, frozen: false };
    connections.add(connection);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      // A broken connection is followed by its close, which ends the other half.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        connections.delete(connection);
        client.destroy();
        upstream.destroy();
      });
    }
    const down = passer(connection, client);
    const up = passer(connection, upstream);
    client.once('data', (chunk: Buffer) => {
      connection.callId = SIDEBAND.exec(chunk.subarray(0, 200).toString('latin1'))?.[1] ?? null;
    });
    client.on('data', up);
    upstream.on('data', down);
  }

  function passer(connection: Connection, to: Socket): (chunk: Buffer) => void {
    let last = Promise.resolve();
    let behind = 0;
    return (chunk) => {
      if (connection.frozen || line.weather === 'black_hole') return;
      if (line.weather === 'fair' && behind === 0) {
        to.write(chunk);
        return;
      }
      const { weather } = line;
      behind += 1;
      last = last
        .then(() => (weather === 'sliced' ? slices(to, chunk) : late(to, chunk)))
        .finally(() => (behind -= 1));
    };
  }
}

function tear({ client, upstream }: Connection): void {
  client.resetAndDestroy();
  upstream.resetAndDestroy();
}

async function slices(to: Socket, chunk: Buffer): Promise<void> {
  for (let from = 0; from < chunk.length && !to.destroyed; from += SLICE_BYTES) {
    to.write(chunk.subarray(from, from + SLICE_BYTES));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function late(to: Socket, chunk: Buffer): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  if (!to.destroyed) to.write(chunk);
}
