import type { CallEvent, Conversation } from './conversation.ts';
import { respond, startTimer, type Draft } from './draft.ts';
import { isQuiet } from './silence.ts';
import { RETRY_MS } from './timeouts.ts';
import { beginTransfer } from './transfer.ts';

/** What the team asks of a call that is live. Pure. An order waits for a moment in which nobody speaks or waits. */

/** A sentence that the team had said. */
export interface Order {
  /** The response that says it; null: it has not begun. */
  readonly responseId: string | null;
}

/** How a sentence ended: whether the caller heard all of it. `unproven`: nobody can know. */
export type OrderOutcome = 'said' | 'cut' | 'failed' | 'unproven';

/** Whether an order may be carried out now. */
export function takesOrders(state: Conversation): boolean {
  return isQuiet(state) && state.order === null && !state.keypad.waiting;
}

export function onOrdered(draft: Draft, event: CallEvent & { kind: 'ordered' }): void {
  if (!takesOrders(draft.state)) return;
  if (event.order === 'transfer') return beginTransfer(draft, event.argument, []);
  draft.state.order = { responseId: null };
  respond(draft, 'operator', event.argument);
}

export function onOrderCreated(draft: Draft, responseId: string): void {
  if (draft.state.order !== null) draft.state.order = { responseId };
  else takeBack(draft);
}

/** A sentence comes whose operator was told that it was not said: it is not, and the model is asked to go on instead. */
function takeBack(draft: Draft): void {
  draft.effects.push({ kind: 'cancel_response' });
  draft.state.callerWaits = true;
  startTimer(draft, 'retry', RETRY_MS);
}

/** @param responseId the response that ended; null: whatever says the sentence */
export function settleOrder(draft: Draft, responseId: string | null, outcome: OrderOutcome): void {
  const { order } = draft.state;
  if (order === null || (responseId !== null && order.responseId !== responseId)) return;
  draft.state.order = null;
  draft.effects.push({ kind: 'order_settled', outcome });
}
