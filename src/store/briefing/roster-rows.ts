import { type AttendanceStatus, holdsSeat } from '../../briefing/attendance-status.ts';
import type { RosterPlan } from '../../briefing/roster-plan.ts';
import type { Random } from '../../lib/random.ts';
import { storable } from '../text.ts';
import { type ApplicantColumns, applicantColumns } from './applicants.ts';

export type NewApplicantRow = ApplicantColumns & { readonly applicant_id: string };

/** `version` is the one that the plan was made from. */
export type ChangedApplicantRow = NewApplicantRow & { readonly version: number };

export interface NewRegistrationRow {
  readonly registration_id: string;
  readonly applicant_id: string;
  readonly slot_id: string;
  readonly status: AttendanceStatus;
  /** Order of the rows: the waiting list is the roster's. */
  readonly line: number;
}

export interface ReassignedRow {
  readonly registration_id: string;
  readonly version: number;
  readonly slot_id: string;
}

/** A plan as rows of tables. */
export interface RosterWrites {
  readonly newApplicants: readonly NewApplicantRow[];
  readonly changedApplicants: readonly ChangedApplicantRow[];
  readonly newRegistrations: readonly NewRegistrationRow[];
  readonly reassigned: readonly ReassignedRow[];
  /** Seats that each slot has taken more (or less) afterwards. */
  readonly seats: ReadonlyMap<string, number>;
  /** Slots that anything happens in, sorted. */
  readonly slotIds: readonly string[];
  /** Whether the plan changes anything. */
  readonly any: boolean;
}

/** Turns the entries of a plan into rows; new applicants and registrations get their ids here. */
export function rosterWrites(plan: RosterPlan, random: Random): RosterWrites {
  const newApplicants: NewApplicantRow[] = [];
  const changedApplicants: ChangedApplicantRow[] = [];
  const newRegistrations: NewRegistrationRow[] = [];
  const reassigned: ReassignedRow[] = [];
  const seats = new Map<string, number>();
  const add = (slotId: string, more: number): void => void seats.set(slotId, (seats.get(slotId) ?? 0) + more);

  for (const entry of plan.entries) {
    if (entry.verdict === 'unchanged' || entry.verdict === 'refused') continue;
    const columns = applicantColumns(entry.data);
    const applicantId = entry.applicant?.applicantId ?? random.uuid();
    const row = { applicant_id: applicantId, ...columns };
    if (entry.applicant === null) newApplicants.push(row);
    else changedApplicants.push({ ...row, version: entry.applicant.version });
    if (entry.verdict === 'new') {
      const { line, status } = entry;
      const slotId = storable(entry.slotId);
      newRegistrations.push({
        registration_id: random.uuid(),
        applicant_id: applicantId,
        slot_id: slotId,
        status,
        line,
      });
      add(slotId, holdsSeat(status) ? 1 : 0);
    } else if (entry.toSlotId !== null) {
      const { registrationId, version, slotId } = entry.registration;
      const to = storable(entry.toSlotId);
      reassigned.push({ registration_id: registrationId, version, slot_id: to });
      add(to, 1);
      add(slotId, -1);
    }
  }
  return {
    newApplicants,
    changedApplicants,
    newRegistrations,
    reassigned,
    seats,
    slotIds: [...seats.keys()].sort(),
    any: plan.entries.some((entry) => entry.verdict !== 'unchanged'),
  };
}
