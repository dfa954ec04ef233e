import { DenwabanError, describeError } from '../errors.ts';
import { fullJitter } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { pause } from '../lib/deadline.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { CallStore, ToolCallKey } from '../store/ports.ts';
import type { Finished } from './answer.ts';

export interface CloseParts {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Tries while the store is away; with the waits between them about a minute. */
const TRIES = 12;
const BACKOFF = { baseMs: 250, capMs: 10_000 } as const;

/**
 * Closes the ledger on a function call of which the model was told that it was not done. Its beginning may have been
 * stored though nobody said so, and whoever takes the call over runs what was begun: it must not be done after all.
 *
 * @param over aborts when the call is over or goes to another node: then it is tried once more, at once
 */
export async function closeUndone(
  { store, clock, random, log }: CloseParts,
  call: ToolCallKey,
  answer: Finished,
  over: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const last = over.aborted;
    try {
      await store.finishToolCall(call, answer.status, answer.output, clock.now());
      return;
    } catch (error) {
      // Never begun, or another node's by now: there is nothing to close here.
      if (!(error instanceof DenwabanError) || error.code !== 'DW_STORE_UNAVAILABLE') return;
      if (last || attempt === TRIES - 1) {
        log.warn(
          { call_id: call.callId, reason: describeError(error) },
          'Ledger not closed on what was not done',
        );
        return;
      }
    }
    await pause(clock, BACKOFF.baseMs + fullJitter(BACKOFF, attempt, random), over);
  }
}
