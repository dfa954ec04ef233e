import { sql } from 'kysely';
import type { Test } from 'tap';
import Type from 'typebox';
import { EvidenceLog } from '../../src/call/evidence-log.ts';
import { DenwabanError } from '../../src/errors.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { openOutbox, type Outbox } from '../../src/outbox/outbox.ts';
import { createMemorySender } from '../../src/outbox/senders/memory.ts';
import type { Store } from '../../src/store/open.ts';
import { newCase } from '../../src/tools/call-case.ts';
import { createToolRunner, type FunctionAnswer, type FunctionCall } from '../../src/tools/runner.ts';
import type { ToolTransact } from '../../src/tools/settle.ts';
import type { Tool, ToolTransaction } from '../../src/tools/tool.ts';
import { LinesLog, requestOf, TEMPLATES } from '../outbox/desk.ts';
import { NOW, planned, registered } from '../store/briefing/fixtures.ts';
import { silentLog } from '../../src/lib/log.ts';
import { claimed, count, truncate } from '../store/fixtures.ts';

/** The desk of one test: a registration, a call, and a tool that changes the one on behalf of the other. */
export interface OnceDesk {
  readonly callId: string;
  /** Calls the tool. @param transact how the runner reaches the store; default: as it is */
  run(functionCallId: string, transact?: ToolTransact): Promise<FunctionAnswer>;
  /** Calls a tool whose effect has no natural key; the ledger alone makes it happen once. */
  count(functionCallId: string, transact: ToolTransact): Promise<FunctionAnswer>;
  /** What the calls together have done. */
  effects(): Promise<{ events: number; outboxEvents: number; messages: number; jobs: number }>;
  /** Status of the function call in the ledger. */
  ledger(functionCallId: string): Promise<string | undefined>;
}

/** What one call of the tool does. */
export const ONE = { events: 1, outboxEvents: 1, messages: 1, jobs: 1 };
export const NONE = { events: 0, outboxEvents: 0, messages: 0, jobs: 0 };

/** The outbox whose jobs are counted. What it sends goes nowhere. */
export async function openCountedOutbox(store: Store): Promise<Outbox> {
  return openOutbox({
    store,
    senders: new Map([['sms', createMemorySender()]]),
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
  });
}

let desks = 0;

let times = 0;

/** A tool whose effect nothing else makes unique: each time it is carried out, one more message is kept. */
const counting: Tool = {
  name: 'count',
  description: 'Counts.',
  parameters: Type.Object({}, { additionalProperties: false }),
  effect: 'write',
  run: async (_args, { callId }) => ({
    effect: async ({ calls }: ToolTransaction) => {
      const naturalKey = `time-${(times += 1)}`;
      const nobody = { callerName: null, callbackNumber: null };
      await calls.saveMessage({ callId, naturalKey, ...nobody, body: '1', at: NOW });
      return { status: 'ok', output: { ok: true, naturalKey } };
    },
  }),
};

