import { pause } from '../lib/deadline.ts';
import type { Clock } from '../lib/clock.ts';
import type { CallsClient } from '../realtime/calls.ts';

/** Tries of one hang-up; after them the sweeper goes on trying. */
const TRIES = 3;
/** Wait after a failed try, doubled. */
const WAIT_MS = 300;

/**
 * Hangs up at OpenAI. A call that is not known any more is hung up.
 *
 * @returns whether the call is certainly over
 */
export async function hangUpCall(calls: CallsClient, clock: Clock, callId: string): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const outcome = await calls.hangUp(callId);
    if (outcome.kind === 'done' || outcome.kind === 'gone') return true;
    if (attempt < TRIES - 1) await pause(clock, WAIT_MS * 2 ** attempt);
  }
  return false;
}
