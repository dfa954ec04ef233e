import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { sql } from 'kysely';
import type { Test } from 'tap';
import type { AttendanceDecision } from '../../../src/briefing/attendance-change.ts';
import { type Registration, type RegistrationState, replay } from '../../../src/briefing/registration.ts';
import type { Store } from '../../../src/store/open.ts';
import { NOW, changeOf, planned, registered, seatCounts } from './fixtures.ts';

const RUNS = 12;
const CAPACITIES = [1, 2, 3];
const PEOPLE = 6;

type Step =
  | { readonly person: number; readonly decision: AttendanceDecision }
  | { readonly person: number; readonly undo: number };

const slotIds = CAPACITIES.map((_, index) => `b-${index + 1}`);
const slot = fc.constantFrom(...slotIds);
const decision: fc.Arbitrary<AttendanceDecision> = fc.oneof(
  fc.constant({ kind: 'attend' as const }),
  fc.constant({ kind: 'absent' as const, reason: null }),
  fc.constant({ kind: 'late' as const, expectedArrivalAt: null, reason: null }),
  fc.constant({ kind: 'request_change' as const }),
  fc.constant({ kind: 'online' as const }),
  fc.constant({ kind: 'undecided' as const, callbackAt: null }),
  fc.record({ kind: fc.constant('move' as const), toSlotId: slot }),
  fc.record({ kind: fc.constant('wait' as const), toSlotId: slot }),
);
const person = fc.nat({ max: PEOPLE - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ person, decision }), weight: 6 },
  { arbitrary: fc.record({ person, undo: fc.integer({ min: 2, max: 8 }) }), weight: 1 },
);

export async function propertyContract(t: Test, store: Store): Promise<void> {
  await t.test('whatever is decided, one after the other, seats, queues and histories agree', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const people = await begin(store);
        for (const [index, one] of steps.entries()) await take(store, people, one, index);
        await check(store);
      }),
      { numRuns: RUNS },
    );
    t.pass(`${RUNS} runs`);
  });

  await t.test('whatever is decided at once, seats, queues and histories agree', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const people = await begin(store);
        await Promise.all(steps.map(async (one, index) => take(store, people, one, index)));
        await check(store);
      }),
      { numRuns: RUNS },
    );
    t.pass(`${RUNS} runs`);
  });
}

/** All slots are full, so that every slot has a queue soon. */
async function begin(store: Store): Promise<Registration[]> {
  await planned(store, CAPACITIES);
  const people: Registration[] = [];
  for (let number = 0; number < PEOPLE; number += 1) {
    const slotId = slotIds[number < 1 ? 0 : number < 3 ? 1 : 2] ?? '';
    people.push(await registered(store, number, slotId));
  }
  return people;
}

async function take(store: Store, people: readonly Registration[], one: Step, index: number): Promise<void> {
  const { registrationId } = people[one.person] ?? { registrationId: '' };
  if ('decision' in one) {
    await store.briefings.changeAttendance(changeOf({ registrationId }, one.decision));
    return;
  }
  await store.briefings.undoChange({
    registrationId,
    version: one.undo,
    expectedVersion: null,
    memberId: null,
    idempotencyKey: `undo-${registrationId}-${index}`,
    at: NOW,
  });
}

/**
 * Nobody was overtaken: whoever was promoted had a lower number than everybody who waits for the same slot now. Read
 * from the histories, so that it holds for changes at once as well.
 */
async function checkQueues(store: Store): Promise<void> {
  const { rows } = await sql`
    select 1 from registration_events promoted
      join registration_events queued on queued.registration_id = promoted.registration_id
        and queued.version = promoted.version - 1
      join registrations passed on passed.slot_id = promoted.to_slot_id and passed.status = 'waiting'
        and passed.waiting_number < queued.waiting_number
    where promoted.kind = 'promoted' and not exists (
      select 1 from registration_events undo
      where undo.registration_id = passed.registration_id and undo.kind = 'undone')`.execute(store.db);
  equal(rows.length, 0, 'somebody was overtaken in the waiting list');
}

async function check(store: Store): Promise<void> {
  for (const { slotId, taken, held } of await seatCounts(store)) {
    const seats = await store.briefings.getSlot(slotId);
    equal(taken, held, `${slotId}: seats taken and held`);
    ok(taken >= 0 && taken <= (seats?.capacity ?? 0), `${slotId}: ${taken} taken`);
    ok(seats?.waiting === 0 || seats?.free === 0, `${slotId}: somebody waits beside a free seat`);
  }
  await checkQueues(store);
  const { rows } = await sql<{ registration_id: string }>`select registration_id from registrations`.execute(
    store.db,
  );
  for (const { registration_id: id } of rows) {
    const view = await store.briefings.getRegistration(id);
    const history = await store.briefings.listHistory(id);
    deepStrictEqual(replay(history), stateOf(view?.registration));
    equal(history.length, view?.registration.version);
  }
}

function stateOf(registration: Registration | undefined): Partial<RegistrationState> {
  if (registration === undefined) return {};
  const { status, slotId, actual, reason, expectedArrivalAt, callbackAt, waitingNumber } = registration;
  return { status, slotId, actual, reason, expectedArrivalAt, callbackAt, waitingNumber };
}
