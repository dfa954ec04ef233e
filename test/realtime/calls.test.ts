import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startEmulator, type Emulator } from '../../emulator/index.ts';
import { selfSigned } from '../emulator/self-signed.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createCallsClient, type CallsClient } from '../../src/realtime/calls.ts';

const SESSION = JSON.stringify({ type: 'realtime', model: 'gpt-realtime-2.1' });
const TIMEOUT_MS = 300;

function clientOf(t: Test, baseUrl: string, apiKey = 'sk-emulator'): CallsClient {
  const client = createCallsClient({ baseUrl, apiKey, model: 'gpt-realtime-2.1', clock: systemClock });
  t.teardown(async () => client.close());
  return client;
}

async function open(t: Test): Promise<{ emulator: Emulator; client: CallsClient }> {
  const emulator = await startEmulator({ playback: 'manual' });
  t.teardown(async () => emulator.close());
  return { emulator, client: clientOf(t, emulator.baseUrl) };
}

const statuses = [
  [200, undefined, { kind: 'done' }],
  [204, undefined, { kind: 'done' }],
  [400, undefined, { kind: 'refused', status: 400, code: null }],
  [400, 'unknown_parameter', { kind: 'refused', status: 400, code: 'unknown_parameter' }],
  [400, 'call_id_not_found', { kind: 'gone' }],
  [400, 'decision_already_made', { kind: 'taken' }],
  [401, undefined, { kind: 'unauthorised', status: 401 }],
  [403, undefined, { kind: 'unauthorised', status: 403 }],
  [404, undefined, { kind: 'gone' }],
  [409, 'decision_already_made', { kind: 'taken' }],
  [429, undefined, { kind: 'rate_limited', retryAfterMs: null }],
  [500, undefined, { kind: 'unavailable', status: 500 }],
  [503, 'server_error', { kind: 'unavailable', status: 503 }],
] as const;

t.test('every status has one meaning', async (t) => {
  const { emulator, client } = await open(t);
  for (const [status, code, expected] of statuses) {
    const call = await emulator.ring();
    emulator.failNext('accept', [{ kind: 'status', status, ...(code === undefined ? {} : { code }) }]);
    t.match(await client.accept(call.id, SESSION, TIMEOUT_MS), expected, `${status} ${code ?? ''}`);
  }
});

t.test('retry-after is read in seconds, and as unknown when it is no number', async (t) => {
  const { emulator, client } = await open(t);
  const read = async (value: string): Promise<unknown> => {
    emulator.failNext('accept', [{ kind: 'status', status: 429, headers: { 'retry-after': value } }]);
    return client.accept('rtc_any', SESSION, TIMEOUT_MS);
  };
  t.match(await read('30'), { retryAfterMs: 30_000 });
  t.match(await read('0.5'), { retryAfterMs: 500 });
  t.match(await read('-1'), { retryAfterMs: null });
  t.match(await read('Fri, 31 Dec 2100 23:59:59 GMT'), { retryAfterMs: null });
});

t.test('a request that was sent and not answered is ambiguous, whether it took effect or not', async (t) => {
  const { emulator, client } = await open(t);
  const [applied, lost, reset] = await Promise.all([emulator.ring(), emulator.ring(), emulator.ring()]);
  emulator.failNext('accept', [{ kind: 'applied_no_answer' }], applied.id);
  emulator.failNext('accept', [{ kind: 'no_answer' }], lost.id);
  emulator.failNext('accept', [{ kind: 'reset' }], reset.id);
  const startedAt = performance.now();
  const timedOut = { kind: 'ambiguous', code: 'timeout' };
  t.same(await client.accept(applied.id, SESSION, TIMEOUT_MS), timedOut);
  t.same(await client.accept(lost.id, SESSION, TIMEOUT_MS), timedOut);
  t.ok(performance.now() - startedAt < 3 * TIMEOUT_MS + 300, 'at the deadline, not later');
  t.match(await client.accept(reset.id, SESSION, TIMEOUT_MS), { kind: 'ambiguous' });
  t.equal(applied.state, 'accepted');
  t.equal(lost.state, 'ringing');
});

