import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { Webhook } from 'svix';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/lib/clock.ts';
import { pause } from '../../src/lib/deadline.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { openOutbox, type Outbox, type OutboxOptions } from '../../src/outbox/outbox.ts';
import type { OutboundState } from '../../src/outbox/ports.ts';
import { createMemorySender, type MemorySender } from '../../src/outbox/senders/memory.ts';
import { createWebhookSender } from '../../src/outbox/senders/webhook.ts';
import type { Store } from '../../src/store/open.ts';
import { openTestStore } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { LinesLog, requestOf, TEMPLATES } from './desk.ts';
import { text } from './provider.ts';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

/** Looks until the message is in the state; the engine decides when. */
async function reaches(outbox: Outbox, messageId: string, state: OutboundState): Promise<void> {
  while ((await outbox.get(messageId))?.state !== state) await pause(systemClock, 20);
}

function optionsOf(store: Store, changes: Partial<OutboxOptions>): OutboxOptions {
  return {
    store,
    senders: new Map(),
    templates: TEMPLATES,
    targets: [],
    clock: systemClock,
    random: systemRandom,
    log: new LinesLog(),
    observer: {
      onSent: () => undefined,
      onFailed: () => undefined,
      onDead: () => undefined,
      onUnresolved: () => undefined,
    },
    quietHours: null,
    organizerEmail: null,
    budget: 1_000_000,
    ...changes,
  };
}

