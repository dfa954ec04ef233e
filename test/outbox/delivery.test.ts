import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { CLOCK_GRACE_MS } from '../../src/outbox/claims.ts';
import { MESSAGE_TRIES } from '../../src/outbox/pace.ts';
import { createTwilioSender } from '../../src/outbox/senders/twilio.ts';
import { openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { AFTERNOON, MOBILE, openDesk, openSender, requestOf, type Desk } from './desk.ts';
import { startProvider, type Provider } from './provider.ts';

const store = await openTestStore();
t.teardown(async () => store.close());

/** A message shows in the provider's list after this, ms. */
const SETTLE_MS = 60_000;
/** Deadline of a request to the provider, ms. */
const DEADLINE_MS = 5_000;

/** A desk before a provider on a real socket. Time-outs of its requests fire when the desk's clock is turned. */
async function deskAtProvider(t: Test): Promise<{ desk: Desk; provider: Provider }> {
  const clock = new ManualClock(AFTERNOON);
  const provider = await startProvider(() => clock.now());
  const sms = createTwilioSender({
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    authToken: 'f'.repeat(32),
    from: '+815000000000',
    statusCallback: 'https://desk.example/sms-status',
    baseUrl: provider.url,
    clock,
    settleMs: SETTLE_MS,
  });
  t.teardown(async () => {
    await sms.close();
    await provider.close();
  });
  await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
  return { desk: openDesk({ store, sms, clock }), provider };
}

/** Runs the next job against a provider that does not answer: turns the clock past the deadline once it was asked. */
async function runIntoDeadline(desk: Desk, provider: Provider): Promise<void> {
  const before = provider.sends;
  const run = desk.runNext();
  while (provider.sends === before) await new Promise((resolve) => setImmediate(resolve));
  desk.clock.advance(DEADLINE_MS);
  await run;
}

t.test('a message leaves once, with its words, its receipt and the address for reports', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  const messageId = await desk.put();
  t.equal(await desk.runDue(), 1);
  t.match(await desk.row(messageId), { state: 'sent', resolution: 'direct', attempts: 1, providerId: /^SM/ });
  t.match(provider.taken, [
    {
      to: MOBILE,
      body: /^【株式会社サンプル】採用説明会 11月26日\(木\) 14:00 のご出席を承りました。.*控え番号 [2-9A-Z]{6}$/,
      statusCallback: `https://desk.example/sms-status/${messageId}`,
    },
  ]);
  await desk.deliver(messageId);
  t.equal(provider.sends, 1, 'a job that runs twice sends nothing more');
});

t.test('429: the provider is asked again no sooner than it said, nothing is lost or doubled', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  provider.faults = ['busy'];
  const messageId = await desk.put();
  await desk.runDue();
  t.match(await desk.row(messageId), { state: 'queued', detail: 'twilio_20429' });
  const waited = await desk.runNext();
  t.ok(waited >= 7_000, `${waited} ms`);
  t.match(await desk.row(messageId), { state: 'sent', resolution: 'direct', attempts: 2 });
  t.equal(provider.taken.length, 1);
  t.equal(provider.lookUps, 0, 'what was certainly not taken needs no look-up');
});

t.test('a time-out of a message that was sent is found out by looking, not by sending', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  provider.faults = ['silent_sent'];
  const messageId = await desk.put();
  await runIntoDeadline(desk, provider);
  t.match(await desk.row(messageId), { state: 'unknown', detail: 'timeout' });
  while ((await desk.row(messageId)).state === 'unknown') await desk.runNext();
  t.match(await desk.row(messageId), { state: 'sent', resolution: 'reconciled', providerId: /^SM/ });
  t.equal(provider.sends, 1);
  t.equal(provider.taken.length, 1);
});

t.test('a time-out of a message that was not sent: it is proven absent and sent again', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  provider.faults = ['silent'];
  const messageId = await desk.put();
  await runIntoDeadline(desk, provider);
  const before = desk.clock.now();
  while ((await desk.row(messageId)).state === 'unknown') await desk.runNext();
  t.match(await desk.row(messageId), { state: 'sent', resolution: 'resent' });
  t.equal(provider.taken.length, 1);
  t.ok(desk.clock.now() - before >= SETTLE_MS - DEADLINE_MS, 'absence is believed once the list can show it');
});

t.test(
  'a connection that is cut before or after, and a 500 of a message that was sent: each once',
  async (t) => {
    const { desk, provider } = await deskAtProvider(t);
    provider.faults = ['cut_before', 'cut_after', 'failed_sent'];
    const ids = await Promise.all(
      [1, 2, 3].map(async (n) => desk.put(requestOf({ to: `+81901234001${n}` }))),
    );
    for (let rows = await Promise.all(ids.map(desk.row)); rows.some(({ state }) => state !== 'sent');) {
      await desk.runNext();
      rows = await Promise.all(ids.map(desk.row));
    }
    t.equal(provider.taken.length, 3);
    t.equal(new Set(provider.taken.map(({ to }) => to)).size, 3);
    t.ok(desk.observed.includes('sms reconciled'));
    t.ok(desk.observed.includes('sms resent'));
  },
);

