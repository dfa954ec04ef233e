import t from 'tap';
import { sign } from '../../emulator/webhooks.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { acceptStatuses, alarms, greetings, logged, requests } from './outcomes.ts';
import { greeted, hears, startService, storedEnd, WEBHOOK_SECRET } from './service.ts';

const NEW_SECRET = `whsec_${Buffer.from('the-next-secret-of-tests-32-byte').toString('base64')}`;

const service = await startService(t, {
  env: { OPENAI_WEBHOOK_SECRET: `${NEW_SECRET},${WEBHOOK_SECRET}` },
  emulator: { webhookSecrets: [NEW_SECRET] },
});
const { app, emulator } = service;

t.test('five deliveries of one call at once make one accept and one greeting', async (t) => {
  const call = await emulator.ring({ deliver: false });
  const deliveries = await Promise.all(Array.from({ length: 5 }, async () => call.deliver()));
  t.same(
    deliveries.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  );
  await greeted(call);
  await hears(call, '');
  t.same(acceptStatuses(call), [200]);
  t.equal(greetings(call), 1);
  t.equal(call.connections, 1);
});

t.test('five deliveries under five webhook ids make one accept and one greeting', async (t) => {
  const call = await emulator.ring({ deliver: false });
  const ids = ['wh_a', 'wh_b', 'wh_c', 'wh_d', 'wh_e'];
  const deliveries = await Promise.all(ids.map(async (webhookId) => call.deliver({ webhookId })));
  t.same(
    deliveries.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  );
  await greeted(call);
  t.same(acceptStatuses(call), [200]);
  t.equal(greetings(call), 1);
});

t.test('the same call announced through the other API is acknowledged and left alone', async (t) => {
  const call = await emulator.ring({ deliver: false });
  const [realtime, live] = await Promise.all([
    call.deliver(),
    call.deliver({ webhookId: 'wh_live', eventType: 'live.call.incoming' }),
  ]);
  t.equal(realtime.status, 200);
  t.equal(live.status, 200);
  await greeted(call);
  t.same(acceptStatuses(call), [200]);
});

t.test('a second event with another call id but the same SIP Call-ID is not accepted', async (t) => {
  const first = await emulator.ring({ sipCallId: 'one-invite@192.0.2.10' });
  const second = await emulator.ring({ sipCallId: 'one-invite@192.0.2.10' });
  await greeted(first);
  t.equal(second.deliveries[0]?.status, 200);
  t.same(second.rest, []);
});

t.test('an event five minutes old is stored and acknowledged, but nobody is called', async (t) => {
  const call = await emulator.ring({ createdAt: Math.floor(Date.now() / 1_000) - 300 });
  t.equal(call.deliveries[0]?.status, 200);
  t.match(await storedEnd(service, call.id), { state: 'missed', endReason: 'stale' });
  t.same(call.rest, []);
});

t.test('an event as young as the limit allows is accepted', async (t) => {
  const limit = app.config.STALE_CALL_SECONDS;
  const call = await emulator.ring({ createdAt: Math.ceil(Date.now() / 1_000) - limit + 1 });
  await greeted(call);
  t.same(acceptStatuses(call), [200]);
});

t.test('while the secret is rotated, deliveries signed with either one are accepted', async (t) => {
  for (const secrets of [[NEW_SECRET], [WEBHOOK_SECRET], [WEBHOOK_SECRET, NEW_SECRET]]) {
    const call = await emulator.ring({ deliver: false });
    const { status } = await call.deliver({ secrets });
    t.equal(status, 200);
    await greeted(call);
  }
  t.match(
    await app.metrics.text(),
    'denwaban_webhook_old_key_total 1\n',
    'the use of the old one is counted',
  );
});

