import { sql } from 'kysely';
import type { Test } from 'tap';
import { startRetention } from '../../../src/audit/retention-job.ts';
import { lifetimes } from '../../../src/audit/retention-periods.ts';
import { forecastRetention, runRetention } from '../../../src/audit/retention.ts';
import { CLASSES, EXEMPT } from '../../../src/store/retention-classes.ts';
import type { Store } from '../../../src/store/open.ts';
import type { RetentionStore } from '../../../src/store/retention-ports.ts';
import { CALLER, changeOf, seatCounts } from '../../store/briefing/fixtures.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { turnOf } from '../../store/fixtures.ts';
import { ManualClock } from '../../store/manual-clock.ts';
import { clear, partsAt, PERIODS, plantCall, plantRegistration, rowsOf, tokyo } from './plant.ts';

/**
 * What retention promises on either engine.
 *
 * @param second the same database as another node sees it
 */
export async function retentionContract(t: Test, store: Store, second: Store): Promise<void> {
  t.beforeEach(async () => clear(store));

  await t.test('every table has a class or a reason to have none', async (t) => {
    const { rows } = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public'
        and tablename not like 'kysely_%'`.execute(store.db);
    const known = new Set<string>([
      ...CLASSES.flatMap(({ table, takesAlong = [] }) => [table, ...takesAlong]),
      ...Object.keys(EXEMPT),
    ]);
    t.same(
      rows.map(({ name }) => name).filter((name) => !known.has(name)),
      [],
    );
    t.equal(new Set(CLASSES.map(({ name }) => name)).size, CLASSES.length, 'names are unique');
  });

  await t.test('of a call its words and numbers go after 30 days, and the rest stays', async (t) => {
    const callId = await plantCall(store, 'a', tokyo('2026-11-01T23:59:00'));
    const before = await store.calls.getCall(callId);
    t.match(await runRetention(partsAt(store, '2026-12-01T23:59:59.999'), null), {
      outcome: 'done',
      removed: {},
    });
    t.equal((await store.calls.listTurns(callId)).length, 2, 'the day before');

    t.match(await runRetention(partsAt(store, '2026-12-02T00:00:00'), null), {
      outcome: 'done',
      removed: { transcript: 2, 'tool arguments': 1, 'caller number': 1 },
    });
    t.same(await store.calls.listTurns(callId), []);
    t.match(await store.calls.listToolCalls(callId), [
      { name: 'identify_caller', status: 'ok', arguments: '{}', output: '{}' },
    ]);
    t.same(await store.calls.getCall(callId), {
      ...before,
      callerNumber: null,
      sipCallId: null,
      carrierCallId: null,
    });
    t.equal((await store.calls.listUsage(callId)).length, 1);
    t.match(
      await sql`select payload from audit_events where kind = 'retention.finished' order by sequence desc limit 1`.execute(
        store.db,
      ),
      { rows: [{ payload: { transcript: 2, tool_arguments: 1, caller_number: 1 } }] },
      'the audit tells of it',
    );
  });

  await t.test('a call about a briefing keeps its words until 30 days after it', async (t) => {
    const { registrationId } = await plantRegistration(store, 1, tokyo('2026-12-20T14:00:00'));
    const callId = await plantCall(store, 'a', tokyo('2026-11-01T10:00:00'));
    await store.briefings.changeAttendance(
      changeOf(
        { registrationId },
        { kind: 'attend' },
        {
          at: tokyo('2026-11-01T10:01:00'),
          source: { kind: 'caller', evidence: { ...evidence(), callId } },
        },
      ),
    );
    await runRetention(partsAt(store, '2027-01-19T23:59:59'), null);
    t.equal((await store.calls.listTurns(callId)).length, 2, 'kept');
    await runRetention(partsAt(store, '2027-01-20T00:00:00'), null);
    t.equal((await store.calls.listTurns(callId)).length, 0);
  });

  await t.test('people go after the hiring year, with their histories, and free their seats', async (t) => {
    await plantRegistration(store, 1, tokyo('2027-02-10T14:00:00'));
    await plantRegistration(store, 2, tokyo('2027-03-10T14:00:00'));
    await runRetention(partsAt(store, '2027-03-31T23:59:59'), null);
    t.equal(await rowsOf(store, 'registrations'), 2, 'the last day of the year');
    t.match(await runRetention(partsAt(store, '2027-04-01T00:00:00'), null), {
      removed: { registrations: 1, applicants: 1 },
    });
    t.match(await seatCounts(store), [
      { slotId: 'b1-1', taken: 0, held: 0 },
      { slotId: 'b2-1', taken: 1, held: 1 },
    ]);
    t.equal(await rowsOf(store, 'registration_events'), 1);
    t.match(await runRetention(partsAt(store, '2028-04-01T00:00:00'), null), {
      removed: { registrations: 1, applicants: 1 },
    });
  });

  await t.test('somebody without a registration goes by the day they became known', async (t) => {
    const { registrationId } = await plantRegistration(store, 1, tokyo('2027-02-10T14:00:00'));
    await sql`delete from registrations where registration_id = ${registrationId}`.execute(store.db);
    await runRetention(partsAt(store, '2027-03-31T23:59:59'), null);
    t.equal(await rowsOf(store, 'applicants'), 1);
    await runRetention(partsAt(store, '2027-04-01T00:00:00'), null);
    t.equal(await rowsOf(store, 'applicants'), 0);
  });

  for (const [table, className, plant] of SIMPLE) {
    await t.test(`${className}: what is due tomorrow stays, what is due today goes`, async (t) => {
      const at = tokyo('2026-11-01T14:00:00');
      await plant(store, new Date(at));
      const period = CLASSES.find(({ name }) => name === className)?.period;
      if (period === undefined) throw new TypeError(`no class ${className}`);
      const due = lifetimes(PERIODS)[period].dueAt(at);
      const before = { ...partsAt(store, '2026-11-01T00:00:00'), clock: new ManualClock(due - 1) };
      const forecast = await forecastRetention(before);
      t.match(
        forecast.find((entry) => entry.className === className),
        { due: 0, nextDue: due },
      );
      await runRetention(before, null);
      t.equal(await rowsOf(store, table), 1 + (table === 'retention_runs' ? 1 : 0), 'the day before');
      const result = await runRetention({ ...before, clock: new ManualClock(due) }, null);
      t.match(result, { outcome: 'done', removed: { [className]: 1 } });
    });
  }

  await t.test('answers kept for repeated requests go when they have expired', async (t) => {
    await sql`insert into api_answers values ('k', 'i', 'f', 200, '{}', '見本花子', ${new Date(tokyo('2026-11-02T10:00:00'))})`.execute(
      store.db,
    );
    await runRetention(partsAt(store, '2026-11-02T10:00:00'), null);
    t.equal(await rowsOf(store, 'api_answers'), 1);
    await runRetention(partsAt(store, '2026-11-02T10:00:00.001'), null);
    t.equal(await rowsOf(store, 'api_answers'), 0);
  });

  await t.test('a message that may still leave is kept, however old', async (t) => {
    await store.db
      .insertInto('outbound_messages')
      .values(
        outbound(new Date(tokyo('2026-11-01T00:00:00')), {
          state: 'queued',
          not_after: new Date(tokyo('2027-05-01T00:00:00')),
        }),
      )
      .execute();
    await runRetention(partsAt(store, '2027-04-30T00:00:00'), null);
    t.equal(await rowsOf(store, 'outbound_messages'), 1);
  });

  await t.test('a live call and who may be on it are never touched', async (t) => {
    await plantCall(store, 'live', tokyo('2020-01-01T00:00:00'), { live: true, number: '+819000000001' });
    await plantRegistration(store, 1, tokyo('2020-01-02T00:00:00'));
    await plantRegistration(store, 2, tokyo('2020-01-02T00:00:00'));
    const result = await runRetention(partsAt(store, '2027-01-01T04:00:00'), null);
    t.match(result, { removed: { registrations: 1, applicants: 1 } });
    t.equal((await store.calls.listTurns('rtc_live')).length, 2);
    t.match(await store.calls.listToolCalls('rtc_live'), [{ arguments: '{"name":"見本"}' }]);
    t.match(await store.calls.getCall('rtc_live'), { callerNumber: '+819000000001', state: 'claimed' });
    t.equal((await store.briefings.findApplicantsByPhone('+819000000001')).length, 1, 'may be the caller');
  });

  await t.test(
    'whose registration a live call has changed is kept, though the number is withheld',
    async (t) => {
      const { registrationId } = await plantRegistration(store, 1, tokyo('2020-01-02T00:00:00'));
      const callId = await plantCall(store, 'live', tokyo('2020-01-01T00:00:00'), {
        live: true,
        number: '+819099999999',
      });
      const source = { kind: 'caller', evidence: { ...evidence(), callId } } as const;
      await store.briefings.changeAttendance(
        changeOf({ registrationId }, { kind: 'attend' }, { at: tokyo('2020-01-01T00:01:00'), source }),
      );
      await runRetention(partsAt(store, '2027-01-01T04:00:00'), null);
      t.same([await rowsOf(store, 'registrations'), await rowsOf(store, 'applicants')], [1, 1]);
    },
  );

  await t.test('the record of a call goes at last, with its cost', async (t) => {
    await plantCall(store, 'a', tokyo('2026-11-01T14:00:00'));
    await runRetention(partsAt(store, '2028-10-31T23:59:59'), null);
    t.same([await rowsOf(store, 'calls'), await rowsOf(store, 'usage')], [1, 1]);
    await runRetention(partsAt(store, '2028-11-01T00:00:00'), null);
    t.same(
      [await rowsOf(store, 'calls'), await rowsOf(store, 'usage'), await rowsOf(store, 'tool_calls')],
      [0, 0, 0],
    );
  });

  await t.test('rows that come late for an emptied call go with the next run', async (t) => {
    const callId = await plantCall(store, 'a', tokyo('2026-11-01T14:00:00'));
    await runRetention(partsAt(store, '2026-12-02T04:00:00'), null);
    await store.calls.appendTranscript([turnOf(callId, 'late')], []);
    t.match(await runRetention(partsAt(store, '2026-12-03T04:00:00'), null), { removed: { transcript: 1 } });
  });

  await t.test('of two nodes one does the run of a day, and nobody does it again', async (t) => {
    await plantCall(store, 'a', tokyo('2026-10-01T14:00:00'));
    const at = '2026-12-02T04:00:00';
    const results = await Promise.all([
      runRetention(partsAt(store, at), '2026-12-02'),
      runRetention(partsAt(second, at), '2026-12-02'),
    ]);
    t.same(results.map(({ outcome }) => outcome).toSorted(), ['done', 'not_ours']);
    t.match(await runRetention(partsAt(second, at), '2026-12-02'), { outcome: 'not_ours' });
    t.match(await store.retention.listRuns(10), [
      { day: '2026-12-02', kind: 'daily', removed: { transcript: 2 } },
    ]);
  });

  await t.test('a run whose node died is finished by the next one, and counted once', async (t) => {
    for (const name of ['a', 'b', 'c']) await plantCall(store, name, tokyo('2026-10-01T14:00:00'));
    const at = '2026-12-02T04:00:00';
    const dying = partsAt({ retention: dyingAfter(store.retention, 3) }, at, { batchRows: 2, leaseMs: 1 });
    await t.rejects(runRetention(dying, '2026-12-02'), /the process died/);
    t.match(await store.retention.listRuns(10), [{ finishedAt: null, removed: { transcript: 4 } }]);
    let outcome = 'not_ours';
    while (outcome === 'not_ours') {
      ({ outcome } = await runRetention(partsAt(second, at, { batchRows: 2 }), '2026-12-02'));
    }
    t.equal(outcome, 'done');
    t.match(await store.retention.listRuns(10), [
      { finishedAt: tokyo(at), removed: { transcript: 6, 'tool arguments': 3, 'caller number': 3 } },
    ]);
    t.equal((await store.retention.listRuns(10)).length, 1);
  });

  await t.test('a node that lost its run removes nothing more', async (t) => {
    await plantCall(store, 'a', tokyo('2026-10-01T14:00:00'));
    const request = { kind: 'manual', day: '2026-12-02', at: 0, leaseMs: 1 } as const;
    const lost = await store.retention.begin(request);
    if (lost === null) throw new TypeError('no run');
    let taken = null;
    while (taken === null) taken = await second.retention.begin({ ...request, leaseMs: 60_000 });
    const cut = { cutoff: tokyo('2026-11-01T00:00:00'), now: tokyo('2026-12-02T04:00:00') };
    t.equal(await store.retention.remove(lost, 'transcript', cut, 10, 60_000), null);
    t.equal(await rowsOf(store, 'turns'), 2);
    t.equal(await second.retention.remove(taken, 'transcript', cut, 10, 60_000), 2);
  });

  await t.test('a run waits for the end of calls and then goes on', async (t) => {
    for (const name of ['a', 'b']) await plantCall(store, name, tokyo('2026-10-01T14:00:00'));
    const at = '2026-12-02T04:00:00';
    let looks = 0;
    const ringing = partsAt(store, at, { batchRows: 1, busy: () => (looks += 1) > 3 });
    t.same(await runRetention(ringing, '2026-12-02'), { outcome: 'paused' });
    t.equal(await rowsOf(store, 'turns'), 2);
    t.match(await runRetention(partsAt(second, at), '2026-12-02'), { outcome: 'done' }, 'at once');
    t.equal(await rowsOf(store, 'turns'), 0);
  });

  await t.test('50,000 old turns go in small parts, between which others have their turn', async (t) => {
    const callId = await plantCall(store, 'a', tokyo('2026-10-01T14:00:00'));
    await sql`insert into turns (call_id, turn_key, sequence, role, text, status, started_at, ended_at)
      select ${callId}, 'k' || n, n, 'caller', 'はい', 'complete', now(), now() from generate_series(1, 49998) n`.execute(
      store.db,
    );
    let batches = 0;
    let turnsOfOthers = 0;
    const counted: RetentionStore = {
      ...store.retention,
      remove: async (run, name, cut, limit, leaseMs) => {
        setImmediate(() => (turnsOfOthers += 1));
        const gone = await store.retention.remove(run, name, cut, limit, leaseMs);
        if (gone !== null && gone > 500) throw new RangeError('a batch is too large');
        batches += 1;
        return gone;
      },
    };
    t.match(await runRetention(partsAt({ retention: counted }, '2026-12-02T04:00:00'), null), {
      outcome: 'done',
      removed: { transcript: 50_000 },
    });
    t.ok(batches >= 100, `${batches} batches`);
    t.ok(turnsOfOthers >= 100, `${turnsOfOthers} turns of the event loop`);
  });

  await t.test('the daily job runs from 03:30 in Japan, once', async (t) => {
    const clock = new ManualClock(tokyo('2026-12-02T03:29:00'));
    const job = startRetention({ ...partsAt(store, '2026-12-02T00:00:00'), clock, log: silentLog });
    await job.look();
    clock.advance(60_000);
    await job.look();
    await job.look();
    await job.close();
    const runs = await store.retention.listRuns(10);
    t.same(runs.map(({ day }) => day).toSorted(), ['2026-12-01', '2026-12-02']);
  });
}

type Planter = (store: Store, at: Date) => Promise<unknown>;

/** Table, class and one row whose time begins at an instant. */
const SIMPLE: readonly (readonly [string, string, Planter])[] = [
  [
    'messages',
    'messages taken',
    async (store, at) => {
      await plantCall(store, 'a', at.getTime());
    },
  ],
  [
    'leads',
    'leads',
    async (store, at) =>
      store.leads.save({
        callId: 'rtc_gone',
        naturalKey: 'n',
        kanaName: 'ミホン ハナコ',
        phone: '+819012340001',
        university: null,
        topic: 'apply',
        note: null,
        callbackAt: null,
        at: at.getTime(),
      }),
  ],
  [
    'outbound_messages',
    'messages sent',
    async (store, at) =>
      store.db
        .insertInto('outbound_messages')
        .values(outbound(at, { state: 'failed' }))
        .execute(),
  ],
  [
    'outbox_events',
    'changes passed on',
    async (store, at) =>
      sql`insert into outbox_events (event_id, kind, payload, created_at, dispatched_at)
        values ('e', 'roster.imported', '{}', ${at}, ${at})`.execute(store.db),
  ],
  [
    'inbox',
    'deliveries of webhooks',
    async (store, at) =>
      sql`insert into inbox (webhook_id, event_id, event_type, event_created_at, call_id, received_at)
        values ('w', 'e', 'x', ${at}, 'c', ${at})`.execute(store.db),
  ],
  [
    'identity_tries',
    'tries of identity',
    async (store, at) =>
      sql`insert into identity_tries values ('h', (${at}::timestamptz at time zone 'Asia/Tokyo')::date, 1)`.execute(
        store.db,
      ),
  ],
  [
    'retention_runs',
    'reports of retention',
    async (store, at) =>
      sql`insert into retention_runs (run_id, kind, day, token, lease_until, started_at, finished_at)
        values (gen_random_uuid(), 'manual', '2026-11-01', 't', ${at}, ${at}, ${at})`.execute(store.db),
  ],
];

function outbound(at: Date, changes: { state: 'queued' | 'failed'; not_after?: Date }) {
  return {
    message_id: '00000000-0000-4000-8000-000000000001',
    kind: 'sms' as const,
    template_key: 'attendance_confirmed',
    recipient: '+819012340001',
    body: '本文',
    natural_key: 'n',
    due_at: at,
    not_after: at,
    created_at: at,
    ...changes,
  };
}

function evidence() {
  if (CALLER.kind !== 'caller') throw new TypeError('a caller');
  return CALLER.evidence;
}

/** A store whose process dies when it is about to remove for the n-th time. */
function dyingAfter(store: RetentionStore, removals: number): RetentionStore {
  let left = removals;
  return {
    ...store,
    remove: async (...args) => {
      left -= 1;
      if (left < 1) throw new Error('the process died');
      return store.remove(...args);
    },
  };
}
