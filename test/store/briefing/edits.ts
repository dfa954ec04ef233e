import { sql } from 'kysely';
import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { briefingOf, known, NOW, personOf, slotOf } from './fixtures.ts';
import { truncate } from '../fixtures.ts';

/** What the audit says of what the team stores. */
export async function editContract(t: Test, store: Store): Promise<void> {
  const { briefings } = store;

  async function rows() {
    const { rows: found } = await sql<{ actor: string; kind: string; payload: object }>`
      select actor, kind, payload from audit_events
      where kind like '%.stored' and chain like 'desk/%' order by chain, sequence`.execute(store.db);
    return found;
  }

  async function clear(): Promise<void> {
    await truncate(store);
    await sql`alter table audit_events disable trigger all`.execute(store.db);
    await sql`truncate audit_events, audit_chains`.execute(store.db);
    await sql`alter table audit_events enable trigger all`.execute(store.db);
    await sql`truncate applicants, briefings cascade`.execute(store.db);
  }

  await t.test(
    'a briefing, a slot and a person that the team stores stand in the audit by their ids',
    async (t) => {
      await clear();
      await briefings.putBriefing(briefingOf('b'));
      const { slotId } = slotOf('b', 1);
      await briefings.putSlot(slotOf('b', 1), NOW);
      const applicantId = await known(store, 1);
      await briefings.putApplicant(personOf(1, { university: null }), { applicantId, version: 1 });
      t.same(await rows(), [
        { actor: 'team', kind: 'briefing.stored', payload: { briefing_id: 'b' } },
        { actor: 'team', kind: 'slot.stored', payload: { slot_id: slotId, briefing_id: 'b' } },
        { actor: 'team', kind: 'applicant.stored', payload: { applicant_id: applicantId, version: 1 } },
        { actor: 'team', kind: 'applicant.stored', payload: { applicant_id: applicantId, version: 2 } },
      ]);
    },
  );

  await t.test('what was refused, and what was rolled back, is not in the audit', async (t) => {
    await clear();
    t.match(await briefings.putSlot(slotOf('none', 1), NOW), { outcome: 'not_found' });
    t.match(await briefings.putApplicant(personOf(1), { applicantId: 'nobody', version: 1 }), {
      outcome: 'not_found',
    });
    await t.rejects(
      store.transact(async (transaction) => {
        await transaction.briefings.putBriefing(briefingOf('b'));
        throw new RangeError('changed my mind');
      }),
    );
    t.same(await rows(), []);
  });
}
