import { connect } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type InjectOptions, type LightMyRequestResponse } from 'fastify';
import fp from 'fastify-plugin';
import t, { type Test } from 'tap';
import webhookVerification from '../../plugins/webhook-verification.ts';
import type { Config } from '../../src/config.ts';
import { incomingCall, SECRET, SECRETS, signedHeaders, type TestDelivery } from '../webhook/deliveries.ts';

interface Hook {
  readonly app: FastifyInstance;
  /** How each delivery was judged, in order. */
  readonly results: string[];
  /** Deliveries that reached the handler. */
  readonly handled: unknown[];
  /** Log lines. */
  readonly lines: string[];
  readonly post: (
    payload: string | Buffer,
    headers?: Record<string, string>,
  ) => Promise<LightMyRequestResponse>;
}

/** A server with one verified route, as the service has it, and one ordinary route beside it. */
async function serve(t: Test, secrets = SECRET, clockAheadMs = 0): Promise<Hook> {
  const results: string[] = [];
  const handled: unknown[] = [];
  const lines: string[] = [];
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => lines.push(line) } } });
  t.teardown(() => app.close());
  const config = { OPENAI_WEBHOOK_SECRET: secrets } as Config;
  await app.register(fp(async (scope) => void scope.decorate('config', config), { name: 'config' }));
  const clock = {
    now: () => Date.now() + clockAheadMs,
    monotonic: () => performance.now(),
    setTimer: () => ({ cancel: () => {} }),
  };
  await app.register(webhookVerification, { clock, onResult: (result) => results.push(result) });
  await app.register(async (scope) => {
    scope.post('/hook', { config: { rawBody: true }, preValidation: scope.verifyWebhook }, (request) => {
      handled.push(request.webhook);
      return { kind: request.webhook?.envelope.kind };
    });
  });
  app.post('/other', (request) => ({ body: request.body, webhook: request.webhook }));
  const post = (
    payload: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> =>
    app.inject({ method: 'POST', url: '/hook', payload, headers } satisfies InjectOptions);
  return { app, results, handled, lines, post };
}

const JSON_TYPE = { 'content-type': 'application/json' };

function signed(body: string | Buffer, delivery: TestDelivery = {}): Record<string, string> {
  const timestamp = delivery.timestamp ?? Math.floor(Date.now() / 1000);
  return { ...JSON_TYPE, ...signedHeaders({ ...delivery, body, timestamp }) };
}

t.test('a signed call reaches the handler with its id, its time and its event', async (t) => {
  const { post, handled, results } = await serve(t);
  const body = incomingCall();
  const response = await post(body, signed(body, { id: 'wh_7' }));
  t.equal(response.statusCode, 200);
  t.match(handled, [
    { webhookId: 'wh_7', secretIndex: 0, envelope: { kind: 'incoming_call', event: { callId: 'rtc_u0_1' } } },
  ]);
  t.same(results, ['verified']);
});

t.test('every refusal is the same 401, byte for byte, and each is counted by its reason', async (t) => {
  const { post, handled, results } = await serve(t);
  const body = incomingCall();
  const good = signed(body);
  const genuine = signedHeaders({ body, timestamp: good['webhook-timestamp'] ?? '' });
  const cases: readonly (readonly [string, string | Buffer, Record<string, string>])[] = [
    ['headers_missing', body, JSON_TYPE],
    ['headers_mixed', body, { ...good, 'svix-id': genuine['webhook-id'] ?? '' }],
    ['id_format', body, { ...good, 'webhook-id': 'a.b' }],
    ['timestamp_format', body, { ...good, 'webhook-timestamp': 'hello' }],
    ['timestamp_window', body, signed(body, { timestamp: 1_614_265_330 })],
    ['signature_format', body, { ...good, 'webhook-signature': 'v1,' }],
    ['signature_count', body, { ...good, 'webhook-signature': 'v1,x '.repeat(9) }],
    ['signature_mismatch', `${body} `, good],
    ['signature_mismatch', body, signed(body, { secrets: [SECRETS[1] ?? ''] })],
    ['signature_mismatch', '{"broken', good],
    ['signature_mismatch', '', good],
    ['signature_mismatch', `\uFEFF${body}`, good],
    ['signature_mismatch', '{"__proto__":{}}', good],
    ['signature_mismatch', 'plain', { ...good, 'content-type': 'text/plain' }],
    ['signature_mismatch', 'a=b', { ...good, 'content-type': 'application/x-www-form-urlencoded' }],
    ['signature_mismatch', 'x', { ...good, 'content-type': 'application/vnd.x+json' }],
    ['signature_mismatch', 'x', { ...good, 'content-type': 'no media type' }],
    ['headers_missing', '', {}],
    ['body_encoding', Buffer.from([0xff]), good],
  ];
  const answers = new Set<string>();
  for (const [reason, payload, headers] of cases) {
    const response = await post(payload, headers);
    answers.add(`${response.statusCode} ${String(response.headers['content-type'])} ${response.body}`);
    t.equal(results.at(-1), reason, `${reason}: ${String(payload).slice(0, 20)}`);
  }
  t.equal(answers.size, 1);
  t.match([...answers][0], /^401 application\/json/);
  t.equal(results.length, cases.length);
  t.same(handled, []);
});

