import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  SidebandPool,
  type AttachFailure,
  type DetachCause,
  type SidebandListener,
} from '../../src/realtime/sideband.ts';
import { ManualClock } from '../store/manual-clock.ts';

const PING_MS = 3_000;

/** What a listener was told, and a wait for the next of it. */
class Ear implements SidebandListener {
  readonly told: [string, ...unknown[]][] = [];
  readonly frames: string[] = [];
  #waiting: (() => void)[] = [];

  onOpen(): void {
    this.#note('open');
  }

  onFrame(frame: Buffer): void {
    this.frames.push(frame.toString('utf8'));
    this.#note('frame');
  }

  onAttachFailed(failure: AttachFailure): void {
    this.#note('failed', failure);
  }

  onDetached(cause: DetachCause, code: number): void {
    this.#note('detached', cause, code);
  }

  async hears(what: string): Promise<unknown[]> {
    for (;;) {
      const found = this.told.find(([kind]) => kind === what);
      if (found !== undefined) return found.slice(1);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #note(...entry: [string, ...unknown[]]): void {
    this.told.push(entry);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

interface Peer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  readonly sockets: WebSocket[];
  next(): Promise<WebSocket>;
}

async function peer(t: Test, status?: number, headers: Record<string, string> = {}): Promise<Peer> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  const requests: IncomingMessage[] = [];
  server.on('upgrade', (request, socket, head) => {
    requests.push(request);
    if (status === undefined) {
      sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open));
      return;
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n${lines.join('')}\r\n`);
  });
  const open: WebSocket[] = [];
  sockets.on('connection', (socket) => open.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of open) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/realtime`,
    requests,
    sockets: open,
    next: async () => open.at(-1) ?? ((await once(sockets, 'connection')) as [WebSocket])[0],
  };
}

function pool(t: Test, url: string, origin = ''): { pool: SidebandPool; clock: ManualClock } {
  const clock = new ManualClock();
  const sidebands = new SidebandPool({ url, apiKey: 'sk-test', origin, handshakeTimeoutMs: 1_000, clock });
  t.teardown(() => sidebands.close());
  return { pool: sidebands, clock };
}

t.test('the handshake carries the key and the call, and no more than is asked for', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  pool(t, server.url).pool.connect('rtc_a/b', ear);
  await ear.hears('open');
  const [request] = server.requests;
  t.equal(request?.url, '/v1/realtime?call_id=rtc_a%2Fb');
  t.equal(request?.headers.authorization, 'Bearer sk-test');
  t.equal(request?.headers.origin, undefined);
  t.equal(request?.headers['sec-websocket-extensions'], undefined, 'no compression is offered');
});

t.test('an Origin is sent when one is configured', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  pool(t, server.url, 'https://api.openai.com').pool.connect('rtc_1', ear);
  await ear.hears('open');
  t.equal(server.requests[0]?.headers.origin, 'https://api.openai.com');
});

t.test('a refused handshake is told once, by its meaning', async (t) => {
  for (const [status, failure] of [
    [404, { kind: 'not_found' }],
    [503, { kind: 'refused', status: 503 }],
    [401, { kind: 'refused', status: 401 }],
  ] as const) {
    const server = await peer(t, status);
    const ear = new Ear();
    pool(t, server.url).pool.connect('rtc_1', ear);
    t.same(await ear.hears('failed'), [failure]);
    await new Promise((resolve) => setImmediate(resolve));
    t.equal(ear.told.length, 1);
  }
});

t.test('a redirection is not followed: the key stays here', async (t) => {
  const elsewhere = await peer(t);
  const server = await peer(t, 302, { location: elsewhere.url });
  const ear = new Ear();
  pool(t, server.url).pool.connect('rtc_1', ear);
  t.same(await ear.hears('failed'), [{ kind: 'refused', status: 302 }]);
  t.equal(elsewhere.requests.length, 0);
});

t.test('nobody listening is unreachable', async (t) => {
  const ear = new Ear();
  pool(t, 'ws://127.0.0.1:1/v1/realtime').pool.connect('rtc_1', ear);
  t.match(await ear.hears('failed'), [{ kind: 'unreachable', code: 'ECONNREFUSED' }]);
});

t.test('nothing is sent before the socket is open, and nothing after it is closed', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  const sideband = pool(t, server.url).pool.connect('rtc_1', ear);
  t.equal(sideband.send('{}'), false);
  await ear.hears('open');
  t.equal(sideband.send('{}'), true);
  sideband.close();
  t.equal(sideband.send('{}'), false);
});

