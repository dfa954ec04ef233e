import { seatMoves } from '../../briefing/attendance-change.ts';
import { planUndo } from '../../briefing/attendance-undo.ts';
import type { UndoInput, UndoResult } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storable } from '../text.ts';
import { carryOut, repeated } from './change.ts';
import { eventOfKey, readHistory } from './history.ts';
import { promote } from './promote.ts';
import { lockRegistration } from './seats.ts';

/** Takes an event back, inside a transaction. */
export async function undoChange(context: StoreContext, input: UndoInput): Promise<UndoResult> {
  return context.run('undoChange', async () => {
    const registrationId = storable(input.registrationId);
    // Entries of a history never change: the slot to go back to can be known before the locks are taken.
    const known = await readHistory(context, registrationId);
    const back = known.find((event) => event.version === input.version)?.from?.slotId ?? null;
    const locked = await lockRegistration(context, registrationId, back);
    if (locked === null) return { outcome: 'not_found', what: 'registration' };
    const { registration } = locked;
    const earlier = await eventOfKey(context, input.idempotencyKey);
    if (earlier !== null) return repeated(registration, earlier);
    if (input.expectedVersion !== null && input.expectedVersion !== registration.version)
      return { outcome: 'conflict', registration };

    const history = await readHistory(context, registrationId);
    const plan = planUndo(history, registration, input.version);
    if (plan.verdict === 'not_found') return { outcome: 'not_found', what: 'event' };
    if (plan.verdict === 'refused') return { outcome: 'refused', registration, reason: plan.reason };
    const done = await carryOut(context, registration, seatMoves(registration, plan.to), {
      kind: 'undone',
      to: plan.to,
      source: { kind: 'team', memberId: input.memberId },
      idempotencyKey: input.idempotencyKey,
      undoes: input.version,
      at: input.at,
    });
    if (done === null) return { outcome: 'refused', registration, reason: 'full' };
    // Back on the waiting list of a slot that has a seat by now, the applicant gets it.
    const more = plan.to.status === 'waiting' ? await promote(context, plan.to.slotId, input.at) : [];
    return { outcome: 'changed', ...done, promoted: [...done.promoted, ...more], repeated: false };
  });
}
