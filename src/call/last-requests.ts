import type { Log } from '../lib/log.ts';
import { hangUpCall, type HangUpServices } from './hang-up.ts';

/** What the requests that take a call away need. */
export interface LastRequestServices extends HangUpServices {
  readonly log: Log;
}

/** Whose call it is. */
export interface Ownership {
  mayAct(callId: string): boolean;
  certain(callId: string, ms: number): Promise<boolean>;
}

/** A hang-up waits this long for a lease that could not be renewed, ms. */
const CERTAIN_MS = 30_000;
/** A transfer waits less, ms: sent or not, its result is known before the caller is told that nobody took it (`TRANSFER_MS`). */
const REFER_CERTAIN_MS = 5_000;

/**
 * Hands the caller to a person, if the call is ours.
 *
 * @returns whether the caller may be leaving: a request without an answer may have taken effect, or still do
 */
export async function referCall(
  services: LastRequestServices,
  ownership: Ownership,
  callId: string,
  target: string | undefined,
): Promise<boolean> {
  if (!(await isOurs(ownership, callId, REFER_CERTAIN_MS))) return false;
  const outcome = target === undefined ? null : await services.calls.refer(callId, target);
  if (outcome?.kind === 'done') return true;
  const open = outcome?.kind === 'ambiguous';
  services.log.warn(
    { call_id: callId, outcome: outcome?.kind ?? 'no_target' },
    open ? 'Transfer not confirmed' : 'Transfer refused',
  );
  return open;
}

/** Hangs up, if the call is ours. @returns whether the call is certainly over */
export async function hangUpOwn(
  services: LastRequestServices,
  ownership: Ownership,
  callId: string,
): Promise<boolean> {
  return hangUpCall(services, callId, () => isOurs(ownership, callId));
}

/** Whether a call is certainly ours, after a while at most. */
export async function isOurs(ownership: Ownership, callId: string, ms = CERTAIN_MS): Promise<boolean> {
  return ownership.mayAct(callId) || ownership.certain(callId, ms);
}
