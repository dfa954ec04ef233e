import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { runRetention } from '../../src/audit/retention.ts';
import type { Store } from '../../src/store/open.ts';
import { CALLER, changeOf, NOW } from '../store/briefing/fixtures.ts';
import { claimed, COMPLETED, openTestStore } from '../store/fixtures.ts';
import { CANARIES, clear as clearPerson, plantPerson, TRACES } from '../store/person/plant.ts';
import { withPostgres } from '../store/postgres.ts';
import { clear, partsAt, plantCall, plantRegistration, tokyo } from './retention/plant.ts';
import { openAuditDesk, textOf, type AuditDesk } from './verify/desk.ts';

/** The audit as it stands when people are erased and lifetimes end: it is whole, and holds nothing of anybody. */

async function problems(desk: AuditDesk): Promise<string[]> {
  return (await desk.verify()).problems.map(textOf);
}

/** Stored calls are compared with what the audit kept of them: something of them must be there. */
async function verified(t: Test, desk: AuditDesk, least: { calls: number }): Promise<void> {
  const { calls, chains } = await desk.verify();
  t.ok(calls >= least.calls && chains > 0, `${calls} calls in ${chains} chains`);
  t.same(await problems(desk), []);
}

async function contract(t: Test, store: Store): Promise<void> {
  await t.test('after a person was erased the audit is whole, and holds no trace of them', async (t) => {
    const desk = await openAuditDesk(store);
    await clearPerson(store);
    await plantPerson(store);
    await desk.anchor();
    await verified(t, desk, { calls: 1 });
    const [person] = await store.people.find({ by: 'phone', phone: CANARIES.phone });
    if (person === undefined) throw new TypeError('nobody was found');
    t.match(await store.people.erase({ person, shared: false, dryRun: false, at: NOW }), {
      outcome: 'erased',
    });
    await verified(t, desk, { calls: 1 });
    await desk.anchor();
    await verified(t, desk, { calls: 1 });
    const { rows } = await sql<{ text: string }>`select payload::text as text from audit_events`.execute(
      store.db,
    );
    const text = rows.map((row) => row.text.toLowerCase()).join('\n');
    t.same(
      TRACES.filter((trace) => text.includes(trace)),
      [],
    );
  });

  await t.test(
    'after runs of retention, until the calls themselves are gone, the audit is whole',
    async (t) => {
      const desk = await openAuditDesk(store);
      await clear(store);
      const { registrationId } = await plantRegistration(store, 1, tokyo('2026-12-20T14:00:00'));
      const changing = await claimed(store, 'changing');
      if (CALLER.kind !== 'caller') throw new TypeError('a caller');
      const source = { kind: 'caller', evidence: { ...CALLER.evidence, callId: changing } } as const;
      await store.briefings.changeAttendance(changeOf({ registrationId }, { kind: 'attend' }, { source }));
      await store.calls.finishCall(changing, 1, COMPLETED);
      // Calls are as old as their claim says; the audit's rows of it are written with it.
      await plantCall(store, 'old', tokyo('2026-11-01T10:00:00'));
      await desk.tamper(
        `update audit_events set payload = payload where false`,
        `update calls set claimed_at = (select (payload ->> 'claimed_at')::float8 / 1000 from audit_events
        where kind = 'call.ended' and chain = 'call/' || calls.call_id) * interval '1 s' + timestamptz 'epoch'`,
      );
      await desk.anchor();
      await verified(t, desk, { calls: 2 });
      const runs: readonly (readonly [at: string, removes: string])[] = [
        ['2027-02-20T04:00:00', 'caller number'],
        ['2027-04-01T04:00:00', 'registrations'],
        ['2029-06-01T04:00:00', 'call records'],
      ];
      for (const [at, removes] of runs) {
        const result = await runRetention(partsAt(store, at), null);
        t.ok(result.outcome === 'done' && (result.removed[removes] ?? 0) > 0, `${at}: ${removes}`);
        t.same(await problems(desk), [], at);
        await desk.anchor();
        t.same(await problems(desk), [], `${at}, anchored`);
      }
      t.match(await desk.verify(), { calls: 0, changes: 0 });
    },
  );
}

await t.test('embedded', async (t) => {
  const store = await openTestStore();
  await contract(t, store);
  t.teardown(() => store.close());
});

await withPostgres(t, async (databaseUrl) => {
  await t.test('server', async (t) => {
    const store = await openTestStore({ databaseUrl });
    await contract(t, store);
    t.teardown(() => store.close());
  });
});
