import type { Applicant, ApplicantData } from '../briefing/applicant.ts';
import type { AttendanceDecision, IllegalReason } from '../briefing/attendance-change.ts';
import type { ActualAttendance } from '../briefing/attendance-status.ts';
import type { Briefing } from '../briefing/briefing.ts';
import type { ChangeSource, Registration, RegistrationEvent } from '../briefing/registration.ts';
import type { RosterCounts, RosterKeys, RosterPlan, RosterSnapshot } from '../briefing/roster-plan.ts';
import type { Slot, SlotSeats } from '../briefing/slot.ts';

/**
 * What the service asks of its store about briefings and who comes to them. All instants are ms since the Unix
 * epoch. Every method rejects with DW_STORE_UNAVAILABLE when the store does not answer within its deadline.
 */

/** A part of a list. */
export interface Page {
  /** `next` of the part before; null: from the beginning. */
  readonly after: string | null;
  /** 1 to 500; a number outside is brought inside. */
  readonly limit: number;
}

/** Items in the list's order, and where to go on; `next` null: that was the end. */
export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A decision about one registration. */
export interface ChangeInput {
  readonly registrationId: string;
  readonly decision: AttendanceDecision;
  readonly source: ChangeSource;
  /** Of the version that the decision was based on; null: whatever stands. */
  readonly expectedVersion: number | null;
  /**
   * Names this request for good: a request that comes again under its key changes nothing again. For a function call
   * it is made of the ids of call and function call.
   */
  readonly idempotencyKey: string;
  readonly at: number;
}

/** Somebody who got a seat because another came free. They are to be told: an outbox event says so. */
export interface Promotion {
  readonly registrationId: string;
  readonly applicantId: string;
  readonly slotId: string;
  readonly version: number;
}

/**
 * `changed`: stored; `repeated` when an earlier request under the same key did it. `unchanged`: it was so already.
 * `full`: no seat in `slot`, nothing stored. `conflict`: the registration has another version than expected, or the
 * key was used for another registration. `illegal`: not after what stands.
 */
export type ChangeResult =
  | {
      readonly outcome: 'changed';
      readonly registration: Registration;
      readonly event: RegistrationEvent;
      readonly repeated: boolean;
      readonly promoted: readonly Promotion[];
    }
  | { readonly outcome: 'unchanged'; readonly registration: Registration }
  | { readonly outcome: 'full'; readonly registration: Registration; readonly slot: SlotSeats }
  | { readonly outcome: 'conflict'; readonly registration: Registration }
  | { readonly outcome: 'illegal'; readonly registration: Registration; readonly reason: IllegalReason }
  | { readonly outcome: 'not_found'; readonly what: 'registration' | 'slot' };

/** Takes one event of a registration back. */
export interface UndoInput {
  readonly registrationId: string;
  /** Version of the event to take back. */
  readonly version: number;
  /** Nothing is taken back when the registration has another version; null: whatever stands. */
  readonly expectedVersion: number | null;
  /** Person or API key of the team. */
  readonly memberId: string | null;
  readonly idempotencyKey: string;
  readonly at: number;
}

/**
 * Why an event is not taken back. `superseded`: what it did has been changed since. `full`: its seat is gone.
 * `beginning`: a registration is not undone by this. `promotion`: the applicant has been told of the seat.
 */
export type UndoRefusal = 'superseded' | 'full' | 'beginning' | 'promotion';

/** Outcome of an undo; as in `ChangeResult` where the names are the same. */
export type UndoResult =
  | Extract<ChangeResult, { outcome: 'changed' | 'conflict' }>
  | { readonly outcome: 'refused'; readonly registration: Registration; readonly reason: UndoRefusal }
  | { readonly outcome: 'not_found'; readonly what: 'registration' | 'event' };

/** What happened, for one registration. */
export interface Observation {
  readonly registrationId: string;
  /** Null takes an earlier record back. */
  readonly actual: ActualAttendance | null;
}

