import { type AttendanceStatus, holdsSeat, mayGo } from './attendance-status.ts';
import type { ReasonCode, Registration, RegistrationState } from './registration.ts';
import type { SlotSeats } from './slot.ts';

/** What somebody decides about a registration. Instants are ms since the Unix epoch. */
export type AttendanceDecision =
  | { readonly kind: 'attend' }
  | { readonly kind: 'absent'; readonly reason: ReasonCode | null }
  | { readonly kind: 'late'; readonly expectedArrivalAt: number | null; readonly reason: ReasonCode | null }
  /** Another date is wanted, but none is chosen: the seat is kept. */
  | { readonly kind: 'request_change' }
  /** To another slot of the same briefing, where a seat is taken at once. */
  | { readonly kind: 'move'; readonly toSlotId: string }
  /** To the waiting list of a full slot of the same briefing. A seat held elsewhere is given up. */
  | { readonly kind: 'wait'; readonly toSlotId: string }
  /** Online instead of on site: the seat is given up. */
  | { readonly kind: 'online' }
  | { readonly kind: 'undecided'; readonly callbackAt: number | null }
  | { readonly kind: 'withdraw'; readonly reason: ReasonCode | null };

/**
 * Why a decision cannot be carried out, whatever the seats. `transition`: not after what was said before.
 * `same_slot`: the registration is in that slot already, without a seat. `other_briefing`: the slot belongs to
 * another. `slot_over`, `slot_closed`: nobody can be moved there. `online_not_offered`: no online attendance.
 * `seats_free`: no need to wait. `has_seat`: nobody waits for the seat they hold.
 */
export type IllegalReason =
  | 'transition'
  | 'same_slot'
  | 'other_briefing'
  | 'slot_over'
  | 'slot_closed'
  | 'online_not_offered'
  | 'seats_free'
  | 'has_seat';

/** A state whose place in the waiting list is not yet known. */
export type PlannedState = Omit<RegistrationState, 'waitingNumber' | 'actual'>;

/** What carrying out a decision means. */
export type ChangePlan =
  | { readonly verdict: 'unchanged' }
  | { readonly verdict: 'illegal'; readonly reason: IllegalReason }
  | ({ readonly verdict: 'change'; readonly to: PlannedState } & SeatMoves);

/** Seats that a change takes and frees; null: none. */
export interface SeatMoves {
  /** Slot in which a seat must be had. */
  readonly takes: string | null;
  /** Slot in which a seat comes free. */
  readonly frees: string | null;
}

/** What a decision is judged by. */
export interface ChangeSituation {
  readonly registration: Registration;
  /** The slot that the decision names; the registration's own when it names none. */
  readonly target: SlotSeats;
  /** Whether the briefing can be attended online. */
  readonly onlineOffered: boolean;
  /** Ms since the Unix epoch. */
  readonly at: number;
}

const STATUS_OF: Readonly<Record<AttendanceDecision['kind'], AttendanceStatus>> = {
  attend: 'attending',
  absent: 'absent',
  late: 'late',
  request_change: 'change_requested',
  move: 'moved',
  wait: 'waiting',
  online: 'online',
  undecided: 'undecided',
  withdraw: 'withdrawn',
};

/** The slot that a decision names, or null when it is about the registration's own. */
export function namedSlot(decision: AttendanceDecision): string | null {
  return decision.kind === 'move' || decision.kind === 'wait' ? decision.toSlotId : null;
}

/** Judges a decision: does it change anything, may it be made, and which seats does it move. */
export function planChange(decision: AttendanceDecision, situation: ChangeSituation): ChangePlan {
  const { registration, target } = situation;
  const to = stateAfter(decision, registration, target.slotId);
  if (isSame(decision, registration, to)) return { verdict: 'unchanged' };
  const reason = refusal(decision, situation, to.status);
  return reason === null
    ? { verdict: 'change', to, ...seatMoves(registration, to) }
    : { verdict: 'illegal', reason };
}

/** The seats that going from one state to another moves. */
export function seatMoves(
  from: Pick<RegistrationState, 'status' | 'slotId'>,
  to: Pick<RegistrationState, 'status' | 'slotId'>,
): SeatMoves {
  const had = holdsSeat(from.status) ? from.slotId : null;
  const has = holdsSeat(to.status) ? to.slotId : null;
  return had === has ? { takes: null, frees: null } : { takes: has, frees: had };
}

function stateAfter(decision: AttendanceDecision, now: Registration, slotId: string): PlannedState {
  return {
    status: STATUS_OF[decision.kind],
    slotId,
    reason: 'reason' in decision ? (decision.reason ?? keptReason(decision, now)) : null,
    expectedArrivalAt:
      decision.kind === 'late' ? (decision.expectedArrivalAt ?? now.expectedArrivalAt) : null,
    callbackAt: decision.kind === 'undecided' ? (decision.callbackAt ?? now.callbackAt) : null,
  };
}

/** Saying the same again without a reason does not take back the reason given before. */
function keptReason(decision: AttendanceDecision, now: Registration): ReasonCode | null {
  return STATUS_OF[decision.kind] === now.status ? now.reason : null;
}

function isSame(decision: AttendanceDecision, now: Registration, to: PlannedState): boolean {
  // Who holds a seat in the slot has moved there already, by whatever name.
  if (decision.kind === 'move' && now.slotId === to.slotId && holdsSeat(now.status)) return true;
  return (
    now.status === to.status &&
    now.slotId === to.slotId &&
    now.reason === to.reason &&
    now.expectedArrivalAt === to.expectedArrivalAt &&
    now.callbackAt === to.callbackAt
  );
}

function refusal(
  decision: AttendanceDecision,
  { registration, target, onlineOffered, at }: ChangeSituation,
  status: AttendanceStatus,
): IllegalReason | null {
  const own = target.slotId === registration.slotId;
  if (target.briefingId !== registration.briefingId) return 'other_briefing';
  if (!mayGo('changed', registration.status, status)) return 'transition';
  if (decision.kind === 'online')
    return onlineOffered && target.mode === 'on_site' ? null : 'online_not_offered';
  if (decision.kind !== 'move' && decision.kind !== 'wait') return null;
  if (decision.kind === 'move' && own) return 'same_slot';
  if (decision.kind === 'wait' && own && holdsSeat(registration.status)) return 'has_seat';
  if (target.startsAt <= at) return 'slot_over';
  if (!target.open) return 'slot_closed';
  return decision.kind === 'wait' && target.free !== 0 ? 'seats_free' : null;
}
