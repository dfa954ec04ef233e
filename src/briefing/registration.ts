import type { ActualAttendance, AttendanceStatus, EventKind } from './attendance-status.ts';

/** Why somebody does not come or comes late. Codes only: nothing about a person's health is ever written down. */
export const REASON_CODES = ['unwell', 'personal', 'schedule', 'transport', 'other_offer', 'other'] as const;

/** One of `REASON_CODES`. */
export type ReasonCode = (typeof REASON_CODES)[number];

/** The reasons on screens and in exported lists. */
export const REASON_LABELS: Readonly<Record<ReasonCode, string>> = {
  unwell: '体調不良',
  personal: '一身上の都合',
  schedule: '予定の都合',
  transport: '交通事情',
  other_offer: '他社決定',
  other: 'その他',
};

/** The call and the two utterances that prove a caller's decision. */
export interface Evidence {
  readonly callId: string;
  /** Turn in which the decision was read back; null when it was keyed in without a sentence of the agent. */
  readonly readBackTurnKey: string | null;
  /** Turn in which the caller agreed: spoken words or a key. */
  readonly consentTurnKey: string;
}

/** Kinds of `ChangeSource`. */
export const CHANGE_SOURCES = [
  'caller',
  'team',
  'system',
  'import',
] as const satisfies ChangeSource['kind'][];

/** Who is answerable for a change. */
export type ChangeSource =
  | { readonly kind: 'caller'; readonly evidence: Evidence }
  /** `memberId`: the person or API key of the team, when known. */
  | { readonly kind: 'team'; readonly memberId: string | null }
  | { readonly kind: 'system' }
  | { readonly kind: 'import' };

/** What a registration says at one moment. */
export interface RegistrationState {
  readonly status: AttendanceStatus;
  readonly slotId: string;
  /** What happened on the day; null: not recorded. */
  readonly actual: ActualAttendance | null;
  /** Of an absence, delay or withdrawal; null: none was given. */
  readonly reason: ReasonCode | null;
  /** When somebody who is late means to arrive, ms; null: unknown. */
  readonly expectedArrivalAt: number | null;
  /** When to call back somebody who is undecided, ms; null: not agreed. */
  readonly callbackAt: number | null;
  /** Order in the waiting list of the slot, lowest first; null unless `waiting`. */
  readonly waitingNumber: number | null;
}

/** An applicant's place in one briefing (申込): one per applicant and briefing, in one slot at a time. */
export interface Registration extends RegistrationState {
  readonly registrationId: string;
  readonly applicantId: string;
  readonly briefingId: string;
  /** Number of the event that led here: 1 for the first. */
  readonly version: number;
  /** Time of that event, ms. */
  readonly changedAt: number;
}

/** One entry of a registration's history, which is only ever added to. */
export interface RegistrationEvent {
  readonly registrationId: string;
  /** 1, 2, 3 … without gaps. */
  readonly version: number;
  readonly kind: EventKind;
  readonly source: ChangeSource;
  /** Ms since the Unix epoch. */
  readonly at: number;
  /** Null for the first. */
  readonly from: Pick<RegistrationState, 'status' | 'slotId'> | null;
  readonly to: RegistrationState;
  /** Version that this event took back; null unless `undone`. */
  readonly undoes: number | null;
  readonly idempotencyKey: string | null;
}

/**
 * The state that a history leads to.
 *
 * @throws RangeError when the history has a gap or an event does not begin where the one before it ended
 */
export function replay(history: readonly RegistrationEvent[]): RegistrationState {
  let state: RegistrationState | null = null;
  for (const [index, event] of history.entries()) {
    if (event.version !== index + 1) throw new RangeError(`a history misses version ${index + 1}`);
    if (event.from?.status !== state?.status || event.from?.slotId !== state?.slotId)
      throw new RangeError(`version ${event.version} of a history does not follow from the one before`);
    state = event.to;
  }
  if (state === null) throw new RangeError('a history is empty');
  return state;
}
