import { namedSlot, planChange, type SeatMoves } from '../../briefing/attendance-change.ts';
import type { Registration, RegistrationEvent } from '../../briefing/registration.ts';
import type { ChangeInput, ChangeResult, Promotion } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storable, storableOrNull } from '../text.ts';
import { advance, eventOfKey, type Step } from './history.ts';
import { promote } from './promote.ts';
import { freeSeat, lockRegistration, takeSeat } from './seats.ts';

/** Carries a decision out, inside a transaction. */
export async function changeAttendance(context: StoreContext, input: ChangeInput): Promise<ChangeResult> {
  return context.run('changeAttendance', async () => {
    const named = storableOrNull(namedSlot(input.decision));
    const locked = await lockRegistration(context, storable(input.registrationId), named);
    if (locked === null) return { outcome: 'not_found', what: 'registration' };
    const { registration } = locked;
    const earlier = await eventOfKey(context, input.idempotencyKey);
    if (earlier !== null) return repeated(registration, earlier);
    if (input.expectedVersion !== null && input.expectedVersion !== registration.version)
      return { outcome: 'conflict', registration };
    const target = locked.slots.get(named ?? registration.slotId);
    if (target === undefined) return { outcome: 'not_found', what: 'slot' };

    const { onlineOffered } = target;
    const plan = planChange(input.decision, { registration, target, onlineOffered, at: input.at });
    if (plan.verdict === 'unchanged') return { outcome: 'unchanged', registration };
    if (plan.verdict === 'illegal') return { outcome: 'illegal', registration, reason: plan.reason };
    const done = await carryOut(context, registration, plan, {
      kind: 'changed',
      to: { ...plan.to, actual: registration.actual, waitingNumber: null },
      source: input.source,
      idempotencyKey: input.idempotencyKey,
      undoes: null,
      at: input.at,
    });
    return done === null
      ? { outcome: 'full', registration, slot: target }
      : { outcome: 'changed', ...done, repeated: false };
  });
}

/** What a step did. */
export interface Done {
  readonly registration: Registration;
  readonly event: RegistrationEvent;
  readonly promoted: readonly Promotion[];
}

/**
 * Moves the seats, writes the step, and gives a seat that came free to who waits for it. The slots must be locked.
 *
 * @returns null when there is no seat, and then nothing has changed
 */
export async function carryOut(
  context: StoreContext,
  registration: Registration,
  seats: SeatMoves,
  step: Step,
): Promise<Done | null> {
  if (seats.takes !== null && !(await takeSeat(context, seats.takes))) return null;
  if (seats.frees !== null) await freeSeat(context, seats.frees);
  const written = await advance(context, registration, step);
  const promoted = seats.frees === null ? [] : await promote(context, seats.frees, step.at);
  return { ...written, promoted };
}

/** The answer to a request that comes again: what it did the first time. */
export function repeated(
  registration: Registration,
  event: RegistrationEvent,
): Extract<ChangeResult, { outcome: 'changed' | 'conflict' }> {
  return event.registrationId === registration.registrationId
    ? { outcome: 'changed', registration, event, repeated: true, promoted: [] }
    : { outcome: 'conflict', registration };
}