t.test('a delivery signed with neither secret is refused, and nothing happens', async (t) => {
  const call = await emulator.ring({ deliver: false });
  const { status } = await call.deliver({ secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`] });
  t.equal(status, 401);
  t.same(call.rest, []);
  t.equal(await app.store.calls.getCall(call.id), null);
});

t.test('what is signed but unreadable is 400, what is of another type is 200, nothing is 500', async (t) => {
  const call = await emulator.ring({ deliver: false });
  const event = { id: 'evt_1', object: 'event', created_at: Math.floor(Date.now() / 1_000) };
  const bodies: readonly (readonly [body: string, status: number])[] = [
    ['{', 400],
    ['', 400],
    ['[]', 400],
    ['null', 400],
    [JSON.stringify({ ...event, type: 'realtime.call.incoming', data: {} }), 400],
    [
      JSON.stringify({
        ...event,
        type: 'realtime.call.incoming',
        data: { call_id: '../accept', sip_headers: [] },
      }),
      400,
    ],
    [JSON.stringify({ ...event, type: 'response.completed', data: { id: 'resp_1' } }), 200],
    [JSON.stringify({ ...event, type: 'x'.repeat(5_000) }), 200],
  ];
  for (const [index, [body, expected]] of bodies.entries()) {
    const { status } = await call.deliver({ webhookId: `wh_odd_${index}`, body });
    t.equal(status, expected, body.slice(0, 60));
  }
  t.same(call.rest, []);
});

t.test('a test event of the dashboard is missed quietly: its call does not exist', async (t) => {
  const call = await emulator.ring({ deliver: false });
  const body = JSON.stringify({
    id: 'evt_685343a1381c819085d44c354e1b330e',
    object: 'event',
    type: 'realtime.call.incoming',
    created_at: Math.floor(Date.now() / 1_000),
    data: {
      call_id: 'rtc_479a275623b54bdb9b6fbae2f7cbd408',
      sip_headers: [
        { name: 'From', value: 'sip:+142555512112@sip.example.com' },
        { name: 'To', value: 'sip:+18005551212@sip.example.com' },
        { name: 'Call-ID', value: 'rtc_479a275623b54bdb9b6fbae2f7cbd408' },
      ],
    },
  });
  const { status } = await call.deliver({ webhookId: 'wh_dashboard', body });
  t.equal(status, 200);
  const stored = await storedEnd(service, 'rtc_479a275623b54bdb9b6fbae2f7cbd408');
  t.match(stored, { state: 'missed', endReason: 'caller_left_before_accept' });
  t.same(alarms(service.lines, stored.callId), []);
  t.notOk(logged(service.lines, stored.callId).some(({ level }) => level === 'error' || level === 'fatal'));
});

t.test(
  'the session asked for has a type and tools, and leaves audio formats and thresholds to SIP',
  async (t) => {
    const call = await emulator.ring();
    await greeted(call);
    const [accept] = requests(call, 'accept');
    const body = accept?.body as Record<string, unknown>;
    t.match(body, {
      type: 'realtime',
      model: app.config.REALTIME_MODEL,
      output_modalities: ['audio'],
      audio: { output: { voice: app.config.DEFAULT_VOICE } },
      tracing: null,
    });
    // No target is configured, so that no transfer is offered.
    const { tools } = await loadScenario(app.config.SCENARIO, packageRoot());
    t.same(
      (body['tools'] as { name: string; type: string }[]).map(({ type, name }) => [type, name]),
      tools.filter((name) => name !== 'transfer_to_human').map((name) => ['function', name]),
    );
    const text = JSON.stringify(body);
    for (const forbidden of [
      'format',
      'threshold',
      'prefix_padding_ms',
      'silence_duration_ms',
      '"prompt"',
      'pmpt_',
    ]) {
      t.notOk(text.includes(forbidden), `no ${forbidden}`);
    }
    t.same(call.warnings, [], 'nothing that does harm on SIP');
    t.equal(accept?.headers['content-type'], 'application/json');
  },
);

t.test('calls a few seconds apart share their connections', async (t) => {
  const before = await emulator.ring();
  await greeted(before);
  const opened = emulator.connectionsOpened;
  const call = await emulator.ring();
  await greeted(call);
  t.equal(emulator.connectionsOpened - opened, 1, 'one sideband, and no new connection for the accept');
});

t.test('a store that is away is answered with 503 and an invitation to come again', async (t) => {
  await app.store.close();
  const call = await emulator.ring({ deliver: false });
  const timestamp = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({
    id: 'evt_away',
    type: 'realtime.call.incoming',
    created_at: timestamp,
    data: { call_id: call.id, sip_headers: [] },
  });
  const response = await fetch(`${service.url}/openai-webhook`, {
    method: 'POST',
    headers: {
      'webhook-id': 'wh_away',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign([NEW_SECRET], 'wh_away', timestamp, body),
    },
    body,
  });
  t.equal(response.status, 503);
  t.equal(response.headers.get('retry-after'), '1');
  t.match(await response.json(), { statusCode: 503, code: 'DW_STORE_UNAVAILABLE' });
  t.same(call.rest, [], 'what is not stored is not accepted');
  const ready = await app.inject('/readyz');
  t.equal(ready.statusCode, 503);
  t.match(ready.json(), { reasons: ['store'] });
  const { statusCode: alive } = await app.inject('/livez');
  t.equal(alive, 200);
});