t.test('an authentic body is read whatever its content type says', async (t) => {
  const { post } = await serve(t);
  const body = incomingCall();
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/octet-stream',
    'no media type',
    '',
  ]) {
    const response = await post(body, { ...signed(body), 'content-type': type });
    t.equal(response.statusCode, 200, JSON.stringify(type));
  }
});

t.test('an authentic body that is malformed is 400 and counted, never 500', async (t) => {
  const { post, handled, results } = await serve(t);
  const bodies = [
    '',
    '{"a":',
    '\uFEFF{}',
    '[]',
    'null',
    '"text"',
    '{}',
    '{"type":1}',
    incomingCall({}, { call_id: undefined }),
    incomingCall({}, { call_id: 'a/b' }),
    incomingCall({ created_at: 'now' }),
    incomingCall({ data: null }),
    incomingCall({}, { sip_headers: 'From' }),
  ];
  for (const body of bodies) {
    t.equal((await post(body, signed(body))).statusCode, 400, body.slice(0, 40));
  }
  t.same(
    results,
    bodies.map(() => 'malformed'),
  );
  t.same(handled, []);
});

t.test('an authentic event of another type is not an error', async (t) => {
  const { post, results } = await serve(t);
  const body = JSON.stringify({ type: 'batch.completed', data: {} });
  const response = await post(body, signed(body));
  t.equal(response.statusCode, 200);
  t.same(response.json(), { kind: 'ignored' });
  t.same(results, ['verified']);
});

t.test('deliveries signed with an old secret are accepted and counted', async (t) => {
  const { post, results } = await serve(t, SECRETS.slice(0, 2).join(','));
  const body = incomingCall();
  for (const secrets of [[SECRETS[0] ?? ''], [SECRETS[1] ?? ''], SECRETS.slice(0, 2)]) {
    t.equal((await post(body, signed(body, { secrets }))).statusCode, 200);
  }
  t.same(results, ['verified', 'verified_old_key', 'verified']);
});

t.test('without a secret every delivery is taken on trust, with a warning each', async (t) => {
  const { post, handled, results, lines } = await serve(t, '');
  t.equal((await post(incomingCall(), { 'webhook-id': 'wh_9' })).statusCode, 200);
  t.equal((await post(incomingCall(), JSON_TYPE)).statusCode, 200);
  t.equal((await post('{', JSON_TYPE)).statusCode, 400);
  t.match(handled, [{ webhookId: 'wh_9', secretIndex: null }, { webhookId: /^unsigned_[0-9a-f]{32}$/ }]);
  t.same(results, ['unsigned', 'unsigned', 'malformed']);
  t.equal(lines.filter((line) => line.includes('OPENAI_WEBHOOK_SECRET is not set')).length, 2);
});

t.test('without a secret the same body without an id is recognised as a repetition', async (t) => {
  const { post, handled } = await serve(t, '');
  for (let count = 0; count < 2; count += 1) await post(incomingCall(), JSON_TYPE);
  const [first, second] = handled as { webhookId: string }[];
  t.equal(first?.webhookId, second?.webhookId);
});

t.test('a flood of forgeries writes one line a second', async (t) => {
  const { post, lines } = await serve(t);
  for (let count = 0; count < 50; count += 1) await post('{}', JSON_TYPE);
  t.ok(lines.length >= 1 && lines.length < 10, `${lines.length} lines`);
});

