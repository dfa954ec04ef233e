import { type Applicant, type ApplicantData, hasLostZeros, reservationCodeKey } from './applicant.ts';
import { mayGo } from './attendance-status.ts';
import type { ChangeSource, Registration } from './registration.ts';
import { KnownPeople } from './roster-match.ts';
import type {
  KnownPerson,
  RosterEntry,
  RosterPlan,
  RosterRow,
  RosterSnapshot,
  SlotKept,
} from './roster-plan.ts';
import { refuseOverfull } from './roster-seats.ts';

/**
 * Compares the rows of a roster with what is known. The roster is right about names and addresses, except where it is
 * silent; about slots it is right until somebody has spoken: what an applicant or the team decided stands.
 */
export function planRoster(snapshot: RosterSnapshot, rows: readonly RosterRow[]): RosterPlan {
  const people = new KnownPeople(snapshot.people);
  const slotIds = new Set(snapshot.slots.map((slot) => slot.slotId));
  const entries = rows.map((given): RosterEntry => {
    const row = { ...given, applicant: withCodeKey(given.applicant) };
    const refuse = (reason: Extract<RosterEntry, { verdict: 'refused' }>['reason']): RosterEntry => ({
      verdict: 'refused',
      line: row.line,
      reason,
    });
    if (!slotIds.has(row.slotId)) return refuse('unknown_slot');
    const found = people.claim(row.applicant);
    if ('refusal' in found) return refuse(found.refusal);
    return compare(row, found.person);
  });
  return { briefingId: snapshot.briefingId, entries: refuseOverfull(snapshot.slots, entries) };
}

function compare(row: RosterRow, person: KnownPerson | null): RosterEntry {
  const { line, slotId } = row;
  const applicant = person?.applicant ?? null;
  const data = applicant === null ? row.applicant : merged(applicant, row.applicant);
  const registration = person?.registration ?? null;
  if (registration === null) {
    return { verdict: 'new', line, applicant, data, slotId, status: row.status ?? 'not_confirmed' };
  }
  const by = person?.lastChange?.source ?? 'team';
  const elsewhere = registration.slotId !== slotId;
  const moves = elsewhere && mayReassign(registration, by);
  const toSlotId = moves ? slotId : null;
  const kept = elsewhere && !moves ? keptOf(registration, by) : null;
  const fields = applicant === null ? [] : changedFields(applicant, data);
  if (applicant === null || (fields.length === 0 && toSlotId === null)) {
    return { verdict: 'unchanged', line, registrationId: registration.registrationId, kept };
  }
  return { verdict: 'changed', line, applicant, data, registration, toSlotId, kept, fields };
}

/** Whether rosters alone have said where somebody comes, and with which status. */
function mayReassign({ status, actual }: Registration, by: ChangeSource['kind']): boolean {
  return by === 'import' && actual === null && mayGo('reassigned', status, status);
}

function keptOf({ registrationId, slotId, status }: Registration, by: ChangeSource['kind']): SlotKept {
  return { registrationId, slotId, status, by };
}

/** Reservation codes are compared as they are stored. */
function withCodeKey(data: ApplicantData): ApplicantData {
  const code = data.reservationCode;
  return { ...data, reservationCode: code === null ? null : reservationCodeKey(code) };
}

/** The row's data; where the row is silent, what is known. */
function merged(known: Applicant, row: ApplicantData): ApplicantData {
  const { name } = row;
  return {
    name: {
      full: name.full,
      family: name.family ?? (name.full === known.name.full ? known.name.family : null),
      given: name.given ?? (name.full === known.name.full ? known.name.given : null),
      fullKana: name.fullKana ?? known.name.fullKana,
      familyKana: name.familyKana ?? (name.fullKana === null ? known.name.familyKana : null),
      givenKana: name.givenKana ?? (name.fullKana === null ? known.name.givenKana : null),
    },
    university: row.university ?? known.university,
    faculty: row.faculty ?? known.faculty,
    phones: row.phones.length > 0 ? row.phones : known.phones,
    email: row.email ?? known.email,
    // An id belongs to its source: without one of its own the row says nothing about either.
    source: row.externalId === null ? known.source : row.source,
    externalId: row.externalId ?? known.externalId,
    reservationCode: wholeCode(known.reservationCode, row.reservationCode),
  };
}

/** The row's code, unless it is the known one without its zeros: they are eaten by spreadsheets, and added by nobody. */
function wholeCode(known: string | null, row: string | null): string | null {
  if (known === null || row === null) return row ?? known;
  return hasLostZeros(row, known) ? known : row;
}

const FIELDS = [
  'name',
  'university',
  'faculty',
  'phones',
  'email',
  'source',
  'externalId',
  'reservationCode',
] as const satisfies readonly (keyof ApplicantData)[];

function changedFields(known: ApplicantData, data: ApplicantData): (keyof ApplicantData)[] {
  return FIELDS.filter((field) => text(known[field]) !== text(data[field]));
}

/** A field as text that is equal when the field is; names list their parts in one order. */
function text(value: ApplicantData[keyof ApplicantData]): string {
  if (value === null || typeof value === 'string' || !('full' in value)) return JSON.stringify(value);
  const { full, family, given, fullKana, familyKana, givenKana } = value;
  return JSON.stringify([full, family, given, fullKana, familyKana, givenKana]);
}