async function outboxContract(t: Test, store: Store): Promise<void> {
  const open = async (t: Test, changes: Partial<OutboxOptions> = {}): Promise<Outbox> => {
    const outbox = await openOutbox(optionsOf(store, changes));
    t.teardown(async () => outbox.close());
    return outbox;
  };
  const put = async (outbox: Outbox, request = requestOf()): Promise<string> => {
    const result = await store.transact(async ({ trx }) => outbox.queue.enqueue(trx, request));
    if (result.outcome !== 'queued') throw new Error(`the message was not taken: ${result.outcome}`);
    return result.messageId;
  };
  t.beforeEach(async () => {
    await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
  });

  await t.test(
    '200 transactions at once, every tenth rolled back: 180 messages leave, each once',
    async (t) => {
      const sms = createMemorySender();
      const outbox = await open(t, { senders: new Map([['sms', sms]]) });
      const rest = Array.from({ length: 200 }, (_, n) => n);
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          for (let n = rest.pop(); n !== undefined; n = rest.pop()) {
            const to = `+8190${String(12_000_000 + n)}`;
            const work = store.transact(async ({ trx }) => {
              await outbox.queue.enqueue(trx, requestOf({ to }));
              if (n % 10 === 0) throw new Error('rolled back');
            });
            await work.catch((error: unknown) => {
              if (!(error instanceof Error) || error.message !== 'rolled back') throw error;
            });
          }
        }),
      );
      while (sms.sent.size < 180) await pause(systemClock, 20);
      t.equal(sms.sent.size, 180);
      t.equal((await outbox.list({}, 1_000)).length, 180);
    },
  );

  await t.test('a message whose worker died and whose job is lost leaves all the same', async (t) => {
    const sms = createMemorySender();
    const outbox = await open(t, { senders: new Map([['sms', sms]]), watchMs: 100 });
    const messageId = systemRandom.uuid();
    await sql`
      insert into outbound_messages (message_id, kind, template_key, recipient, body, natural_key, state, due_at,
        not_after, created_at, claim_token, lease_until)
      values (${messageId}, 'sms', 'reminder', '+819012340001', 'x', 'orphan', 'sending', now(),
        now() + interval '1 hour', now(), 'dead', now() - interval '1 second')`.execute(store.db);
    await reaches(outbox, messageId, 'sent');
    t.equal(sms.sent.size, 1);
  });

  await t.test('a fate that is open for more than ten minutes is an alarm, told once', async (t) => {
    const log = new LinesLog();
    const counts: number[] = [];
    const outbox = await open(t, {
      log,
      watchMs: 50,
      observer: {
        onSent: () => undefined,
        onFailed: () => undefined,
        onDead: () => undefined,
        onUnresolved: (n) => void counts.push(n),
      },
    });
    await sql`
      insert into outbound_messages (message_id, kind, template_key, recipient, body, natural_key, state, due_at,
        not_after, created_at, first_tried_at, handed_at)
      values (${systemRandom.uuid()}, 'sms', 'reminder', '+819012340001', 'x', 'open', 'unknown',
        now() + interval '1 hour', now() + interval '2 hours', now(), now() - interval '11 minutes', now())`.execute(
      store.db,
    );
    while (counts.filter((n) => n === 1).length < 3) await pause(systemClock, 20);
    t.equal(log.lines.filter((line) => /may or may not have been sent/.test(line)).length, 1);
    await outbox.close();
  });

  await t.test(
    'a webhook arrives signed; replay sends it again under the same id, and only webhooks',
    async (t) => {
      const seen: { id: string; body: unknown }[] = [];
      const server = createServer((request, response) => {
        void text(request).then((body) => {
          const headers = request.headers as Record<string, string>;
          seen.push({ id: headers['webhook-id'] ?? '', body: new Webhook(SECRET).verify(body, headers) });
          response.writeHead(204).end();
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.teardown(() => server.close());
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const sms: MemorySender = createMemorySender();
      const targets = [{ name: 'ats', url, secret: SECRET }];
      const outbox = await open(t, {
        targets,
        senders: new Map([['sms', sms], ['webhook', createWebhookSender(targets, systemClock)] as const]),
      });
      const messageId = await put(outbox);
      await reaches(outbox, messageId, 'sent');
      const at = Date.now();
      const event = { type: 'registration.changed', at, data: { id: 'r1' }, naturalKey: 'r1/1' };
      await store.transact(async ({ trx }) => outbox.queue.publish(trx, event));
      while (seen.length < 1) await pause(systemClock, 20);
      t.same(seen[0]?.body, { type: event.type, timestamp: new Date(at).toISOString(), data: { id: 'r1' } });
      const [row] = await outbox.list({ kind: 'webhook' }, 10);
      await reaches(outbox, row?.messageId ?? '', 'sent');
      t.equal(await outbox.replay({ since: 0, which: 'failed' }), 0);
      t.equal(await outbox.replay({ since: 0, which: 'all', target: 'other' }), 0);
      t.equal(await outbox.replay({ since: 0, which: 'all' }), 1);
      while (seen.length < 2) await pause(systemClock, 20);
      t.equal(seen[1]?.id, seen[0]?.id);
      t.equal(sms.sent.size, 1);
    },
  );

  await t.test('reports of the carrier go forward only', async (t) => {
    const sms = createMemorySender();
    const outbox = await open(t, { senders: new Map([['sms', sms]]) });
    const messageId = await put(outbox);
    const report = async (status: string, code = ''): Promise<boolean> =>
      outbox.recordStatus(
        messageId,
        new URLSearchParams({ MessageStatus: status, MessageSid: `SM${'a'.repeat(32)}`, ErrorCode: code }),
      );
    await reaches(outbox, messageId, 'sent');
    t.equal(await report('sent'), false, 'nothing new');
    t.equal(await report('nonsense'), false);
    t.equal(await report('delivered'), true);
    t.match(await outbox.get(messageId), { state: 'delivered', providerId: `SM${'a'.repeat(32)}` });
    t.equal(await report('delivered'), false);
    t.equal(await report('sent'), false);
    t.equal(await report('undelivered', '30005'), false, 'what was delivered stays so');
    t.equal(
      await outbox.recordStatus(systemRandom.uuid(), new URLSearchParams('MessageStatus=delivered')),
      false,
    );
    t.equal(await outbox.recordStatus("' or 1=1", new URLSearchParams('MessageStatus=delivered')), false);
  });

  await t.test(
    'a message that the telephone did not take is failed, with the code of the carrier',
    async (t) => {
      const failed: string[] = [];
      const outbox = await open(t, {
        senders: new Map([['sms', createMemorySender()]]),
        observer: {
          onSent: () => undefined,
          onFailed: (kind) => void failed.push(kind),
          onDead: () => undefined,
          onUnresolved: () => undefined,
        },
      });
      const messageId = await put(outbox);
      await reaches(outbox, messageId, 'sent');
      const report = new URLSearchParams('MessageStatus=undelivered&ErrorCode=30005');
      await outbox.recordStatus(messageId, report);
      await outbox.recordStatus(messageId, report);
      t.match(await outbox.get(messageId), { state: 'failed', detail: 'carrier_30005' });
      t.same(failed, ['sms'], 'counted once');
      await outbox.recordStatus(messageId, new URLSearchParams('MessageStatus=delivered'));
      t.match(await outbox.get(messageId), { state: 'delivered' }, 'a later word from the telephone counts');
    },
  );

  await t.test('a report settles what nobody knew', async (t) => {
    const outbox = await open(t);
    const messageId = systemRandom.uuid();
    await sql`
      insert into outbound_messages (message_id, kind, template_key, recipient, body, natural_key, state, due_at,
        not_after, created_at, first_tried_at, handed_at)
      values (${messageId}, 'sms', 'reminder', '+819012340001', 'x', 'unknown', 'unknown',
        now() + interval '1 hour', now() + interval '2 hours', now(), now(), now())`.execute(store.db);
    t.equal(await outbox.recordStatus(messageId, new URLSearchParams('MessageStatus=queued')), true);
    t.match(await outbox.get(messageId), { state: 'sent', resolution: 'callback' });
  });

  await t.test('SQL itself refuses to take a sent message back', async (t) => {
    const outbox = await open(t, { senders: new Map([['sms', createMemorySender()]]) });
    const messageId = await put(outbox);
    await reaches(outbox, messageId, 'sent');
    await t.rejects(
      sql`update outbound_messages set state = 'queued' where message_id = ${messageId}`.execute(store.db),
      { message: /does not go to queued/ },
    );
  });

  await t.test('closing waits for what is being sent, and a second outbox goes on', async (t) => {
    const sms = createMemorySender();
    let begin = (_release: () => void): void => undefined;
    const sending = new Promise<() => void>((resolve) => {
      begin = resolve;
    });
    const slow: MemorySender = {
      ...sms,
      send: async (message, reference) => {
        await new Promise<void>((resolve) => begin(resolve));
        return sms.send(message, reference);
      },
    };
    const outbox = await open(t, { senders: new Map([['sms', slow]]) });
    const messageId = await put(outbox);
    const release = await sending;
    const closing = outbox.close();
    release();
    await closing;
    const next = await open(t, { senders: new Map([['sms', sms]]) });
    t.match(await next.get(messageId), { state: 'sent', attempts: 1 });
  });
}

const embedded = await openTestStore();
await t.test('on the embedded store', async (t) => outboxContract(t, embedded));
await embedded.close();

await t.test('on a server', async (t) =>
  withPostgres(t, async (databaseUrl) => {
    const store = await openTestStore({ databaseUrl });
    await outboxContract(t, store);
    await store.close();
  }),
);
