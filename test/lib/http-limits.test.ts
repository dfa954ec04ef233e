import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import {
  refuseForeignTransferEncoding,
  serverLimits,
  WEBHOOK_BODY_LIMIT,
} from '../../src/lib/http-limits.ts';

/** Quicker ones, for what does not depend on the very numbers. */
const QUICK = { requestTimeout: 300, http: { headersTimeout: 200, connectionsCheckingInterval: 50 } };

async function serve(t: Test, over: Partial<typeof QUICK> = {}): Promise<FastifyInstance> {
  const app = Fastify({ ...serverLimits, ...over });
  t.teardown(() => app.close());
  app.addHook('onRequest', refuseForeignTransferEncoding);
  app.post('/', { bodyLimit: WEBHOOK_BODY_LIMIT }, () => 'read');
  app.get('/livez', () => 'live');
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app;
}

function dial(t: Test, app: FastifyInstance): Socket {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  // The server may reset a connection whose body it does not want to read.
  socket.on('error', () => {});
  return socket;
}

/** First line of what the server answers. */
async function statusLine(socket: Socket): Promise<string> {
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString().split('\r\n')[0] ?? '';
}

const HEAD = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

t.test('a body of one megabyte is 413 by its announced length', async (t) => {
  const socket = dial(t, await serve(t));
  socket.write(`${HEAD}content-length: 1000000\r\n\r\n`);
  t.match(await statusLine(socket), / 413 /);
});

t.test('a chunked body without an end is 413 once it is too long', async (t) => {
  const socket = dial(t, await serve(t));
  socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  for (let sent = 0; sent <= WEBHOOK_BODY_LIMIT; sent += 0x4000) socket.write(chunk);
  t.match(await statusLine(socket), / 413 /);
});

for (const [what, head] of [
  ['an announced length', 'content-length: 1000\r\n\r\n{'],
  ['chunks', 'transfer-encoding: chunked\r\n\r\n1\r\n{\r\n'],
] as const) {
  t.test(
    `a body that stops after its first byte, with ${what}, is 408 and the connection closed`,
    async (t) => {
      const socket = dial(t, await serve(t, QUICK));
      socket.write(HEAD + head);
      t.match(await statusLine(socket), / 408 /);
      await once(socket, 'close');
    },
  );
}

t.test('headers that never end are 408 and the connection closed', async (t) => {
  const socket = dial(t, await serve(t, QUICK));
  socket.write('POST / HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
  t.match(await statusLine(socket), / 408 /);
  await once(socket, 'close');
});

t.test('with the limits of the service a slow body is gone in less than six seconds', async (t) => {
  const socket = dial(t, await serve(t));
  const startedAt = performance.now();
  socket.write(`${HEAD}content-length: 1000\r\n\r\n{`);
  const trickle = setInterval(() => socket.write(' '), 250);
  t.teardown(() => clearInterval(trickle));
  t.match(await statusLine(socket), / 408 /);
  const tookMs = performance.now() - startedAt;
  t.ok(tookMs < 6_000 + 500, `${Math.round(tookMs)} ms, half a second of it for a busy machine`);
});

t.test('200 slow or silent connections are closed, and others are answered meanwhile', async (t) => {
  const app = await serve(t, QUICK);
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/livez`;
  let open = 0;
  const slow = Array.from({ length: 200 }, async (_, at) => {
    const socket = dial(t, app);
    socket.on('connect', () => (open += 1));
    socket.resume();
    if (at % 2 === 0) socket.write(`${HEAD}content-length: 1000\r\n\r\n{`);
    else if (at % 4 === 1) socket.write('POST / HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
    await once(socket, 'close');
    open -= 1;
  });
  let answered = 0;
  let beside = 0;
  const all = Promise.all(slow).then(() => true);
  while (!(await Promise.race([all, fetch(url).then((response) => !response.ok)]))) {
    answered += 1;
    beside = Math.max(beside, open);
  }
  t.equal(open, 0, 'every one of them was closed');
  t.ok(answered > 0 && beside > 0, `${answered} answers, beside up to ${beside} slow connections`);
});

t.test('a transfer encoding other than chunked is 501 and the connection closed', async (t) => {
  const app = await serve(t);
  for (const coding of ['xchunked', 'identity', 'chunked, identity', 'gzip, chunked']) {
    const socket = dial(t, app);
    socket.write(`${HEAD}transfer-encoding: ${coding}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    t.match(await statusLine(socket), / (501|400) /, coding);
    await once(socket, 'close');
  }
});

t.test('chunked, in any case, is read', async (t) => {
  const app = await serve(t);
  for (const coding of ['chunked', 'Chunked', ' chunked ']) {
    const socket = dial(t, app);
    socket.write(`${HEAD}transfer-encoding: ${coding}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    t.match(await statusLine(socket), / 200 /, coding);
  }
});

t.test('requests with two readings are 400', async (t) => {
  const app = await serve(t);
  const body = '2\r\n{}\r\n0\r\n\r\n';
  for (const head of [
    `${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n${body}`,
    `${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    `${HEAD}content-length : 2\r\n\r\n{}`,
    `POST / HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
  ]) {
    const socket = dial(t, app);
    socket.write(head);
    t.match(await statusLine(socket), / 400 /, JSON.stringify(head));
  }
});
