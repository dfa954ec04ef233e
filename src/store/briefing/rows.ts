import { type Selectable, sql } from 'kysely';
import type { Applicant } from '../../briefing/applicant.ts';
import type { Briefing } from '../../briefing/briefing.ts';
import type { ChangeSource, Registration, RegistrationEvent } from '../../briefing/registration.ts';
import type { SlotSeats } from '../../briefing/slot.ts';
import type {
  ApplicantsTable,
  BriefingsTable,
  RegistrationEventsTable,
  RegistrationsTable,
  SlotsTable,
} from './tables.ts';

/** A slot with the length of its waiting list. */
export type SlotRow = Selectable<SlotsTable> & { readonly waiting: number };

/** Columns of a SlotRow, read from a relation that is called `slots`. */
export const SLOT_COLUMNS = sql`slots.*, (
  select count(*) from registrations queue where queue.slot_id = slots.slot_id and queue.status = 'waiting'
) as waiting`;

export function toBriefing(row: Selectable<BriefingsTable>): Briefing {
  return {
    briefingId: row.briefing_id,
    title: row.title,
    company: row.company,
    place: row.place,
    onlineUrl: row.online_url,
    whatToBring: row.what_to_bring,
    dress: row.dress,
    contact: row.contact,
    notices: row.notices,
    cancelDeadlineMinutes: row.cancel_deadline_minutes,
  };
}

export function toSlot(row: SlotRow): SlotSeats {
  return {
    slotId: row.slot_id,
    briefingId: row.briefing_id,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    mode: row.mode,
    place: row.place,
    capacity: row.capacity,
    open: row.open,
    taken: row.taken,
    free: row.capacity === null ? null : row.capacity - row.taken,
    waiting: row.waiting,
  };
}

export function toApplicant(row: Selectable<ApplicantsTable>): Applicant {
  return {
    applicantId: row.applicant_id,
    version: row.version,
    name: {
      full: row.full_name,
      family: row.family_name,
      given: row.given_name,
      fullKana: row.full_kana,
      familyKana: row.family_kana,
      givenKana: row.given_kana,
    },
    university: row.university,
    faculty: row.faculty,
    phones: row.phones,
    email: row.email,
    source: row.source,
    externalId: row.external_id,
    reservationCode: row.reservation_code,
  };
}

export function toRegistration(row: Selectable<RegistrationsTable>): Registration {
  return {
    registrationId: row.registration_id,
    applicantId: row.applicant_id,
    briefingId: row.briefing_id,
    version: row.version,
    changedAt: row.changed_at.getTime(),
    status: row.status,
    slotId: row.slot_id,
    actual: row.actual,
    reason: row.reason,
    expectedArrivalAt: ms(row.expected_arrival_at),
    callbackAt: ms(row.callback_at),
    waitingNumber: row.waiting_number,
  };
}

export function toEvent(row: Selectable<RegistrationEventsTable>): RegistrationEvent {
  return {
    registrationId: row.registration_id,
    version: row.version,
    kind: row.kind,
    source: toSource(row),
    at: row.at.getTime(),
    from:
      row.from_status === null || row.from_slot_id === null
        ? null
        : { status: row.from_status, slotId: row.from_slot_id },
    to: {
      status: row.to_status,
      slotId: row.to_slot_id,
      actual: row.actual,
      reason: row.reason,
      expectedArrivalAt: ms(row.expected_arrival_at),
      callbackAt: ms(row.callback_at),
      waitingNumber: row.waiting_number,
    },
    undoes: row.undoes,
    idempotencyKey: row.idempotency_key,
  };
}

/** Columns of registration_events that say who is answerable. */
export type SourceColumns = Pick<
  RegistrationEventsTable,
  'source' | 'member_id' | 'call_id' | 'read_back_turn_key' | 'consent_turn_key'
>;

export function sourceColumns(source: ChangeSource): SourceColumns {
  const evidence = source.kind === 'caller' ? source.evidence : null;
  return {
    source: source.kind,
    member_id: source.kind === 'team' ? source.memberId : null,
    call_id: evidence?.callId ?? null,
    read_back_turn_key: evidence?.readBackTurnKey ?? null,
    consent_turn_key: evidence?.consentTurnKey ?? null,
  };
}

function toSource(row: SourceColumns): ChangeSource {
  if (row.source === 'team') return { kind: 'team', memberId: row.member_id };
  if (row.source !== 'caller') return { kind: row.source };
  // The check registration_events_evidence sees to it that a caller's event has both.
  return {
    kind: 'caller',
    evidence: {
      callId: row.call_id ?? '',
      readBackTurnKey: row.read_back_turn_key,
      consentTurnKey: row.consent_turn_key ?? '',
    },
  };
}

/** Null, or the instant as a parameter of a statement. */
export function instant(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}

function ms(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}