/** Empties the tables and makes a desk. */
export async function openOnceDesk(store: Store, outbox: Outbox): Promise<OnceDesk> {
  desks += 1;
  await truncate(store);
  await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
  await sql`delete from pgboss.job where name = 'messages'`.execute(store.db);
  const [slotId = ''] = await planned(store, [5]);
  const { registrationId } = await registered(store, desks, slotId);
  await sql`truncate outbox_events`.execute(store.db);
  const callId = await claimed(store, `once-${desks}`);
  const key = `${callId}/decision`;

  const tool: Tool = {
    name: 'decide',
    description: 'Decides.',
    parameters: Type.Object({}, { additionalProperties: false }),
    effect: 'write',
    run: async () => ({
      effect: async ({ briefings, trx }: ToolTransaction) => {
        const result = await briefings.changeAttendance({
          registrationId,
          decision: { kind: 'attend' },
          source: {
            kind: 'caller',
            evidence: { callId, readBackTurnKey: 'item_1', consentTurnKey: 'item_2' },
          },
          expectedVersion: null,
          idempotencyKey: key,
          at: NOW,
        });
        // A reminder waits for the morning: no worker takes it during the test.
        await outbox.queue.enqueue(
          trx,
          requestOf({ callId, naturalKey: key, templateKey: 'waiting_promoted' }),
        );
        return { status: 'ok', output: { ok: true, outcome: result.outcome } };
      },
    }),
  };

  const callTool = async (
    name: string,
    functionCallId: string,
    transact: ToolTransact,
  ): Promise<FunctionAnswer> => {
    const runner = createToolRunner({
      tools: [tool, counting],
      store: store.calls,
      transact,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      timeoutMs: 8_000,
    });
    const call: FunctionCall = {
      callId,
      functionCallId,
      epoch: 1,
      name,
      arguments: '{}',
      callerNumber: null,
      callCase: newCase(),
      evidence: new EvidenceLog(systemClock),
    };
    return runner.run(call, new AbortController().signal);
  };

  return {
    callId,
    run: async (functionCallId, transact = store.transact) => callTool('decide', functionCallId, transact),
    count: async (functionCallId, transact) => callTool('count', functionCallId, transact),
    effects: async () => {
      const { rows } = await sql<{ events: number; outboxEvents: number; messages: number; jobs: number }>`
        select (select count(*) from registration_events where kind = 'changed') as events,
          (select count(*) from outbox_events) as "outboxEvents",
          (select count(*) from outbound_messages) as messages,
          (select count(*) from pgboss.job where name = 'messages') as jobs`.execute(store.db);
      return rows[0] ?? NONE;
    },
    ledger: async (functionCallId) =>
      (await store.calls.listToolCalls(callId)).find((row) => row.functionCallId === functionCallId)?.status,
  };
}

/** The death of a process, as the code sees it that dies: nothing after it happens. */
export class Death extends Error {}

/** Dies at the `nth` operation inside the transaction: the server rolls back. */
export function dyingInside(store: Store, nth: number): ToolTransact {
  return async (work) =>
    store.transact(async (transaction) => {
      let left = nth;
      const mortal = <T extends object>(handle: T): T =>
        new Proxy(handle, {
          get: (target, name) => {
            const member: unknown = Reflect.get(target, name);
            if (typeof member !== 'function') return member;
            return async (...args: unknown[]): Promise<unknown> => {
              left -= 1;
              if (left < 0) throw new Death();
              return (member as (...given: unknown[]) => unknown).apply(target, args);
            };
          },
        });
      return work({
        ...transaction,
        calls: mortal(transaction.calls),
        briefings: mortal(transaction.briefings),
      });
    });
}

/** Answers of the runner are lost with the process: whoever asks again asks another one. */
export function dyingAfter(store: Store): ToolTransact {
  return async (work) => {
    await store.transact(work);
    return new Promise(() => undefined);
  };
}

/** Commits, and says that it does not know. @param times how often */
export function unsure(store: Store, times: number): ToolTransact {
  let left = times;
  return async (work) => {
    const result = await store.transact(work);
    left -= 1;
    if (left >= 0) throw new DenwabanError('DW_STORE_UNAVAILABLE', 'store: transaction: the answer was lost');
    return result;
  };
}

/** Nobody stores before this many are about to. */
function together(store: Store, many: number): ToolTransact {
  let here = 0;
  let go: () => void;
  const all = new Promise<void>((resolve) => (go = resolve));
  return async (work) => {
    here += 1;
    if (here === many) go();
    await all;
    return store.transact(work);
  };
}

