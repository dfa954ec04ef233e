import type { Test } from 'tap';
import { planRoster } from '../../../src/briefing/roster-compare.ts';
import type { RosterPlan, RosterRow } from '../../../src/briefing/roster-plan.ts';
import type { Store } from '../../../src/store/open.ts';
import { NOW, changeOf, outboxKinds, personOf, planned, registered, seatCounts } from './fixtures.ts';

/** The largest roster, and how long reading, comparing and storing it may take, in ms. */
const MANY = 10_000;
const MANY_MS = 5_000;

function rowOf(number: number, slotId: string, changes: Partial<RosterRow> = {}): RosterRow {
  return { line: number, slotId, status: null, applicant: personOf(number), ...changes };
}

async function compared(store: Store, rows: readonly RosterRow[]): Promise<RosterPlan> {
  const snapshot = await store.briefings.readRosterSnapshot('b', {
    externalIds: rows.map(({ applicant }) => ({
      source: applicant.source,
      externalId: applicant.externalId ?? '',
    })),
    reservationCodes: rows.map(({ applicant }) => applicant.reservationCode ?? ''),
    phones: rows.flatMap(({ applicant }) => [...applicant.phones]),
  });
  if (snapshot === null) throw new TypeError('no such briefing');
  return planRoster(snapshot, rows);
}

