import type { Generated } from 'kysely';
import type { ActualAttendance, AttendanceStatus, EventKind } from '../../briefing/attendance-status.ts';
import type { ChangeSource, ReasonCode } from '../../briefing/registration.ts';
import type { SlotMode } from '../../briefing/slot.ts';

export interface BriefingsTable {
  briefing_id: string;
  title: string;
  company: string;
  place: string | null;
  online_url: string | null;
  what_to_bring: string | null;
  dress: string | null;
  contact: string | null;
  notices: string[];
  cancel_deadline_minutes: number | null;
}

export interface SlotsTable {
  slot_id: string;
  briefing_id: string;
  starts_at: Date;
  ends_at: Date;
  mode: SlotMode;
  place: string | null;
  capacity: number | null;
  taken: Generated<number>;
  open: boolean;
}

export interface ApplicantsTable {
  applicant_id: string;
  version: Generated<number>;
  full_name: string;
  family_name: string | null;
  given_name: string | null;
  full_kana: string | null;
  family_kana: string | null;
  given_kana: string | null;
  /** `searchKey` of the full kana name; empty without kana. */
  kana_key: string;
  university: string | null;
  faculty: string | null;
  phones: string[];
  email: string | null;
  source: string;
  external_id: string | null;
  reservation_code: string | null;
  /** When the row was made, by the clock of the database. */
  known_since: Generated<Date>;
}

export interface RegistrationsTable {
  registration_id: string;
  applicant_id: string;
  briefing_id: string;
  slot_id: string;
  version: number;
  status: AttendanceStatus;
  actual: ActualAttendance | null;
  reason: ReasonCode | null;
  expected_arrival_at: Date | null;
  callback_at: Date | null;
  waiting_number: number | null;
  changed_at: Date;
}

export interface RegistrationEventsTable {
  registration_id: string;
  version: number;
  kind: EventKind;
  source: ChangeSource['kind'];
  member_id: string | null;
  call_id: string | null;
  read_back_turn_key: string | null;
  consent_turn_key: string | null;
  idempotency_key: string | null;
  from_version: Generated<number | null>;
  from_status: AttendanceStatus | null;
  from_slot_id: string | null;
  to_status: AttendanceStatus;
  to_slot_id: string;
  actual: ActualAttendance | null;
  reason: ReasonCode | null;
  expected_arrival_at: Date | null;
  callback_at: Date | null;
  waiting_number: number | null;
  undoes: number | null;
  at: Date;
}

/** What others have to be told, in order; the payload holds ids only. */
export interface OutboxEventsTable {
  event_id: string;
  sequence: Generated<number>;
  kind: 'attendance.changed' | 'attendance.promoted' | 'roster.imported';
  payload: unknown;
  created_at: Generated<Date>;
  dispatched_at: Date | null;
}