t.test('a server that is not there is unreachable: nothing was sent', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const refused = clientOf(t, `http://127.0.0.1:${port}/v1`);
  t.same(await refused.hangUp('rtc_a'), { kind: 'unreachable', code: 'ECONNREFUSED' });
  const nameless = clientOf(t, 'https://openai.invalid/v1');
  t.match(await nameless.hangUp('rtc_a'), { kind: 'unreachable', code: /^(ENOTFOUND|EAI_AGAIN)$/ });
});

t.test('a server whose identity is in doubt is unreachable: nothing was sent', async (t) => {
  const unvouched = await startEmulator({ tls: selfSigned() });
  t.teardown(async () => unvouched.close());
  t.match(await clientOf(t, unvouched.baseUrl).hangUp('rtc_a'), { kind: 'unreachable', code: /CERT/ });
  const { emulator } = await open(t);
  const mistaken = clientOf(t, emulator.baseUrl.replace('http:', 'https:'));
  t.match(await mistaken.hangUp('rtc_a'), { kind: 'unreachable', code: /^ERR_SSL/ });
});

t.test('an answer that breaks off, is no JSON, or is endless is judged by its status', async (t) => {
  const bodies = ['<html>Bad gateway</html>', '{"error":null}', '[]', 'x'.repeat(200_000)];
  let answered = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const body = bodies[answered] ?? '';
      answered += 1;
      socket.end(`HTTP/1.1 418 Odd\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const client = clientOf(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const text of bodies) {
    const outcome = await client.hangUp('rtc_a');
    t.same(outcome, { kind: 'refused', status: 418, code: null }, text.slice(0, 20));
  }
});

t.test('each operation asks what it is named after', async (t) => {
  const { emulator, client } = await open(t);
  const [accepted, rejected] = [await emulator.ring(), await emulator.ring()];
  t.match(await client.accept(accepted.id, SESSION, TIMEOUT_MS), { kind: 'done', requestId: /^req_/ });
  t.match(await client.refer(accepted.id, 'tel:+81312345678'), { kind: 'done' });
  t.match(await client.hangUp(accepted.id), { kind: 'done' });
  t.match(await client.reject(rejected.id, 486), { kind: 'done' });
  t.equal(rejected.rejectedWith, 486);
  t.equal(accepted.transferredTo, 'tel:+81312345678');
  t.same(
    [...accepted.rest, ...rejected.rest].map(({ operation, body }) => [operation, body]),
    [
      ['accept', JSON.parse(SESSION)],
      ['refer', { target_uri: 'tel:+81312345678' }],
      ['hangup', undefined],
      ['reject', { status_code: 486 }],
    ],
  );
  t.notOk('content-type' in (accepted.rest[2]?.headers ?? {}), 'a request without a body has no type');
});

t.test('a call id cannot lead anywhere else', async (t) => {
  const { client } = await open(t);
  t.same(await client.hangUp('../../models?x=#'), { kind: 'gone' });
});

t.test('a wrong key is unauthorised', async (t) => {
  const { emulator } = await open(t);
  const call = await emulator.ring();
  const client = clientOf(t, emulator.baseUrl, 'sk-wrong');
  t.same(await client.accept(call.id, SESSION, TIMEOUT_MS), { kind: 'unauthorised', status: 401 });
});

t.test('connections are opened ahead and used again, after errors too', async (t) => {
  const { emulator, client } = await open(t);
  await client.warmUp();
  t.equal(emulator.connectionsOpened, 2);
  for (const status of [503, 400, 429]) {
    emulator.failNext('accept', [{ kind: 'status', status }]);
    await client.accept('rtc_any', SESSION, TIMEOUT_MS);
    // A connection is free again one turn of the loop after its answer.
    await immediate();
  }
  await Promise.all([client.hangUp('rtc_a'), client.hangUp('rtc_b')]);
  t.equal(emulator.connectionsOpened, 2);
});