export async function rosterContract(t: Test, store: Store): Promise<void> {
  const { briefings } = store;

  await t.test('a roster is applied, and again it changes nothing', async (t) => {
    const [one = '', two = ''] = await planned(store, [2, 1]);
    const rows = [
      rowOf(1, one),
      rowOf(2, one, { status: 'attending' }),
      rowOf(3, two),
      rowOf(4, two, { status: 'waiting' }),
      rowOf(5, two, { status: 'waiting' }),
    ];
    const result = await briefings.applyRoster(await compared(store, rows), NOW);
    t.match(result, { outcome: 'applied', counts: { new: 5, changed: 0, unchanged: 0 }, promoted: [] });
    t.match(await seatCounts(store), [
      { taken: 2, held: 2 },
      { taken: 1, held: 1 },
    ]);
    t.same(await outboxKinds(store), ['roster.imported']);
    const again = await compared(store, rows);
    t.ok(again.entries.every((entry) => entry.verdict === 'unchanged'));
    t.match(await briefings.applyRoster(again, NOW), { counts: { unchanged: 5 } });
    t.same(await outboxKinds(store), ['roster.imported']);
    const lines = (await briefings.listRoster(two, { after: null, limit: 9 })).items;
    t.same(
      lines.map((line) => line.applicant.externalId),
      ['E3', 'E4', 'E5'],
      'who waits has the order of the roster',
    );
  });

  await t.test('a roster changes people and slots, but not what was decided since', async (t) => {
    const [one = '', two = ''] = await planned(store, [5, 5]);
    await briefings.applyRoster(await compared(store, [rowOf(1, one), rowOf(2, one)]), NOW);
    const spoken = await briefings.findApplicantByExternalId('ats', 'E2');
    const [view] = await briefings.listRegistrations(spoken?.applicantId ?? '');
    if (view === undefined) throw new TypeError('not registered');
    await briefings.changeAttendance(changeOf(view.registration, { kind: 'attend' }));

    const applicant = personOf(1, { phones: ['+819011110000'] });
    const plan = await compared(store, [rowOf(1, two, { applicant }), rowOf(2, two)]);
    t.match(plan.entries, [{ verdict: 'changed' }, { verdict: 'unchanged', kept: { slotId: one } }]);
    t.match(await briefings.applyRoster(plan, NOW), { outcome: 'applied' });
    const changed = await briefings.findApplicantByExternalId('ats', 'E1');
    t.match(changed, { version: 2, phones: ['+819011110000'] });
    const [moved] = await briefings.listRegistrations(changed?.applicantId ?? '');
    t.match(moved?.registration, { slotId: two, status: 'not_confirmed', version: 2 });
    t.match((await briefings.listHistory(moved?.registration.registrationId ?? '')).at(-1), {
      kind: 'reassigned',
      source: { kind: 'import' },
    });
    t.match(await seatCounts(store), [
      { taken: 1, held: 1 },
      { taken: 1, held: 1 },
    ]);
  });

  await t.test('a roster moves whom it brought with a status, who keeps it', async (t) => {
    const [one = '', two = ''] = await planned(store, [2, 2]);
    const rows = (slotId: string): RosterRow[] => [
      rowOf(1, slotId, { status: 'attending' }),
      rowOf(2, slotId, { status: 'absent' }),
    ];
    await briefings.applyRoster(await compared(store, rows(one)), NOW);
    const plan = await compared(store, rows(two));
    t.match(plan.entries, [
      { verdict: 'changed', toSlotId: two },
      { verdict: 'unchanged', kept: { slotId: one, status: 'absent', by: 'import' } },
    ]);
    t.match(await briefings.applyRoster(plan, NOW), { outcome: 'applied' });
    const person = await briefings.findApplicantByExternalId('ats', 'E1');
    const [moved] = await briefings.listRegistrations(person?.applicantId ?? '');
    t.match(moved?.registration, { slotId: two, status: 'attending', version: 2 });
    t.match(await seatCounts(store), [
      { taken: 0, held: 0 },
      { taken: 1, held: 1 },
    ]);
  });

  await t.test('a plan with refused rows stores nothing', async (t) => {
    const [one = ''] = await planned(store, [1]);
    const plan = await compared(store, [rowOf(1, one), rowOf(2, 'none'), rowOf(3, one)]);
    t.same(await briefings.applyRoster(plan, NOW), { outcome: 'refused_rows', lines: [2, 3] });
    t.same((await briefings.listApplicants({ after: null, limit: 9 })).items, []);
  });

  await t.test('a plan that was overtaken stores nothing', async (t) => {
    const [one = '', two = ''] = await planned(store, [2, 2]);
    await briefings.applyRoster(await compared(store, [rowOf(1, one)]), NOW);
    const [person] = (await briefings.listApplicants({ after: null, limit: 9 })).items;
    if (person === undefined) throw new TypeError('nobody is known');
    const [view] = await briefings.listRegistrations(person.applicantId);
    if (view === undefined) throw new TypeError('not registered');

    const move = await compared(store, [rowOf(2, one), rowOf(1, two)]);
    await briefings.changeAttendance(changeOf(view.registration, { kind: 'attend' }));
    t.same(await briefings.applyRoster(move, NOW), { outcome: 'stale' }, 'a decision');

    const rename = await compared(store, [rowOf(1, one, { applicant: personOf(1, { faculty: '理学部' }) })]);
    await briefings.putApplicant(personOf(1, { email: null }), person);
    t.same(await briefings.applyRoster(rename, NOW), { outcome: 'stale' }, 'other data');

    const fresh = await compared(store, [rowOf(3, one)]);
    await briefings.putApplicant(personOf(3), null);
    t.same(await briefings.applyRoster(fresh, NOW), { outcome: 'stale' }, 'a key that was free');

    const filling = await compared(store, [rowOf(4, two), rowOf(5, two)]);
    await registered(store, 6, two);
    t.same(await briefings.applyRoster(filling, NOW), { outcome: 'full', slotIds: [two] });
    t.match(await seatCounts(store), [
      { taken: 1, held: 1 },
      { taken: 1, held: 1 },
    ]);
    t.equal((await briefings.listApplicants({ after: null, limit: 9 })).items.length, 3);
  });

  await t.test('a seat that a roster frees goes to who waits', async (t) => {
    const [one = '', two = ''] = await planned(store, [1, 5]);
    await briefings.applyRoster(
      await compared(store, [rowOf(1, one), rowOf(2, one, { status: 'waiting' })]),
      NOW,
    );
    const result = await briefings.applyRoster(await compared(store, [rowOf(1, two)]), NOW);
    t.match(result, { outcome: 'applied', promoted: [{ slotId: one }] });
    t.match(await seatCounts(store), [
      { taken: 1, held: 1 },
      { taken: 1, held: 1 },
    ]);
  });

  await t.test(`${MANY} rows are compared and stored in time`, async (t) => {
    const [one = '', two = ''] = await planned(store, [null, null]);
    const rows = Array.from({ length: MANY }, (_, number) => rowOf(number, number % 2 === 0 ? one : two));
    const began = performance.now();
    const result = await briefings.applyRoster(await compared(store, rows), NOW);
    const took = performance.now() - began;
    t.match(result, { outcome: 'applied', counts: { new: MANY } });
    const beganAgain = performance.now();
    const again = await compared(store, rows);
    t.comment(
      `stored in ${Math.round(took)} ms, compared in ${Math.round(performance.now() - beganAgain)} ms`,
    );
    t.ok(again.entries.every((entry) => entry.verdict === 'unchanged'));
    t.ok(took < MANY_MS, `${Math.round(took)} ms`);
  });
}