t.test('a body over 64 KiB is 413 before it is judged, one of 64 KiB is judged', async (t) => {
  const { post, results } = await serve(t);
  t.equal((await post('x'.repeat(64 * 1024 + 1), JSON_TYPE)).statusCode, 413);
  t.same(results, []);
  t.equal((await post('x'.repeat(64 * 1024), JSON_TYPE)).statusCode, 401);
  t.same(results, ['headers_missing']);
});

t.test('security headers sent twice on the wire are refused, though Node joins them', async (t) => {
  const { app, results } = await serve(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const body = incomingCall();
  const lines = Object.entries({ ...signed(body), host: 'localhost', connection: 'close' }).map(
    ([k, v]) => `${k}: ${v}`,
  );
  for (const repeated of ['webhook-id: wh_1', 'webhook-signature: v1,x']) {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(
      `POST /hook HTTP/1.1\r\n${[...lines, repeated].join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    t.match(answer.toString(), /^HTTP\/1\.1 401 /);
  }
  t.same(results, ['headers_duplicated', 'headers_duplicated']);
});

t.test('a body that arrives in pieces is verified over all of its bytes', async (t) => {
  const { app, results } = await serve(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const body = incomingCall({ note: '電話番'.repeat(2_000) });
  const { port } = app.server.address() as AddressInfo;
  const pieces = Buffer.from(body);
  const stream = new ReadableStream({
    start: (controller) => {
      for (let at = 0; at < pieces.length; at += 1_001) controller.enqueue(pieces.subarray(at, at + 1_001));
      controller.close();
    },
  });
  const init = { method: 'POST', headers: signed(body), body: stream, duplex: 'half' } as const;
  const response = await fetch(`http://127.0.0.1:${port}/hook`, init);
  t.equal(response.status, 200);
  t.same(results, ['verified']);
});

t.test('other routes keep their parsers and have no webhook', async (t) => {
  const { app } = await serve(t);
  const json = await app.inject({ method: 'POST', url: '/other', payload: { a: 1 } });
  t.same(json.json(), { body: { a: 1 }, webhook: null });
  const broken = await app.inject({ method: 'POST', url: '/other', payload: '{', headers: JSON_TYPE });
  t.equal(broken.statusCode, 400);
  const unknown = await app.inject({
    method: 'POST',
    url: '/other',
    payload: 'x',
    headers: { 'content-type': 'a/b' },
  });
  t.equal(unknown.statusCode, 415);
});

t.test('a node whose clock is six minutes wrong refuses, and knows it', async (t) => {
  const { app, post, results } = await serve(t, SECRET, 360_000);
  const body = incomingCall();
  for (const id of ['wh_1', 'wh_2', 'wh_3'])
    t.equal((await post(body, signed(body, { id }))).statusCode, 401);
  t.same(results, ['timestamp_window', 'timestamp_window', 'timestamp_window']);
  t.equal(app.webhookSkew.excessive(), true);
});

t.test('forgeries do not move the estimate of the clock', async (t) => {
  const { app, post } = await serve(t);
  const body = incomingCall();
  for (const id of ['wh_1', 'wh_2', 'wh_3', 'wh_4']) {
    await post(body, signed(body, { id, timestamp: 1_614_265_330, secrets: [SECRETS[1] ?? ''] }));
  }
  t.equal(app.webhookSkew.skewMs(), null);
  t.equal(app.webhookSkew.excessive(), false);
});

t.test('a raw route outside a plugin of its own is refused at boot', async (t) => {
  const { app } = await serveUnready(t);
  t.throws(
    () => app.post('/root', { config: { rawBody: true } }, async () => 'x'),
    /needs a plugin of its own/,
  );
});

t.test('a verified route that forgot rawBody lets nothing through', async (t) => {
  const { app } = await serveUnready(t);
  app.post('/forgot', { preValidation: app.verifyWebhook }, async () => 'let through');
  const body = incomingCall();
  const response = await app.inject({ method: 'POST', url: '/forgot', payload: body, headers: signed(body) });
  t.equal(response.statusCode, 500);
});

t.test('secrets that verify nothing stop the boot', async (t) => {
  await t.rejects(serve(t, 'whsec_'), { code: 'DW_CONFIG' });
});

async function serveUnready(t: Test): Promise<{ app: FastifyInstance }> {
  const app = Fastify();
  t.teardown(() => app.close());
  const config = { OPENAI_WEBHOOK_SECRET: SECRET } as Config;
  await app.register(fp(async (scope) => void scope.decorate('config', config), { name: 'config' }));
  await app.register(webhookVerification);
  return { app };
}