t.test('our own close is not told to us', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  const sidebands = pool(t, server.url).pool;
  const sideband = sidebands.connect('rtc_1', ear);
  await ear.hears('open');
  const socket = await server.next();
  sideband.close();
  await once(socket, 'close');
  t.same(ear.told, [['open']]);
  t.equal(sidebands.size, 0);
});

t.test('a close while it still connects is not told either', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  const sidebands = pool(t, server.url).pool;
  sidebands.connect('rtc_1', ear).close();
  const other = new Ear();
  sidebands.connect('rtc_2', other);
  await other.hears('open');
  t.same(ear.told, []);
});

t.test('text is heard, binary is not', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  pool(t, server.url).pool.connect('rtc_1', ear);
  const socket = await server.next();
  socket.send(Buffer.from([1, 2, 3]));
  socket.send('{"type":"x"}');
  await ear.hears('frame');
  t.same(ear.frames, ['{"type":"x"}']);
});

t.test('a peer that does not answer two pings is dead within 10 s', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  const { pool: sidebands, clock } = pool(t, server.url);
  sidebands.connect('rtc_1', ear);
  await ear.hears('open');
  (await server.next()).pause();
  clock.advance(PING_MS * 2);
  t.equal(ear.told.length, 1, 'two pings are out');
  clock.advance(PING_MS);
  t.same(ear.told.at(-1), ['detached', 'silent', 1006]);
  t.ok(PING_MS * 3 < 10_000);
});

t.test('a peer that answers pings lives', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  const { pool: sidebands, clock } = pool(t, server.url);
  sidebands.connect('rtc_1', ear);
  await ear.hears('open');
  const socket = await server.next();
  for (let i = 0; i < 5; i += 1) {
    const ping = once(socket, 'ping');
    clock.advance(PING_MS);
    await ping;
    socket.send('{}');
    const heard = ear.frames.length;
    while (ear.frames.length === heard) await new Promise((resolve) => setImmediate(resolve));
  }
  t.notOk(ear.told.some(([kind]) => kind === 'detached'));
});

t.test('a peer that does not read is given up before memory is', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  const { pool: sidebands, clock } = pool(t, server.url);
  const sideband = sidebands.connect('rtc_1', ear);
  await ear.hears('open');
  const socket = await server.next();
  socket.pause();
  for (let i = 0; i < 40; i += 1) sideband.send('x'.repeat(500_000));
  clock.advance(PING_MS * 2);
  t.same(ear.told.at(-1), ['detached', 'congested', 1006]);
});

t.test('an event of more than 1 MiB closes its sideband with 1009', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  pool(t, server.url).pool.connect('rtc_1', ear);
  const socket = await server.next();
  await ear.hears('open');
  const closed = once(socket, 'close') as Promise<[number]>;
  socket.send('x'.repeat(1024 * 1024 + 1));
  t.match(await ear.hears('detached'), ['oversized']);
  t.equal((await closed)[0], 1009);
  t.same(ear.frames, []);
});

t.test('an event of exactly 1 MiB is heard', async (t) => {
  const server = await peer(t);
  const ear = new Ear();
  pool(t, server.url).pool.connect('rtc_1', ear);
  (await server.next()).send('x'.repeat(1024 * 1024));
  await ear.hears('frame');
  t.equal(ear.frames[0]?.length, 1024 * 1024);
});

t.test('whatever code a peer closes with, it is told once', async (t) => {
  for (const code of [1000, 1001, 1011, 1012, 4000]) {
    const server = await peer(t);
    const ear = new Ear();
    pool(t, server.url).pool.connect('rtc_1', ear);
    await ear.hears('open');
    (await server.next()).close(code);
    t.same(await ear.hears('detached'), ['closed', code]);
    t.equal(ear.told.length, 2);
  }
});

t.test('frames that break the protocol close the sideband, and nothing else', async (t) => {
  const server = await peer(t);
  const [ear, other] = [new Ear(), new Ear()];
  const sidebands = pool(t, server.url).pool;
  sidebands.connect('rtc_1', ear);
  await ear.hears('open');
  const first = await server.next();
  sidebands.connect('rtc_2', other);
  await other.hears('open');
  (first as unknown as { _socket: { write(data: Buffer): void } })._socket.write(
    Buffer.from([0x81, 0x02, 0xff, 0xfe]),
  );
  t.match(await ear.hears('detached'), ['closed']);
  t.same(other.told, [['open']]);
});