/** What happened, for one registration that must not have changed meanwhile. */
export interface ObserveInput extends Observation {
  /** Nothing is recorded when the registration has another version; null: whatever stands. */
  readonly expectedVersion: number | null;
  readonly source: ChangeSource;
  readonly at: number;
}

/** `stored`: as it stands now, whether or not it said so before. */
export type ObserveResult =
  | { readonly outcome: 'stored'; readonly registration: Registration }
  | { readonly outcome: 'conflict'; readonly registration: Registration }
  | { readonly outcome: 'not_found'; readonly what: 'registration' };

/** A new registration by the team. */
export interface RegisterInput {
  readonly applicantId: string;
  readonly slotId: string;
  readonly source: ChangeSource;
  readonly at: number;
}

/** `exists`: the applicant has a registration for this briefing, which is returned. */
export type RegisterResult =
  | { readonly outcome: 'registered' | 'exists'; readonly registration: Registration }
  | { readonly outcome: 'full'; readonly slot: SlotSeats }
  | { readonly outcome: 'not_found'; readonly what: 'applicant' | 'slot' };

/** `stored`; or a unique key that is somebody else's; or a version that is not the expected one. */
export type PutApplicantResult =
  | { readonly outcome: 'stored'; readonly applicant: Applicant }
  | { readonly outcome: 'conflict'; readonly field: 'externalId' | 'reservationCode' | 'version' }
  | { readonly outcome: 'not_found' };

/** `below_taken`: more seats are taken than the new capacity has. */
export type PutSlotResult =
  | { readonly outcome: 'stored'; readonly slot: SlotSeats; readonly promoted: readonly Promotion[] }
  | { readonly outcome: 'below_taken'; readonly slot: SlotSeats }
  | { readonly outcome: 'not_found'; readonly what: 'briefing' };

/** A registration with what it is for. */
export interface RegistrationView {
  readonly registration: Registration;
  readonly briefing: Briefing;
  readonly slot: SlotSeats;
}

/** One line of a slot's list: who, what stands, and the event that it comes from. */
export interface RosterLine {
  readonly applicant: Applicant;
  readonly registration: Registration;
  /** The last event that was about what the applicant said; observations of the day are left out. */
  readonly lastChange: RegistrationEvent;
}

/** An applicant who may be the one that is looked for. */
export interface Candidate {
  readonly applicant: Applicant;
  /** Likeness of the kana names, 0 to 1; 1 when no name was asked for. A means of ordering, not a proof. */
  readonly score: number;
}

/** Who is looked for; every field that is not null narrows the search. */
export interface CandidateQuery {
  /** Name as heard, in kana; folded as the stored names are. */
  readonly kana: string | null;
  /** Part of the university's name. */
  readonly university: string | null;
  readonly briefingId: string | null;
  readonly slotId: string | null;
  /** 1 to 100; a number outside is brought inside. */
  readonly limit: number;
}

/**
 * `applied`; `stale`: somebody changed what the plan was compared with: compare again; `refused_rows`: the plan has
 * rows that cannot be applied; `full`: these slots have too few seats. Nothing is stored but by `applied`.
 */
export type ApplyRosterResult =
  | { readonly outcome: 'applied'; readonly counts: RosterCounts; readonly promoted: readonly Promotion[] }
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'refused_rows'; readonly lines: readonly number[] }
  | { readonly outcome: 'full'; readonly slotIds: readonly string[] };

/**
 * Something that others have to be told, stored with the change that caused it. The payload holds ids only.
 * `attendance.changed`: a registration's history grew. `attendance.promoted`: tell the applicant of the seat.
 * `roster.imported`: a roster was applied; its rows have no events of their own.
 */
export type OutboxEvent = { readonly eventId: string; readonly createdAt: number } & (
  | {
      readonly kind: 'attendance.changed' | 'attendance.promoted';
      readonly payload: { readonly registrationId: string; readonly version: number };
    }
  | { readonly kind: 'roster.imported'; readonly payload: { readonly briefingId: string } }
);

