import { sql } from 'kysely';
import type { Test } from 'tap';
import {
  ATTENDANCE_STATUSES,
  EVENT_KINDS,
  holdsSeat,
  mayGo,
} from '../../../src/briefing/attendance-status.ts';
import type { Store } from '../../../src/store/open.ts';
import type { UndoInput } from '../../../src/store/briefing-ports.ts';
import { NOW, TEAM, changeOf, outboxKinds, planned, registered, seatCounts } from './fixtures.ts';

let requests = 0;

function undoOf(registration: { registrationId: string }, version: number): UndoInput {
  requests += 1;
  return {
    registrationId: registration.registrationId,
    version,
    expectedVersion: null,
    memberId: 'member-1',
    idempotencyKey: `undo-${requests}`,
    at: NOW,
  };
}

export async function undoContract(t: Test, store: Store): Promise<void> {
  const { briefings } = store;

  await t.test('code and database have the same table of transitions and the same seats', async (t) => {
    const { rows } = await sql<{ kind: string; old: string | null; new: string; legal: boolean }>`
      select kind, "old", "new", attendance_may_go(kind, "old", "new") as legal
      from unnest(${[...EVENT_KINDS]}::text[]) as kind,
        unnest(${[...ATTENDANCE_STATUSES]}::text[] || null::text) as "old",
        unnest(${[...ATTENDANCE_STATUSES]}::text[]) as "new"`.execute(store.db);
    t.equal(rows.length, EVENT_KINDS.length * (ATTENDANCE_STATUSES.length + 1) * ATTENDANCE_STATUSES.length);
    const inCode = EVENT_KINDS.flatMap((kind) =>
      [...ATTENDANCE_STATUSES, null].flatMap((from) =>
        ATTENDANCE_STATUSES.map((to) => `${kind} ${from} ${to} ${mayGo(kind, from, to)}`),
      ),
    );
    t.same(rows.map((row) => `${row.kind} ${row.old} ${row.new} ${row.legal}`).sort(), inCode.sort());
    const seats = await sql<{ status: string }>`
      select status from unnest(${[...ATTENDANCE_STATUSES]}::text[]) as status
      where attendance_holds_seat(status)`.execute(store.db);
    t.same(
      seats.rows.map((row) => row.status),
      ATTENDANCE_STATUSES.filter(holdsSeat),
    );
  });

  await t.test('an undo restores status, slot and seat by a new event', async (t) => {
    const [from = '', to = ''] = await planned(store, [1, 1]);
    const a = await registered(store, 1, from);
    await briefings.changeAttendance(changeOf(a, { kind: 'move', toSlotId: to }));
    const result = await briefings.undoChange(undoOf(a, 2));
    t.match(result, {
      outcome: 'changed',
      registration: { status: 'not_confirmed', slotId: from, version: 3 },
      event: { kind: 'undone', undoes: 2, source: TEAM },
    });
    t.match(await seatCounts(store), [
      { taken: 1, held: 1 },
      { taken: 0, held: 0 },
    ]);
  });

  await t.test('an undo that comes again changes nothing again, an undo can be undone', async (t) => {
    const [slotId = ''] = await planned(store, [1]);
    const a = await registered(store, 1, slotId);
    await briefings.changeAttendance(changeOf(a, { kind: 'absent', reason: 'unwell' }));
    const undo = undoOf(a, 2);
    await briefings.undoChange(undo);
    t.match(await briefings.undoChange(undo), { outcome: 'changed', repeated: true, event: { version: 3 } });
    t.match(await briefings.undoChange(undoOf(a, 3)), {
      registration: { status: 'absent', reason: 'unwell', version: 4 },
    });
    t.match(await seatCounts(store), [{ taken: 0, held: 0 }]);
  });

  await t.test('an undo says why it cannot be', async (t) => {
    const [slotId = '', other = ''] = await planned(store, [1, 5]);
    const a = await registered(store, 1, slotId);
    const b = await registered(store, 2, other);
    await briefings.changeAttendance(changeOf(b, { kind: 'wait', toSlotId: slotId }));
    await briefings.changeAttendance(changeOf(a, { kind: 'absent', reason: null }));
    t.match(await briefings.undoChange(undoOf(a, 2)), {
      outcome: 'refused',
      reason: 'full',
      registration: { status: 'absent', version: 2 },
    });
    t.match(await briefings.undoChange(undoOf(b, 3)), { outcome: 'refused', reason: 'promotion' });
    t.match(await briefings.undoChange(undoOf(b, 2)), { outcome: 'refused', reason: 'superseded' });
    t.match(await briefings.undoChange(undoOf(a, 1)), { outcome: 'refused', reason: 'beginning' });
    t.match(await briefings.undoChange(undoOf(a, 9)), { outcome: 'not_found', what: 'event' });
    t.match(await briefings.undoChange(undoOf({ registrationId: 'none' }, 2)), {
      outcome: 'not_found',
      what: 'registration',
    });
  });

  await t.test('who is put back on the waiting list has the old place in it', async (t) => {
    const [full = '', other = ''] = await planned(store, [1, 5]);
    const holder = await registered(store, 1, full);
    const first = await registered(store, 2, other);
    const second = await registered(store, 3, other);
    for (const person of [first, second])
      await briefings.changeAttendance(changeOf(person, { kind: 'wait', toSlotId: full }));
    await briefings.changeAttendance(changeOf(first, { kind: 'withdraw', reason: null }));
    await briefings.undoChange(undoOf(first, 3));
    t.match(await briefings.changeAttendance(changeOf(holder, { kind: 'online' })), {
      promoted: [{ registrationId: first.registrationId }],
    });
  });

  await t.test('who is put back on the waiting list when a seat is free gets it', async (t) => {
    const [full = '', other = ''] = await planned(store, [1, 5]);
    const holder = await registered(store, 1, full);
    const a = await registered(store, 2, other);
    await briefings.changeAttendance(changeOf(a, { kind: 'wait', toSlotId: full }));
    await briefings.changeAttendance(changeOf(a, { kind: 'withdraw', reason: null }));
    await briefings.changeAttendance(changeOf(holder, { kind: 'withdraw', reason: null }));
    t.match(await briefings.undoChange(undoOf(a, 3)), {
      outcome: 'changed',
      event: { to: { status: 'waiting' } },
      promoted: [{ registrationId: a.registrationId }],
    });
    t.match((await briefings.getRegistration(a.registrationId))?.registration, { status: 'attending' });
  });

  await t.test('what happened is recorded apart from what was said, and undone apart', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const [a, b] = [await registered(store, 1, slotId), await registered(store, 2, slotId)];
    await briefings.changeAttendance(changeOf(a, { kind: 'attend' }));
    const observations = [
      { registrationId: a.registrationId, actual: 'no_show' },
      { registrationId: b.registrationId, actual: 'attended' },
      { registrationId: 'none', actual: 'attended' },
    ] as const;
    t.same(await briefings.recordActual(observations, TEAM, NOW), ['none']);
    t.same(await briefings.recordActual(observations, TEAM, NOW), ['none']);
    t.match((await briefings.getRegistration(a.registrationId))?.registration, {
      status: 'attending',
      actual: 'no_show',
      version: 3,
    });
    t.match(await briefings.undoChange(undoOf(a, 2)), {
      registration: { status: 'not_confirmed', actual: 'no_show' },
    });
    t.match(await briefings.undoChange(undoOf(a, 3)), {
      registration: { status: 'not_confirmed', actual: null },
    });
    t.match(await briefings.listRoster(slotId, { after: null, limit: 10 }), {
      items: [{ lastChange: {} }, { lastChange: {} }],
    });
  });

  await t.test('neither undo nor record touches a registration that has another version', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const registration = await registered(store, 1, slotId);
    const { registrationId } = registration;
    await briefings.changeAttendance(changeOf(registration, { kind: 'attend' }));
    const observed = { registrationId, actual: 'attended', source: TEAM, at: NOW } as const;
    t.match(await briefings.observe({ ...observed, expectedVersion: 1 }), {
      outcome: 'conflict',
      registration: { version: 2, actual: null },
    });
    t.match(await briefings.observe({ ...observed, expectedVersion: 2 }), {
      outcome: 'stored',
      registration: { version: 3, actual: 'attended' },
    });
    t.match(await briefings.observe({ ...observed, expectedVersion: null }), {
      outcome: 'stored',
      registration: { version: 3 },
    });
    t.match(await briefings.undoChange({ ...undoOf(registration, 2), expectedVersion: 2 }), {
      outcome: 'conflict',
      registration: { version: 3, status: 'attending' },
    });
    t.match(await briefings.undoChange({ ...undoOf(registration, 2), expectedVersion: 3 }), {
      outcome: 'changed',
    });
    t.match(await briefings.observe({ ...observed, registrationId: 'none', expectedVersion: null }), {
      outcome: 'not_found',
    });
  });

  await t.test('outbox events are taken once, in order, and only by what is committed', async (t) => {
    const [slotId = ''] = await planned(store, [5]);
    for (const number of [1, 2, 3]) await registered(store, number, slotId);
    await t.rejects(
      store.transact(async (transaction) => {
        await transaction.briefings.takeOutboxEvents(10);
        throw new RangeError('the queue is full');
      }),
      { name: 'RangeError' },
    );
    const first = await briefings.takeOutboxEvents(2);
    t.match(first, [
      { kind: 'attendance.changed', payload: { version: 1 } },
      { kind: 'attendance.changed', payload: { version: 1 } },
    ]);
    t.equal((await briefings.takeOutboxEvents(10)).length, 1);
    t.same(await briefings.takeOutboxEvents(10), []);
    t.equal((await outboxKinds(store)).length, 3);
  });
}
