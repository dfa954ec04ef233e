import { sql } from 'kysely';
import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { NOW, changeOf, outboxKinds, planned, registered, seatCounts, slotOf } from './fixtures.ts';

/** Rivals for one seat. */
const RIVALS = 200;

export async function seatContract(t: Test, store: Store): Promise<void> {
  const { briefings } = store;

  await t.test(`of ${RIVALS} who want the last seat at once exactly one gets it`, async (t) => {
    const [from = '', to = ''] = await planned(store, [null, 1]);
    const rivals = await Promise.all(
      Array.from({ length: RIVALS }, async (_, number) => registered(store, number, from)),
    );
    const results = await Promise.all(
      rivals.map(async (rival) =>
        briefings.changeAttendance(changeOf(rival, { kind: 'move', toSlotId: to })),
      ),
    );
    t.equal(results.filter((result) => result.outcome === 'changed').length, 1);
    t.equal(results.filter((result) => result.outcome === 'full').length, RIVALS - 1);
    t.match(await seatCounts(store), [
      { taken: RIVALS - 1, held: RIVALS - 1 },
      { taken: 1, held: 1 },
    ]);
  });

  await t.test('people who change places in full slots do not hold each other up', async (t) => {
    const [left = '', right = ''] = await planned(store, [10, 10]);
    const people = await Promise.all(
      Array.from({ length: 18 }, async (_, number) => registered(store, number, number % 2 ? left : right)),
    );
    const results = await Promise.all(
      people.map(async (person) =>
        briefings.changeAttendance(
          changeOf(person, { kind: 'move', toSlotId: person.slotId === left ? right : left }),
        ),
      ),
    );
    t.ok(results.every((result) => result.outcome === 'changed' || result.outcome === 'full'));
    for (const { taken, held } of await seatCounts(store)) t.equal(taken, held);
  });

  await t.test('a freed seat goes to the first of the waiting list, who is to be told', async (t) => {
    const [full = '', other = ''] = await planned(store, [1, 5]);
    const holder = await registered(store, 1, full);
    const first = await registered(store, 2, other);
    const second = await registered(store, 3, other);
    await briefings.changeAttendance(changeOf(first, { kind: 'wait', toSlotId: full }));
    await briefings.changeAttendance(changeOf(second, { kind: 'wait', toSlotId: full }));
    const before = (await outboxKinds(store)).length;

    const result = await briefings.changeAttendance(changeOf(holder, { kind: 'absent', reason: null }));
    t.match(result, {
      outcome: 'changed',
      promoted: [{ registrationId: first.registrationId, slotId: full, version: 3 }],
    });
    t.match((await briefings.getRegistration(first.registrationId))?.registration, { status: 'attending' });
    t.match((await briefings.getRegistration(second.registrationId))?.registration, { status: 'waiting' });
    t.match((await briefings.listHistory(first.registrationId)).at(-1), {
      kind: 'promoted',
      source: { kind: 'system' },
      from: { status: 'waiting' },
    });
    t.same((await outboxKinds(store)).slice(before).sort(), [
      'attendance.changed',
      'attendance.changed',
      'attendance.promoted',
    ]);
    t.match(await seatCounts(store), [
      { taken: 1, held: 1 },
      { taken: 0, held: 0 },
    ]);
  });

  await t.test('who leaves the waiting list is not promoted', async (t) => {
    const [full = '', other = ''] = await planned(store, [1, 5]);
    const holder = await registered(store, 1, full);
    const first = await registered(store, 2, other);
    await briefings.changeAttendance(changeOf(first, { kind: 'wait', toSlotId: full }));
    await briefings.changeAttendance(changeOf(first, { kind: 'withdraw', reason: 'other_offer' }));
    t.match(await briefings.changeAttendance(changeOf(holder, { kind: 'absent', reason: null })), {
      promoted: [],
    });
    t.equal((await briefings.getSlot(full))?.free, 1);
  });

  await t.test('more seats promote as many as fit, fewer than are taken are refused', async (t) => {
    const [full = '', other = ''] = await planned(store, [1, 5]);
    await registered(store, 1, full);
    for (const number of [2, 3, 4]) {
      const person = await registered(store, number, other);
      await briefings.changeAttendance(changeOf(person, { kind: 'wait', toSlotId: full }));
    }
    const wider = await briefings.putSlot(slotOf('b', 1, { capacity: 3 }), NOW);
    t.match(wider, { outcome: 'stored', slot: { taken: 3, free: 0, waiting: 1 } });
    t.equal(wider.outcome === 'stored' && wider.promoted.length, 2);
    t.match(await briefings.putSlot(slotOf('b', 1, { capacity: 2 }), NOW), { outcome: 'below_taken' });
    t.match(await briefings.putSlot(slotOf('b', 1, { capacity: null }), NOW), {
      slot: { taken: 4, free: null, waiting: 0 },
    });
  });

  await t.test('a slot that is closed or has begun promotes nobody', async (t) => {
    const [full = '', other = ''] = await planned(store, [1, 5]);
    const holder = await registered(store, 1, full);
    const person = await registered(store, 2, other);
    await briefings.changeAttendance(changeOf(person, { kind: 'wait', toSlotId: full }));
    const late = { at: slotOf('b', 1).startsAt };
    t.match(await briefings.changeAttendance(changeOf(holder, { kind: 'absent', reason: null }, late)), {
      outcome: 'changed',
      promoted: [],
    });
    t.match(await briefings.promoteWaiting(full, NOW), [{ registrationId: person.registrationId }]);
  });

  await t.test('an erased registration leaves its seat and takes its history along', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const a = await registered(store, 1, slotId);
    await registered(store, 2, slotId);
    await store.db.deleteFrom('applicants').where('applicant_id', '=', a.applicantId).execute();
    t.match(await seatCounts(store), [{ taken: 1, held: 1 }]);
    t.same(await briefings.listHistory(a.registrationId), []);
  });

  await t.test('the database itself refuses what would break seats or histories', async (t) => {
    const [slotId = ''] = await planned(store, [1]);
    const a = await registered(store, 1, slotId);
    await briefings.changeAttendance(changeOf(a, { kind: 'attend' }));
    const refused = async (statement: ReturnType<typeof sql>, what: string): Promise<void> => {
      await t.rejects(statement.execute(store.db), { code: /^23/ }, what);
    };
    await refused(sql`update slots set taken = taken + 1`, 'a seat too many');
    await refused(sql`update slots set taken = -1`, 'a negative seat');
    await refused(sql`update registrations set status = 'absent'`, 'a state without its event');
    await refused(sql`update registrations set version = version + 1`, 'a version without its event');
    await refused(sql`update registration_events set at = now()`, 'a changed entry');
    await refused(sql`delete from registration_events where version = 2`, 'a removed entry');
    const event = (values: string): ReturnType<typeof sql> =>
      sql`insert into registration_events (registration_id, version, kind, source, from_status, from_slot_id,
        to_status, to_slot_id, at) values (${a.registrationId}, 3, ${sql.raw(values)}, ${slotId}, now())`;
    const at = `'${slotId}'`;
    await refused(event(`'changed', 'team', 'absent', ${at}, 'attending'`), 'an entry that does not follow');
    await refused(event(`'changed', 'caller', 'attending', ${at}, 'absent'`), 'a caller without words');
    await refused(event(`'changed', 'team', 'attending', ${at}, 'not_confirmed'`), 'an illegal step');
    await refused(event(`'undone', 'system', 'attending', ${at}, 'absent'`), 'an undo that names nothing');
  });
}
