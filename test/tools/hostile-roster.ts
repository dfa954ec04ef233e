import { sql } from 'kysely';
import type { Store } from '../../src/store/open.ts';
import type { Victim } from './hostile-model.ts';
import { briefingOf, enrol, personOf, slotOf, START } from './house.ts';

/** Stands in every field of everybody whom a call has no business with. */
export const CANARY = 'カナリヤ';

const KANA = ['アオキ', 'イトウ', 'ウエダ', 'エンドウ', 'オカダ', 'カトウ', 'キムラ', 'クドウ'] as const;
const GIVEN = ['イチロウ', 'ジロウ', 'サブロウ', 'シロウ', 'ゴロウ'] as const;

/** A person who calls, and what they may prove. */
export interface Attacker {
  readonly kana: string;
  readonly code: string;
  readonly phone: string;
  readonly applicantId: string;
  readonly registrationId: string;
}

export interface HostileRoster {
  readonly victims: readonly Victim[];
  readonly attackers: readonly Attacker[];
  /** Strings that belong to victims: none may stand in an answer. */
  readonly secrets: readonly string[];
}

/** Forty people with a canary in every field, and forty who attack them. */
export async function plantRoster(store: Store): Promise<HostileRoster> {
  await store.briefings.putBriefing(briefingOf());
  await store.briefings.putSlot(slotOf('slot-a'), 0);
  await store.briefings.putSlot(slotOf('slot-b', { startsAt: START + 86_400_000 }), 0);
  await store.briefings.putSlot(slotOf('slot-c', { startsAt: START + 2 * 86_400_000, capacity: 2 }), 0);
  const victims: Victim[] = [];
  const secrets: string[] = [CANARY];
  for (let index = 0; index < 40; index += 1) {
    const kana = `${KANA[index % 8] ?? ''} ${GIVEN[Math.floor(index / 8)] ?? ''}`;
    const phone = `+81801111${String(1000 + index)}`;
    const code = `VX${String(7_000 + index * 13)}KZ`;
    const slotId = index % 2 === 0 ? 'slot-a' : 'slot-b';
    const person = personOf({
      kana,
      name: {
        full: `${CANARY}名${index}`,
        family: `${CANARY}姓`,
        given: `${CANARY}名`,
        fullKana: kana,
        familyKana: null,
        givenKana: null,
      },
      university: `${CANARY}大学`,
      faculty: `${CANARY}学部`,
      phones: [phone],
      email: `canary-${index}@example.jp`,
      externalId: `canary-${index}`,
      reservationCode: code,
    });
    const { applicantId, registrationId } = await enrol(store, person, slotId);
    victims.push({ kana, applicantId, registrationId, phone, slotId });
    secrets.push(applicantId, registrationId, phone, phone.replace('+81', '0'), code, `canary-${index}@`);
  }
  const attackers: Attacker[] = [];
  for (let index = 0; index < 40; index += 1) {
    const kana = `テキタイ${KANA[index % 8] ?? ''} ${GIVEN[Math.floor(index / 8)] ?? ''}`;
    const phone = `+81802222${String(1000 + index)}`;
    const code = `AT${String(1_000 + index)}`;
    const person = personOf({ kana, phones: [phone], reservationCode: code });
    const { applicantId, registrationId } = await enrol(store, person, 'slot-a');
    attackers.push({ kana, code, phone, applicantId, registrationId });
  }
  return { victims, attackers, secrets };
}

/** Everything that belongs to people other than these, and the plan of the team: row by row, as text. */
export async function foreignRows(store: Store, own: readonly Attacker[]): Promise<string[]> {
  const ids = own.map(({ applicantId }) => applicantId);
  const registrations = own.map(({ registrationId }) => registrationId);
  const { rows } = await sql<{ line: string }>`
    select 'applicant ' || to_jsonb(a)::text as line from applicants a
    union all
    select 'registration ' || to_jsonb(r)::text from registrations r where applicant_id <> all (${ids})
    union all
    select 'event ' || to_jsonb(e)::text from registration_events e
      where registration_id <> all (${registrations})
    union all
    select 'briefing ' || to_jsonb(b)::text from briefings b
    union all
    select 'slot ' || (to_jsonb(s) - 'taken')::text from slots s
    order by line`.execute(store.db);
  return rows.map(({ line }) => line);
}

/** Changes by telephone: whose registration, and in which call. */
export async function changesByCalls(store: Store) {
  const { rows } = await sql<{ applicant_id: string; call_id: string }>`
    select r.applicant_id, e.call_id from registration_events e join registrations r using (registration_id)
    where e.call_id is not null`.execute(store.db);
  return rows;
}

/** Slots whose seats are not what their registrations say. */
export async function wrongSeats(store: Store): Promise<string[]> {
  const { rows } = await sql<{ slot_id: string }>`
    select slot_id from slots s where taken < 0 or taken > capacity or taken <> (
      select count(*) from registrations r where r.slot_id = s.slot_id and attendance_holds_seat(r.status))`.execute(
    store.db,
  );
  return rows.map(({ slot_id }) => slot_id);
}

/** Everything that was put into the outbox for people. */
export async function outgoing(store: Store) {
  const { rows } = await sql<{
    template_key: string;
    recipient: string;
    body: string;
    call_id: string | null;
    applicant_id: string | null;
  }>`select template_key, recipient, body, call_id, applicant_id from outbound_messages
    where kind <> 'webhook' order by created_at`.execute(store.db);
  return rows;
}