export interface BriefingStore {
  putBriefing(briefing: Briefing): Promise<void>;
  getBriefing(briefingId: string): Promise<Briefing | null>;
  /** By title, then id. */
  listBriefings(page: Page): Promise<Paged<Briefing>>;

  /** Stores a slot; more seats promote the first of its waiting list. `at`: now. */
  putSlot(slot: Slot, at: number): Promise<PutSlotResult>;
  getSlot(slotId: string): Promise<SlotSeats | null>;
  /** The slots of a briefing, earliest first. `from`: only those that start later, ms; null: all. */
  listSlots(briefingId: string, from: number | null): Promise<SlotSeats[]>;

  /** Stores a new applicant, or new data of a known one when `expected` names id and version. */
  putApplicant(
    data: ApplicantData,
    expected: Pick<Applicant, 'applicantId' | 'version'> | null,
  ): Promise<PutApplicantResult>;
  getApplicant(applicantId: string): Promise<Applicant | null>;
  /** By kana, then id. */
  listApplicants(page: Page): Promise<Paged<Applicant>>;
  /** Everybody with this number (E.164): families share telephones. At most 20. */
  findApplicantsByPhone(phone: string): Promise<Applicant[]>;
  findApplicantByReservationCode(code: string): Promise<Applicant | null>;
  /**
   * Everybody whose code may be meant by what was said or typed, in any of the ways in which people say codes. At most
   * 10; it finds candidates and proves nothing.
   */
  findApplicantsBySpokenCode(code: string): Promise<Applicant[]>;
  findApplicantByExternalId(source: string, externalId: string): Promise<Applicant | null>;
  /** Likest first. */
  findCandidates(query: CandidateQuery): Promise<Candidate[]>;

  /** Registers an applicant for a slot with status `not_confirmed`. */
  register(input: RegisterInput): Promise<RegisterResult>;
  getRegistration(registrationId: string): Promise<RegistrationView | null>;
  /** All registrations of an applicant, the earliest slot first. */
  listRegistrations(applicantId: string): Promise<RegistrationView[]>;
  /** The list of a slot: the waiting list last and in its order, else by kana. */
  listRoster(slotId: string, page: Page): Promise<Paged<RosterLine>>;
  /** The events of a registration, oldest first. */
  listHistory(registrationId: string): Promise<RegistrationEvent[]>;

  /**
   * Carries a decision out: status, seats, history, promotion of who waits and outbox events in one transaction.
   * A seat is never sold twice. When the store's answer is lost, the same input can be sent again.
   */
  changeAttendance(input: ChangeInput): Promise<ChangeResult>;
  /** Takes an event back by a new event that restores status and slot, or what happened on the day. */
  undoChange(input: UndoInput): Promise<UndoResult>;
  /** Records what happened for up to 10,000 registrations. @returns ids that are unknown; the others are stored */
  recordActual(observations: readonly Observation[], source: ChangeSource, at: number): Promise<string[]>;
  /** Records what happened for one registration, if it has the expected version. */
  observe(input: ObserveInput): Promise<ObserveResult>;
  /** Gives free seats of a slot to who waits, after registrations were erased. */
  promoteWaiting(slotId: string, at: number): Promise<Promotion[]>;

  /** What a roster for this briefing is to be compared with. */
  readRosterSnapshot(briefingId: string, keys: RosterKeys): Promise<RosterSnapshot | null>;
  /** Applies a plan of up to 10,000 rows whole or not at all. */
  applyRoster(plan: RosterPlan, at: number): Promise<ApplyRosterResult>;

  /**
   * Takes up to `limit` undispatched events, oldest first, and marks them. Call it through `transact` and enqueue the
   * jobs there: what is rolled back is not dispatched.
   */
  takeOutboxEvents(limit: number): Promise<OutboxEvent[]>;
}
