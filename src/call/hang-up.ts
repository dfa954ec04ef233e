import { pause } from '../lib/deadline.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { CallsClient } from '../realtime/calls.ts';

/** What hanging up needs. */
export interface HangUpServices {
  readonly calls: CallsClient;
  readonly clock: Clock;
  readonly random: Random;
}

/** Tries of one hang-up; after them the sweeper goes on trying. */
const TRIES = 3;
/** Longest wait after a failed try, doubled, ms; up to a half of it is left out by chance. */
const WAIT_MS = 400;

/**
 * Hangs up at OpenAI. A call that is not known any more is hung up.
 *
 * @param mayAct asked before every try: the call may have been taken by another node meanwhile
 * @returns whether the call is certainly over
 */
export async function hangUpCall(
  { calls, clock, random }: HangUpServices,
  callId: string,
  mayAct: () => Promise<boolean>,
): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (!(await mayAct())) return false;
    const outcome = await calls.hangUp(callId);
    if (outcome.kind === 'done' || outcome.kind === 'gone') return true;
    if (attempt < TRIES - 1) await pause(clock, WAIT_MS * 2 ** attempt * (1 - random.next() / 2));
  }
  return false;
}
