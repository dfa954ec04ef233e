import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { createHash } from 'node:crypto';
import { MESSAGES_PER_CALL, MESSAGES_PER_RECIPIENT_PER_DAY } from '../../src/outbox/limits.ts';
import type { EnqueueResult } from '../../src/outbox/ports.ts';
import { openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { withPostgres } from '../store/postgres.ts';
import type { Store } from '../../src/store/open.ts';
import { AFTERNOON, MOBILE, openDesk, openSender, requestOf, type Desk } from './desk.ts';

/** Requests that are made at the same moment. */
const AT_ONCE = 200;
/** Of those, transactions that are open at the same moment on a server: its pool has 10 connections. */
const IN_FLIGHT = 20;

/** Results by outcome and reason. */
function tally(results: readonly EnqueueResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const key = result.outcome === 'refused' ? result.reason : result.outcome;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

async function storm(desk: Desk, requests: ReturnType<typeof requestOf>[]): Promise<EnqueueResult[]> {
  const results: EnqueueResult[] = [];
  const rest = [...requests];
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
        results.push(await desk.enqueue(next));
      }
    }),
  );
  return results;
}

const numbers = (n: number): string => `+8190${String(12_000_000 + n)}`;

async function queueContract(t: Test, store: Store): Promise<void> {
  const fresh = async (changes: object = {}): Promise<Desk> => {
    await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
    return openDesk({ store, sms: openSender(), ...changes });
  };
  const rows = async (): Promise<number> => {
    const { rows: found } = await sql<{ n: number }>`
      select count(*)::integer as n from outbound_messages`.execute(store.db);
    return found[0]?.n ?? -1;
  };

  await t.test('200 requests of one call at once: two messages', async (t) => {
    const desk = await fresh();
    const all = Array.from({ length: AT_ONCE }, (_, n) => requestOf({ callId: 'rtc_1', to: numbers(n) }));
    t.same(tally(await storm(desk, all)), {
      queued: MESSAGES_PER_CALL,
      call_limit: AT_ONCE - MESSAGES_PER_CALL,
    });
    t.equal(await rows(), MESSAGES_PER_CALL);
    t.equal(desk.jobs.planned.length, MESSAGES_PER_CALL);
  });

  await t.test('200 requests to one number at once, from 200 calls: three messages', async (t) => {
    const desk = await fresh();
    const all = Array.from({ length: AT_ONCE }, (_, n) => requestOf({ callId: `rtc_${n}` }));
    t.same(tally(await storm(desk, all)), {
      queued: MESSAGES_PER_RECIPIENT_PER_DAY,
      number_limit: AT_ONCE - MESSAGES_PER_RECIPIENT_PER_DAY,
    });
    t.equal(await rows(), MESSAGES_PER_RECIPIENT_PER_DAY);
  });

  await t.test('200 requests to 200 numbers at once: the budget of the day holds', async (t) => {
    const desk = await fresh({ budget: 37 });
    const all = Array.from({ length: AT_ONCE }, (_, n) => requestOf({ callId: `rtc_${n}`, to: numbers(n) }));
    t.same(tally(await storm(desk, all)), { queued: 37, budget: AT_ONCE - 37 });
    t.equal(await rows(), 37);
  });

  await t.test('texts that were asked for never take the place of a confirmation', async (t) => {
    const desk = await fresh({ budget: 5 });
    const callId = 'rtc_asked';
    const ask = async () => desk.enqueue(requestOf({ callId, asked: true, templateKey: 'briefing_details' }));
    t.match(
      [await ask(), await ask(), await ask()],
      [{ outcome: 'queued' }, { outcome: 'queued' }, { reason: 'call_limit' }],
    );
    t.match(await desk.enqueue(requestOf({ callId })), { outcome: 'queued' });
    t.match(await desk.enqueue(requestOf({ callId })), { outcome: 'queued' }, 'and a correction');
    t.match(await desk.enqueue(requestOf({ callId })), { reason: 'call_limit' });
  });

  await t.test('nor do those of other calls, and the last of the budget is for confirmations', async (t) => {
    const desk = await fresh({ budget: 5 });
    const ask = async (to?: string) =>
      desk.enqueue(requestOf({ asked: true, ...(to === undefined ? {} : { to }) }));
    for (let n = 0; n < MESSAGES_PER_RECIPIENT_PER_DAY; n += 1) t.match(await ask(), { outcome: 'queued' });
    t.match(await ask(), { reason: 'number_limit' });
    t.match(await ask('+819011110001'), { outcome: 'queued' });
    t.match(await ask('+819011110002'), { reason: 'budget' }, 'four of five');
    t.match(await desk.enqueue(requestOf()), { outcome: 'queued' });
    t.match(await desk.enqueue(requestOf({ to: '+819011110003' })), { reason: 'budget' });
  });

  await t.test('what one limit refuses is not counted against the others', async (t) => {
    const desk = await fresh({ budget: 1 });
    await desk.put(requestOf({ callId: 'a', to: numbers(1) }));
    t.match(await desk.enqueue(requestOf({ callId: 'b', to: numbers(2) })), { reason: 'budget' });
    const { rows: counts } = await sql<{ scope: string; used: number }>`
      select scope, used from outbound_counts where used > 0 order by scope`.execute(store.db);
    t.same(counts, [
      { scope: 'budget', used: 1 },
      { scope: 'call', used: 1 },
      { scope: 'number', used: 1 },
    ]);
  });

  await t.test('the same request 50 times at once is one message and is counted once', async (t) => {
    const desk = await fresh();
    const all = Array.from({ length: 50 }, () => requestOf({ callId: 'c', naturalKey: 'c/confirmed' }));
    const results = await storm(desk, all);
    t.same(tally(results), { queued: 1, duplicate: 49 });
    const ids = new Set(results.map((result) => (result.outcome === 'refused' ? '' : result.messageId)));
    t.equal(ids.size, 1, 'every request is answered with the id of the one message');
    t.match(await desk.enqueue(requestOf({ callId: 'c' })), { outcome: 'queued' });
  });

  await t.test('a transaction that is rolled back leaves no message and no count', async (t) => {
    const desk = await fresh();
    await t.rejects(
      store.transact(async ({ trx }) => {
        await desk.queue.enqueue(trx, requestOf({ callId: 'd' }));
        throw new Error('the business change failed');
      }),
      { message: 'the business change failed' },
    );
    t.equal(await rows(), 0);
    t.match(await sql`select * from outbound_counts`.execute(store.db), { rows: [] });
  });

  await t.test('the next day in Japan has limits of its own', async (t) => {
    const desk = await fresh({ clock: new ManualClock(Date.parse('2026-11-25T23:59:59+09:00')) });
    for (let n = 0; n < MESSAGES_PER_RECIPIENT_PER_DAY; n += 1) await desk.put();
    t.match(await desk.enqueue(requestOf()), { reason: 'number_limit' });
    desk.clock.advance(1_000);
    t.match(await desk.enqueue(requestOf()), { outcome: 'queued' });
  });

  await t.test('the counters hold no number', async (t) => {
    const desk = await fresh();
    await desk.put();
    const { rows: counts } = await sql<{ key: string }>`select key from outbound_counts`.execute(store.db);
    t.notOk(counts.some(({ key }) => key.includes('9012340')));
    t.ok(
      counts.some(({ key }) =>
        key.startsWith(createHash('sha256').update(MOBILE).digest('hex').slice(0, 32)),
      ),
    );
  });
}

