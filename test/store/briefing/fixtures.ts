import { sql } from 'kysely';
import type { ApplicantData } from '../../../src/briefing/applicant.ts';
import type { AttendanceDecision } from '../../../src/briefing/attendance-change.ts';
import type { Briefing } from '../../../src/briefing/briefing.ts';
import type { ChangeSource, Registration } from '../../../src/briefing/registration.ts';
import type { Slot } from '../../../src/briefing/slot.ts';
import type { ChangeInput } from '../../../src/store/briefing-ports.ts';
import type { Store } from '../../../src/store/open.ts';

/** Now, in these tests: before every slot. */
export const NOW = 1_790_000_000_000;
const DAY = 86_400_000;

export const TEAM: ChangeSource = { kind: 'team', memberId: 'member-1' };
export const CALLER: ChangeSource = {
  kind: 'caller',
  evidence: { callId: 'rtc_a', readBackTurnKey: 'item_7', consentTurnKey: 'item_8' },
};

/** Empties the tables of briefings. */
export async function truncateBriefings(store: Store): Promise<void> {
  await sql`truncate briefings, slots, applicants, registrations, registration_events, outbox_events`.execute(
    store.db,
  );
}

export function briefingOf(name: string, changes: Partial<Briefing> = {}): Briefing {
  return {
    briefingId: name,
    title: '会社説明会',
    company: '株式会社サンプル',
    place: '東京都千代田区丸の内 1-1',
    onlineUrl: 'https://example.com/live',
    whatToBring: '筆記用具',
    dress: '服装自由',
    contact: '050-0000-0000',
    notices: ['開始 10 分前までにお越しください。'],
    cancelDeadlineMinutes: 60,
    ...changes,
  };
}

/** Slot `<briefing>-<number>`, which starts that many days from now. */
export function slotOf(briefingId: string, number: number, changes: Partial<Slot> = {}): Slot {
  return {
    slotId: `${briefingId}-${number}`,
    briefingId,
    startsAt: NOW + number * DAY,
    endsAt: NOW + number * DAY + 3_600_000,
    mode: 'on_site',
    place: null,
    capacity: 2,
    open: true,
    ...changes,
  };
}

export function personOf(number: number, changes: Partial<ApplicantData> = {}): ApplicantData {
  return {
    name: {
      full: '見本 花子',
      family: '見本',
      given: '花子',
      fullKana: 'ミホン ハナコ',
      familyKana: 'ミホン',
      givenKana: 'ハナコ',
    },
    university: '見本大学',
    faculty: '文学部',
    phones: [`+8190000${String(number).padStart(5, '0')}`],
    email: `person${number}@example.com`,
    source: 'ats',
    externalId: `E${number}`,
    reservationCode: `R-${number}`,
    ...changes,
  };
}

/** A briefing with one slot for each capacity. @returns the slots' ids */
export async function planned(
  store: Store,
  capacities: readonly (number | null)[],
  briefing: Partial<Briefing> = {},
): Promise<string[]> {
  await truncateBriefings(store);
  await store.briefings.putBriefing(briefingOf('b', briefing));
  const ids: string[] = [];
  for (const [index, capacity] of capacities.entries()) {
    const slot = slotOf('b', index + 1, { capacity });
    await store.briefings.putSlot(slot, NOW);
    ids.push(slot.slotId);
  }
  return ids;
}

/** Stores applicant `number`. @returns the id */
export async function known(
  store: Store,
  number: number,
  changes: Partial<ApplicantData> = {},
): Promise<string> {
  const result = await store.briefings.putApplicant(personOf(number, changes), null);
  if (result.outcome !== 'stored') throw new TypeError(`applicant ${number}: ${result.outcome}`);
  return result.applicant.applicantId;
}

/** Stores applicant `number` and registers them. */
export async function registered(store: Store, number: number, slotId: string): Promise<Registration> {
  const applicantId = await known(store, number);
  const result = await store.briefings.register({ applicantId, slotId, source: TEAM, at: NOW });
  if (result.outcome !== 'registered') throw new TypeError(`registration ${number}: ${result.outcome}`);
  return result.registration;
}

let requests = 0;

/** A request with a key of its own. */
export function changeOf(
  registration: Pick<Registration, 'registrationId'>,
  decision: AttendanceDecision,
  changes: Partial<ChangeInput> = {},
): ChangeInput {
  requests += 1;
  return {
    registrationId: registration.registrationId,
    decision,
    source: CALLER,
    expectedVersion: null,
    idempotencyKey: `request-${requests}`,
    at: NOW,
    ...changes,
  };
}

/** Seats taken in each slot, and the numbers of registrations that hold one: they are the same. */
export async function seatCounts(store: Store): Promise<{ slotId: string; taken: number; held: number }[]> {
  const { rows } = await sql<{ slotId: string; taken: number; held: number }>`
    select slot_id as "slotId", taken, (select count(*) from registrations
      where registrations.slot_id = slots.slot_id and attendance_holds_seat(status)) as held
    from slots order by slot_id`.execute(store.db);
  return rows;
}

/** Kinds of the outbox events, in order. */
export async function outboxKinds(store: Store): Promise<string[]> {
  const { rows } = await sql<{ kind: string }>`
    select kind from outbox_events order by sequence`.execute(store.db);
  return rows.map((row) => row.kind);
}
