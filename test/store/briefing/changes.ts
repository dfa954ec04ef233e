import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { CALLER, NOW, changeOf, outboxKinds, planned, registered, seatCounts } from './fixtures.ts';

export async function changeContract(t: Test, store: Store): Promise<void> {
  const { briefings } = store;

  await t.test('a decision is stored with who, when and the words that prove it', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const registration = await registered(store, 1, slotId);
    const result = await briefings.changeAttendance(
      changeOf(registration, { kind: 'attend' }, { at: NOW + 5 }),
    );
    t.match(result, { outcome: 'changed', repeated: false, promoted: [] });
    t.match((await briefings.getRegistration(registration.registrationId))?.registration, {
      status: 'attending',
      version: 2,
      changedAt: NOW + 5,
    });
    t.match(await briefings.listHistory(registration.registrationId), [
      { version: 1, kind: 'created', from: null, to: { status: 'not_confirmed', slotId } },
      {
        version: 2,
        kind: 'changed',
        source: CALLER,
        at: NOW + 5,
        from: { status: 'not_confirmed', slotId },
        to: { status: 'attending', slotId },
      },
    ]);
    t.same(await outboxKinds(store), ['attendance.changed', 'attendance.changed']);
  });

  await t.test('details of a decision are stored and read back', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const registration = await registered(store, 1, slotId);
    const late = { kind: 'late', expectedArrivalAt: NOW + 60_000, reason: 'transport' } as const;
    t.match(await briefings.changeAttendance(changeOf(registration, late)), {
      outcome: 'changed',
      registration: { status: 'late', expectedArrivalAt: NOW + 60_000, reason: 'transport' },
    });
    t.match(await briefings.changeAttendance(changeOf(registration, { ...late, reason: null })), {
      outcome: 'unchanged',
    });
    const undecided = { kind: 'undecided', callbackAt: NOW + 90_000 } as const;
    t.match(await briefings.changeAttendance(changeOf(registration, undecided)), {
      outcome: 'changed',
      registration: { status: 'undecided', expectedArrivalAt: null, callbackAt: NOW + 90_000, reason: null },
    });
  });

  await t.test('a request that comes again under its key changes nothing again', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const registration = await registered(store, 1, slotId);
    const request = changeOf(registration, { kind: 'absent', reason: null });
    await briefings.changeAttendance(request);
    await briefings.changeAttendance(changeOf(registration, { kind: 'attend' }));
    t.match(await briefings.changeAttendance(request), {
      outcome: 'changed',
      repeated: true,
      event: { version: 2, to: { status: 'absent' } },
      registration: { status: 'attending' },
    });
    t.equal((await briefings.listHistory(registration.registrationId)).length, 3);
  });

  await t.test('of 50 equal requests at once one changes and all say so', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const registration = await registered(store, 1, slotId);
    const request = changeOf(registration, { kind: 'attend' });
    const results = await Promise.all(
      Array.from({ length: 50 }, async () => briefings.changeAttendance(request)),
    );
    t.ok(results.every((result) => result.outcome === 'changed'));
    t.equal(results.filter((result) => result.outcome === 'changed' && !result.repeated).length, 1);
    t.equal((await briefings.listHistory(registration.registrationId)).length, 2);
  });

  await t.test('a key that was used for somebody else is a conflict', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const [a, b] = [await registered(store, 1, slotId), await registered(store, 2, slotId)];
    const request = changeOf(a, { kind: 'attend' });
    await briefings.changeAttendance(request);
    const foreign = { ...request, registrationId: b.registrationId };
    t.match(await briefings.changeAttendance(foreign), { outcome: 'conflict' });
    t.equal((await briefings.listHistory(b.registrationId)).length, 1);
  });

  await t.test('saying the same under another key is no change', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const registration = await registered(store, 1, slotId);
    await briefings.changeAttendance(changeOf(registration, { kind: 'attend' }));
    t.match(await briefings.changeAttendance(changeOf(registration, { kind: 'attend' })), {
      outcome: 'unchanged',
    });
    t.equal((await briefings.listHistory(registration.registrationId)).length, 2);
  });

  await t.test('a decision that was based on an older version is a conflict', async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const registration = await registered(store, 1, slotId);
    await briefings.changeAttendance(changeOf(registration, { kind: 'attend' }, { expectedVersion: 1 }));
    const old = changeOf(registration, { kind: 'absent', reason: null }, { expectedVersion: 1 });
    t.match(await briefings.changeAttendance(old), {
      outcome: 'conflict',
      registration: { status: 'attending', version: 2 },
    });
  });

  await t.test('whoever moves takes a seat there and gives up the one here', async (t) => {
    const [from = '', to = ''] = await planned(store, [1, 1]);
    const registration = await registered(store, 1, from);
    t.match(await briefings.changeAttendance(changeOf(registration, { kind: 'move', toSlotId: to })), {
      outcome: 'changed',
      registration: { status: 'moved', slotId: to },
      event: { from: { slotId: from }, to: { slotId: to } },
    });
    t.match(await seatCounts(store), [
      { taken: 0, held: 0 },
      { taken: 1, held: 1 },
    ]);
  });

  await t.test('a full slot changes nothing and says how long the waiting list is', async (t) => {
    const [from = '', to = ''] = await planned(store, [2, 1]);
    const [a, b] = [await registered(store, 1, from), await registered(store, 2, from)];
    await registered(store, 3, to);
    await briefings.changeAttendance(changeOf(a, { kind: 'wait', toSlotId: to }));
    t.match(await briefings.changeAttendance(changeOf(b, { kind: 'move', toSlotId: to })), {
      outcome: 'full',
      registration: { status: 'not_confirmed', slotId: from, version: 1 },
      slot: { slotId: to, free: 0, waiting: 1 },
    });
    t.equal((await briefings.listHistory(b.registrationId)).length, 1);
  });

  await t.test('who was absent comes again only while there is a seat', async (t) => {
    const [slotId = ''] = await planned(store, [1]);
    const a = await registered(store, 1, slotId);
    await briefings.changeAttendance(changeOf(a, { kind: 'absent', reason: 'personal' }));
    const b = await registered(store, 2, slotId);
    t.match(await briefings.changeAttendance(changeOf(a, { kind: 'attend' })), { outcome: 'full' });
    await briefings.changeAttendance(changeOf(b, { kind: 'online' }));
    t.match(await briefings.changeAttendance(changeOf(a, { kind: 'attend' })), {
      outcome: 'changed',
      registration: { status: 'attending', reason: null },
    });
  });

  await t.test('what cannot be is refused with its reason', async (t) => {
    const [own = '', closed = '', over = '', free = ''] = await planned(store, [2, 2, 2, 2], {
      onlineUrl: null,
    });
    const standing = await briefings.getSlot(closed);
    if (standing !== null) await briefings.putSlot({ ...standing, open: false }, NOW);
    const past = await briefings.getSlot(over);
    if (past !== null) await briefings.putSlot({ ...past, startsAt: NOW - 1 }, NOW);
    const a = await registered(store, 1, own);
    const decide = async (decision: Parameters<typeof changeOf>[1]): Promise<unknown> =>
      briefings.changeAttendance(changeOf(a, decision));
    t.match(await decide({ kind: 'move', toSlotId: closed }), { outcome: 'illegal', reason: 'slot_closed' });
    t.match(await decide({ kind: 'move', toSlotId: over }), { outcome: 'illegal', reason: 'slot_over' });
    t.match(await decide({ kind: 'wait', toSlotId: free }), { outcome: 'illegal', reason: 'seats_free' });
    t.match(await decide({ kind: 'wait', toSlotId: own }), { outcome: 'illegal', reason: 'has_seat' });
    t.match(await decide({ kind: 'online' }), { outcome: 'illegal', reason: 'online_not_offered' });
    t.match(await decide({ kind: 'move', toSlotId: own }), { outcome: 'unchanged' });
    t.match(await decide({ kind: 'move', toSlotId: 'x\0' }), { outcome: 'not_found', what: 'slot' });
    await decide({ kind: 'withdraw', reason: null });
    t.match(await decide({ kind: 'attend' }), { outcome: 'illegal', reason: 'transition' });
    t.match(await briefings.changeAttendance(changeOf({ registrationId: 'none' }, { kind: 'attend' })), {
      outcome: 'not_found',
      what: 'registration',
    });
  });

  await t.test('a change is undone with everything else in its transaction', async (t) => {
    const [slotId = ''] = await planned(store, [1]);
    const a = await registered(store, 1, slotId);
    const broken = store.transact(async (transaction) => {
      await transaction.briefings.changeAttendance(changeOf(a, { kind: 'absent', reason: null }));
      throw new RangeError('changed my mind');
    });
    await t.rejects(broken, { name: 'RangeError' });
    t.match(await seatCounts(store), [{ taken: 1, held: 1 }]);
    t.equal((await briefings.listHistory(a.registrationId)).length, 1);
  });
}