const embedded = await openTestStore();
await t.test('on the embedded store', async (t) => queueContract(t, embedded));

await t.test('on a server', async (t) =>
  withPostgres(t, async (databaseUrl) => {
    const store = await openTestStore({ databaseUrl });
    await queueContract(t, store);
    await store.close();
  }),
);

for (const [to, reason] of [
  ['+81312345678', 'landline'],
  ['+815012345678', 'not_mobile'],
  ['+81120123456', 'not_mobile'],
  ['+12125550123', 'not_mobile'],
  ['090-1234-0001', 'not_mobile'],
  ['', 'not_mobile'],
] as const) {
  t.test(`a text message to ${to || 'nobody'} is refused: ${reason}`, async (t) => {
    const desk = openDesk({ store: embedded, sms: openSender() });
    t.same(await desk.enqueue(requestOf({ to })), { outcome: 'refused', reason });
  });
}

for (const to of [
  '',
  'a',
  'a@b',
  'a@b.example, c@d.example',
  'A <a@b.example>',
  'a@b.example\r\nBcc: c@d.example',
]) {
  t.test(`a mail to ${JSON.stringify(to)} is refused`, async (t) => {
    const desk = openDesk({ store: embedded, senders: new Map([['email', openSender()]]) });
    t.same(await desk.enqueue(requestOf({ kind: 'email', to })), {
      outcome: 'refused',
      reason: 'invalid_address',
    });
  });
}

t.test('a kind of message without a sender is not offered', async (t) => {
  const desk = openDesk({ store: embedded });
  t.same(await desk.enqueue(requestOf()), { outcome: 'refused', reason: 'channel_off' });
});

t.test('a message whose words lack a value is a bug of its caller, and its value is not told', async (t) => {
  const desk = openDesk({ store: embedded, sms: openSender() });
  await t.rejects(desk.enqueue(requestOf({ data: { organisation: 'X' } })), {
    name: 'TypeError',
    message: /needs a value for briefing/,
  });
});

const QUIET = { from: 20 * 60, until: 9 * 60 };

t.test('at night a reminder waits for nine, the answer to a call does not', async (t) => {
  const night = Date.parse('2026-11-25T22:30:00+09:00');
  const desk = openDesk({
    store: embedded,
    sms: openSender(),
    clock: new ManualClock(night),
    quietHours: QUIET,
  });
  t.match(await desk.enqueue(requestOf({ templateKey: 'reminder', to: numbers(900) })), {
    dueAt: Date.parse('2026-11-26T09:00:00+09:00'),
  });
  t.match(await desk.enqueue(requestOf({ to: numbers(901) })), { dueAt: night });
});

t.test('an answer that could not leave for a quarter of an hour waits for the morning, too', async (t) => {
  const desk = openDesk({
    store: embedded,
    sms: openSender(),
    clock: new ManualClock(Date.parse('2026-11-25T22:30:00+09:00')),
    quietHours: QUIET,
  });
  const messageId = await desk.put(requestOf({ to: numbers(902) }));
  desk.clock.advance(16 * 60_000);
  await desk.runDue();
  t.match(await desk.row(messageId), {
    state: 'queued',
    detail: 'quiet_hours',
    dueAt: Date.parse('2026-11-26T09:00:00+09:00'),
  });
  await desk.runNext();
  t.match(await desk.row(messageId), { state: 'sent' });
});

t.test('an event becomes one delivery for each target, once', async (t) => {
  const desk = openDesk({ store: embedded, targets: [{ name: 'ats' }, { name: 'sheet' }] });
  const event = { type: 'registration.changed', at: AFTERNOON, data: { id: 'r1' }, naturalKey: 'r1/2' };
  t.equal(await desk.publish(event), 2);
  t.equal(await desk.publish(event), 0);
  t.equal(await desk.publish({ ...event, naturalKey: 'r1/3' }), 2);
  t.same(
    desk.jobs.planned.map(({ queue }) => queue),
    ['webhooks', 'webhooks', 'webhooks', 'webhooks'],
  );
});

t.teardown(async () => embedded.close());
