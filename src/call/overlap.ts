import { describeError } from '../errors.ts';
import { pause } from '../lib/deadline.ts';
import type { CallSeat } from '../store/ports.ts';
import type { CallServices } from './services.ts';

/** The next owner attaches within this, or the sideband is closed without it, ms: less than it goes on trying. */
export const OVERLAP_MS = 3_000;
/** It is looked whether it has, this often, ms. */
const LOOK_MS = 100;

/** Listens to a call that was let go of, and does nothing else. */
export interface Witness extends CallSeat {
  /**
   * Closes the sideband and stores what was heard.
   *
   * @param epoch of the owner, in whose name it is stored
   */
  close(epoch: number): void;
}

/** Keeps the sidebands of calls that were let go of until their next owners have attached theirs, for a while at most. */
export async function overlap(services: CallServices, witnesses: readonly Witness[]): Promise<void> {
  const { clock, store, log, recorder } = services;
  const deadline = clock.monotonic() + OVERLAP_MS;
  const open = new Map(witnesses.map((witness) => [witness.callId, witness]));
  while (open.size > 0 && clock.monotonic() < deadline) {
    try {
      for (const { callId, epoch } of await store.findSuccessors([...open.values()])) {
        open.get(callId)?.close(epoch);
        open.delete(callId);
      }
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'Not known who has attached, asking again');
    }
    if (open.size > 0) await pause(clock, LOOK_MS);
  }
  for (const witness of open.values()) {
    log.warn({ call_id: witness.callId }, 'No other node has attached in time: the sideband is closed');
    witness.close(witness.epoch);
  }
  await recorder.flush();
}
