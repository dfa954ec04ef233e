import type { Applicant, ApplicantData } from './applicant.ts';
import type { AttendanceStatus, EventKind } from './attendance-status.ts';
import type { ChangeSource, Registration } from './registration.ts';
import type { SlotSeats } from './slot.ts';

/** One line of a roster, read and normalised. */
export interface RosterRow {
  /** Line in the file, 1 for the first: it names the row in reports. */
  readonly line: number;
  readonly applicant: ApplicantData;
  readonly slotId: string;
  /** Status of a registration that is new here; null: `not_confirmed`. One that stands keeps its own. */
  readonly status: AttendanceStatus | null;
}

/** What the store knows before a roster is applied. */
export interface RosterSnapshot {
  readonly briefingId: string;
  readonly slots: readonly SlotSeats[];
  /** Everybody registered for the briefing, and everybody else who shares a key with the roster. */
  readonly people: readonly KnownPerson[];
}

/** An applicant in a snapshot. */
export interface KnownPerson {
  readonly applicant: Applicant;
  /** The registration for the snapshot's briefing; null: none. */
  readonly registration: Registration | null;
  /** The event that the registration's state comes from. */
  readonly lastChange: { readonly kind: EventKind; readonly source: ChangeSource['kind'] } | null;
}

/** Keys by which a roster may know people who are not registered for its briefing. */
export interface RosterKeys {
  readonly externalIds: readonly { readonly source: string; readonly externalId: string }[];
  readonly reservationCodes: readonly string[];
  readonly phones: readonly string[];
}

/**
 * Why a row is refused. `unknown_slot`: the briefing has no such slot. `duplicate_row`: an earlier row is about
 * the same person. `ambiguous`: its keys belong to different people. `code_taken`: the reservation code is
 * somebody else's. `slot_full`: no seat is left.
 */
export type RowRefusal = 'unknown_slot' | 'duplicate_row' | 'ambiguous' | 'code_taken' | 'slot_full';

/**
 * The row names another slot than the registration's, which stays where it is: somebody has decided since (`by` a caller or the
 * team, or the waiting list has moved up), or the status, though it came with a roster, is about that very date.
 */
export interface SlotKept {
  readonly registrationId: string;
  readonly slotId: string;
  readonly status: AttendanceStatus;
  readonly by: ChangeSource['kind'];
}

/** What a row would do. */
export type RosterEntry =
  | {
      readonly verdict: 'new';
      readonly line: number;
      /** A known applicant keeps id and version; null: the applicant is new. */
      readonly applicant: Applicant | null;
      readonly data: ApplicantData;
      readonly slotId: string;
      readonly status: AttendanceStatus;
    }
  | {
      readonly verdict: 'changed';
      readonly line: number;
      readonly applicant: Applicant;
      readonly data: ApplicantData;
      readonly registration: Registration;
      /** Slot to put the registration into; null: it stays. */
      readonly toSlotId: string | null;
      readonly kept: SlotKept | null;
      /** Names of the fields of the applicant that change, for the diff; empty: only the slot does. */
      readonly fields: readonly (keyof ApplicantData)[];
    }
  | {
      readonly verdict: 'unchanged';
      readonly line: number;
      readonly registrationId: string;
      readonly kept: SlotKept | null;
    }
  | { readonly verdict: 'refused'; readonly line: number; readonly reason: RowRefusal };

/** What a roster would do, row by row. It is applied whole or not at all, and only to what it was compared with. */
export interface RosterPlan {
  readonly briefingId: string;
  readonly entries: readonly RosterEntry[];
}

/** How many rows have which verdict. */
export interface RosterCounts {
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
}

/** The rows whose slot is not taken over, by line. */
export function keptSlots(plan: RosterPlan): (SlotKept & { readonly line: number })[] {
  return plan.entries.flatMap((entry) =>
    (entry.verdict === 'changed' || entry.verdict === 'unchanged') && entry.kept !== null
      ? [{ line: entry.line, ...entry.kept }]
      : [],
  );
}

/** Counts a plan's rows by verdict. */
export function countEntries(plan: RosterPlan): RosterCounts {
  const counts = { new: 0, changed: 0, unchanged: 0, refused: 0 };
  for (const { verdict } of plan.entries) counts[verdict] += 1;
  return counts;
}