t.test('a worker whose clock is a little behind takes the message up at once, and in one try', async (t) => {
  const night = { from: 20 * 60, until: 9 * 60 };
  const sms = openSender();
  const deskAt = (at: number): Desk =>
    openDesk({ store, sms, clock: new ManualClock(at), quietHours: night });
  await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
  const sender = deskAt(AFTERNOON);
  const answer = await sender.put();
  await deskAt(AFTERNOON - CLOCK_GRACE_MS - 1_000).deliver(answer);
  t.match(await sender.row(answer), { state: 'queued', attempts: 0 }, 'not of one that is wrong');
  await deskAt(AFTERNOON - 1_000).deliver(answer);
  t.match(await sender.row(answer), { state: 'sent', attempts: 1 });

  const nine = Date.parse('2026-11-26T09:00:00+09:00');
  const reminder = await deskAt(nine - 3_600_000).put(requestOf({ templateKey: 'reminder' }));
  await deskAt(nine - 1_000).deliver(reminder);
  t.match(await sender.row(reminder), { state: 'sent', attempts: 1 }, 'nor does it wait for its own nine');
});

t.test('400: no second try, and the desk is told', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  provider.faults = ['refused'];
  const messageId = await desk.put();
  await desk.runDue();
  t.match(await desk.row(messageId), { state: 'failed', detail: 'twilio_21614' });
  t.same(desk.jobs.planned, []);
  t.match(desk.log.lines, [/^warn .*tell the person in another way.*twilio_21614/]);
  t.same(desk.observed, ['sms refused', 'sms failed']);
});

t.test('wrong credentials cost no message: it leaves once they are right', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  provider.faults = ['unauthorised', 'unauthorised'];
  const messageId = await desk.put();
  for (let n = 0; n < 3; n += 1) await desk.runNext();
  t.match(await desk.row(messageId), { state: 'sent', attempts: 3 });
  t.equal(provider.taken.length, 1);
});

t.test('while nobody can look, nothing is sent again; in the end it is given up with an alarm', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  provider.faults = ['silent_sent'];
  provider.blind = true;
  const messageId = await desk.put();
  await runIntoDeadline(desk, provider);
  while ((await desk.row(messageId)).state === 'unknown') await desk.runNext();
  t.match(await desk.row(messageId), { state: 'dead', attempts: MESSAGE_TRIES, detail: 'look_up_503' });
  t.equal(provider.sends, 1);
  t.ok(desk.observed.includes('sms dead'));
  t.ok(desk.log.lines.some((line) => line.startsWith('error a message was given up')));
});

t.test('waits grow, and a provider that is always busy gets a bounded number of tries', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  provider.faults = Array.from({ length: 50 }, () => 'unauthorised' as const);
  const messageId = await desk.put();
  const waits: number[] = [];
  while (desk.jobs.planned.length > 0) waits.push(await desk.runNext());
  t.match(await desk.row(messageId), { state: 'dead' });
  t.equal(provider.sends, MESSAGE_TRIES);
  t.ok((waits[1] ?? 0) <= 5_000 && (waits.at(-1) ?? 0) >= 10 * 60_000, waits.join(' '));
});

t.test('a message that is too old is not sent', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  const messageId = await desk.put(requestOf({ notAfter: AFTERNOON + 1_000 }));
  desk.clock.advance(2_000);
  await desk.runDue();
  t.match(await desk.row(messageId), { state: 'failed', detail: 'expired' });
  t.equal(provider.sends, 0);
});

t.test('a worker that died after the message left: the next one finds it at the provider', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  const messageId = await desk.put();
  await desk.runDue();
  await sql`alter table outbound_messages disable trigger outbound_state_guard`.execute(store.db);
  await sql`
    update outbound_messages set state = 'sending', claim_token = 'dead', sent_at = null, resolution = null,
      lease_until = clock_timestamp() - interval '1 second'`.execute(store.db);
  await sql`alter table outbound_messages enable trigger outbound_state_guard`.execute(store.db);
  desk.clock.advance(SETTLE_MS);
  await desk.deliver(messageId);
  t.match(await desk.row(messageId), { state: 'sent', resolution: 'reconciled' });
  t.equal(provider.sends, 1);
});

t.test('a worker that holds a message keeps every other one away', async (t) => {
  await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
  let release = (): void => undefined;
  const sender = openSender();
  const slow = {
    ...sender,
    send: async (...args: Parameters<typeof sender.send>) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return sender.send(...args);
    },
  };
  const desk = openDesk({ store, sms: slow });
  const messageId = await desk.put();
  const first = desk.deliver(messageId);
  while ((await desk.row(messageId)).state !== 'sending')
    await new Promise((resolve) => setImmediate(resolve));
  await desk.deliver(messageId);
  await desk.deliver(messageId);
  release();
  await first;
  t.equal(sender.references.length, 1);
  t.match(await desk.row(messageId), { state: 'sent', attempts: 1 });
});

t.test('a worker that lost its claim before sending does not send', async (t) => {
  await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
  const sender = openSender();
  const desk = openDesk({ store, sms: sender, leaseMs: 0 });
  const messageId = await desk.put();
  await desk.deliver(messageId);
  t.same(sender.references, []);
  t.match(await desk.row(messageId), { state: 'sending' });
  t.match(desk.log.lines, [/held for too long/]);
});

t.test('no line of the log holds a number, a name or words of a message', async (t) => {
  const { desk, provider } = await deskAtProvider(t);
  provider.faults = ['refused', 'cut_before', 'busy'];
  await desk.put();
  await desk.put(requestOf({ to: '+819012340002' }));
  await desk.put(requestOf({ to: '+819012340003' }));
  for (let n = 0; n < 6; n += 1) await desk.runDue().then(() => desk.clock.advance(61_000));
  const all = desk.log.lines.join('\n');
  t.ok(desk.log.lines.length > 0);
  t.notMatch(all, /9012340|サンプル|承りました|f{32}/);
});
