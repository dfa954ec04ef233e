import { sql } from 'kysely';
import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { COMPLETED, STANDING, claimOf, claimed, count, truncate, turnOf, usageOf } from '../fixtures.ts';

/** What holds for an engine that speaks SQL, and can only be asked in SQL. */
export async function engineContract(t: Test, store: Store): Promise<void> {
  await t.test('the database itself refuses what would break a call', async (t) => {
    await truncate(store);
    await store.calls.claimCall(claimOf('a'));
    await store.calls.transition('rtc_a', 1, ['claimed'], 'live');
    const violation = { code: /^23/ };
    await t.rejects(sql`update calls set state = 'claimed'`.execute(store.db), violation, 'a step back');
    await t.rejects(sql`update calls set state = 'asleep'`.execute(store.db), violation, 'an unknown state');
    await t.rejects(
      sql`update calls set state = 'ended'`.execute(store.db),
      violation,
      'an end without a reason',
    );
    await t.rejects(sql`update calls set epoch = 0`.execute(store.db), violation, 'a falling epoch');
    await store.calls.finishCall('rtc_a', 1, COMPLETED);
    const revival = sql`update calls set state = 'live', end_reason = null, ended_at = null`.execute(
      store.db,
    );
    await t.rejects(revival, violation, 'a call that comes back to life');
    const change = sql`update calls set state = 'failed'`.execute(store.db);
    await t.rejects(change, violation, 'another final state');
  });

  await t.test('calls are listed newest first', async (t) => {
    await truncate(store);
    for (const [name, at] of [
      ['b', 2_000],
      ['c', 3_000],
      ['a', 1_000],
    ] as const) {
      const id = await claimed(store, name);
      // Claims of one test may fall into one tick of the database's clock.
      await sql`update calls set claimed_at = ${new Date(at)} where call_id = ${id}`.execute(store.db);
    }
    const ids = (await store.calls.listCalls(2)).map((call) => call.callId);
    t.same(ids, ['rtc_c', 'rtc_b']);
  });

  await t.test('what a transaction did is there when it is committed', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    const key = { callId: id, functionCallId: 'fc_1', epoch: 1 };
    await store.calls.beginToolCall(key, 'confirm', '{}', 1);
    const output = await store.transact(async ({ trx, calls }) => {
      await trx.updateTable('calls').set({ notice_version: 'n2' }).where('call_id', '=', id).execute();
      return calls.finishToolCall(key, 'ok', 'done', 2);
    });
    t.equal(output, 'done');
    t.equal((await store.calls.getCall(id))?.noticeVersion, 'n2');
  });

  await t.test('a handle is dead when its transaction has ended', async (t) => {
    await truncate(store);
    const handles = await store.transact(async (transaction) => transaction);
    await t.rejects(handles.calls.claimCall(claimOf('a')), { name: 'TypeError' });
    await t.rejects(handles.trx.selectFrom('calls').selectAll().execute());
    t.equal(await count(store, 'calls'), 0);
  });

  await t.test(
    'the room of a node that misses two renewals is not counted on, though it is a peer',
    async (t) => {
      await truncate(store);
      await store.calls.renewLeases('node-a', [], 60_000, STANDING);
      await sql`update nodes set seen_at = clock_timestamp() - interval '2 seconds'`.execute(store.db);
      const found = await store.calls.renewLeases('node-b', [], 60_000, { ...STANDING, room: false });
      t.same(found, { ours: [], peers: 1, roomElsewhere: false });
      await truncate(store);
    },
  );

  await t.test(
    'a node of an earlier release does not say whether it has room, and is taken to',
    async (t) => {
      await truncate(store);
      await sql`insert into nodes (node, seen_at, draining) values ('node-old', clock_timestamp(), false)
      on conflict (node) do update set seen_at = excluded.seen_at, draining = excluded.draining`.execute(
        store.db,
      );
      t.match(await store.calls.renewLeases('node-b', [], 60_000, STANDING), {
        peers: 1,
        roomElsewhere: true,
      });
      await truncate(store);
    },
  );

  await t.test('a batch in which one row is refused stores none', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    const bad = usageOf('rtc_a', 'r1', { textIn: 2 ** 40 });
    await t.rejects(store.calls.appendTranscript([turnOf('rtc_a', 'item_1')], [bad]), { code: '22003' });
    t.equal(await count(store, 'turns'), 0);
  });
}