/** What holds of effects on either engine. */
export async function onceContract(t: Test, store: Store): Promise<void> {
  const outbox = await openCountedOutbox(store);
  t.teardown(async () => outbox.close());

  await t.test('change, event, message, job and ledger are there together', async (t) => {
    const desk = await openOnceDesk(store, outbox);
    t.match(await desk.run('fc_1'), { status: 'ok', output: '{"ok":true,"outcome":"changed"}' });
    t.same(await desk.effects(), ONE);
    t.equal(await desk.ledger('fc_1'), 'ok');
  });

  await t.test('a process that dies before the commit leaves nothing; the next does it once', async (t) => {
    const desk = await openOnceDesk(store, outbox);
    for (let nth = 0; nth < 3; nth += 1) {
      const functionCallId = `fc_${nth}`;
      // The death of the transaction is followed by the death of the rest: the ledger stays open.
      const dying = dyingInside(store, nth);
      let dead = false;
      await new Promise<void>((died) => {
        void desk.run(functionCallId, async (work) => {
          if (dead) return new Promise(() => undefined);
          dead = true;
          return dying(work).finally(died);
        });
      });
      t.same(await desk.effects(), NONE, `operation ${nth}`);
      t.equal(await desk.ledger(functionCallId), 'running');
    }
    t.match(await desk.run('fc_0'), { status: 'ok' });
    t.same(await desk.effects(), ONE);
  });

  await t.test('a process that dies after the commit: the next answers what is stored', async (t) => {
    const desk = await openOnceDesk(store, outbox);
    void desk.run('fc_1', dyingAfter(store));
    while ((await desk.ledger('fc_1')) !== 'ok') await new Promise((resolve) => setImmediate(resolve));
    t.match(await desk.run('fc_1'), { status: 'ok', output: '{"ok":true,"outcome":"changed"}' });
    t.same(await desk.effects(), ONE);
  });

  await t.test('a commit whose answer is lost is found in the ledger', async (t) => {
    const desk = await openOnceDesk(store, outbox);
    t.match(await desk.run('fc_1', unsure(store, 1)), { status: 'ok', output: /changed/ });
    t.same(await desk.effects(), ONE);
    t.match(await desk.run('fc_2', unsure(store, 99)), { status: 'timeout', output: /not known/ });
    t.equal(await desk.ledger('fc_2'), 'ok');
  });

  await t.test('an effect that throws is rolled back whole and answered as not done', async (t) => {
    const desk = await openOnceDesk(store, outbox);
    let first = true;
    const answer = await desk.run('fc_1', async (work) =>
      store.transact(async (transaction) => {
        const result = await work(transaction);
        if (!first) return result;
        first = false;
        throw new TypeError('a bug');
      }),
    );
    t.match(answer, { status: 'failed', output: /was not done/ });
    t.same(await desk.effects(), NONE);
    t.equal(await desk.ledger('fc_1'), 'failed');
  });

  await t.test('an effect without a natural key: 20 runs of one function call, one effect', async (t) => {
    const desk = await openOnceDesk(store, outbox);
    const transact = together(store, 20);
    const answers = await Promise.all(Array.from({ length: 20 }, async () => desk.count('fc_1', transact)));
    t.same(new Set(answers.map(({ status }) => status)), new Set(['ok']));
    t.equal(new Set(answers.map(({ output }) => output)).size, 1, 'all got the same answer');
    t.equal(await count(store, 'messages'), 1);
  });

  await t.test(
    'a storm of 50 repeated and interrupted calls: one change, one message, one job',
    async (t) => {
      const desk = await openOnceDesk(store, outbox);
      const ways = [
        () => store.transact,
        () => dyingInside(store, Math.floor(Math.random() * 4)),
        () => unsure(store, 1),
        () => unsure(store, 99),
      ];
      const storm = await Promise.all(
        Array.from({ length: 50 }, async (_, index) =>
          desk.run(`fc_${index % 10}`, ways[index % ways.length]?.() ?? store.transact),
        ),
      );
      t.equal(storm.length, 50);
      t.match(await desk.run('fc_last'), { status: 'ok' });
      t.same(await desk.effects(), ONE);
    },
  );
}
