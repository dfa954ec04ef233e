import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** A line between client and server that can be made to fail. */
export interface TcpProxy {
  readonly port: number;
  /** `black-hole`: nothing passes any more, nobody is told. */
  mode: 'pass' | 'black-hole';
  /** Every answer of the server arrives this much later, ms. */
  delayMs: number;
  /** Nothing passes any more on the connections that are open, and nobody is told; new ones work. */
  freezeOpen(): void;
  /**
   * The next answer of the server is lost and its connection reset; resolves when that has happened.
   *
   * @param skip answers that pass before, 0 by default
   */
  loseNextAnswer(skip?: number): Promise<void>;
  /** Ends every connection; new ones are refused until `reopen`. */
  refuse(): Promise<void>;
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a proxy on a free port of the loopback, to the given server. */
export async function openTcpProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  let loseAnswer: (() => void) | undefined;
  let answersToPass = 0;
  let server = createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const proxy: TcpProxy = {
    port,
    mode: 'pass',
    delayMs: 0,
    freezeOpen: () => {
      for (const socket of sockets) frozen.add(socket);
    },
    loseNextAnswer: async (skip = 0) =>
      new Promise((lost) => {
        loseAnswer = lost;
        answersToPass = skip;
      }),
    refuse: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    reopen: async () => {
      server = createServer(serve);
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close: async () => proxy.refuse(),
  };
  return proxy;

  function passes(client: Socket): boolean {
    return proxy.mode === 'pass' && !frozen.has(client);
  }

  function serve(client: Socket): void {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (passes(client)) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!passes(client)) return;
      if (loseAnswer === undefined || answersToPass > 0) {
        answersToPass = Math.max(0, answersToPass - 1);
        if (proxy.delayMs === 0) client.write(chunk);
        else setTimeout(() => client.write(chunk), proxy.delayMs).unref();
        return;
      }
      const lost = loseAnswer;
      loseAnswer = undefined;
      client.resetAndDestroy();
      lost();
    });
  }
}
