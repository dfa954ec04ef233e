import type { Registration, RegistrationEvent, RegistrationState } from './registration.ts';

/** What taking an event back means. */
export type UndoPlan =
  | { readonly verdict: 'restore'; readonly to: RegistrationState }
  | { readonly verdict: 'refused'; readonly reason: 'superseded' | 'beginning' | 'promotion' }
  | { readonly verdict: 'not_found' };

/**
 * Judges the undoing of an event: what stood before it comes back, if what it did still stands. What was said and what
 * happened on the day are taken back apart from each other.
 *
 * @param history all events of the registration, oldest first
 */
export function planUndo(
  history: readonly RegistrationEvent[],
  registration: Registration,
  version: number,
): UndoPlan {
  const event = history.find((entry) => entry.version === version);
  if (event === undefined) return { verdict: 'not_found' };
  const before = history.find((entry) => entry.version === version - 1)?.to;
  if (before === undefined) return { verdict: 'refused', reason: 'beginning' };
  if (event.kind === 'promoted') return { verdict: 'refused', reason: 'promotion' };
  if (before.actual !== event.to.actual) {
    return registration.actual === event.to.actual
      ? { verdict: 'restore', to: { ...saidBy(registration), actual: before.actual } }
      : { verdict: 'refused', reason: 'superseded' };
  }
  return saysSame(registration, event.to)
    ? { verdict: 'restore', to: { ...saidBy(before), actual: registration.actual } }
    : { verdict: 'refused', reason: 'superseded' };
}

function saidBy(state: RegistrationState): Omit<RegistrationState, 'actual'> {
  const { status, slotId, reason, expectedArrivalAt, callbackAt, waitingNumber } = state;
  return { status, slotId, reason, expectedArrivalAt, callbackAt, waitingNumber };
}

function saysSame(a: RegistrationState, b: RegistrationState): boolean {
  return (
    a.status === b.status &&
    a.slotId === b.slotId &&
    a.reason === b.reason &&
    a.expectedArrivalAt === b.expectedArrivalAt &&
    a.callbackAt === b.callbackAt &&
    a.waitingNumber === b.waitingNumber
  );
}
