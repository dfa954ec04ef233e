import { describeError } from '../errors.ts';
import { pause } from '../lib/deadline.ts';
import type { CallManager } from './manager.ts';
import { overlap, type Witness } from './overlap.ts';
import type { CallServices } from './services.ts';
import type { CallSession } from './session.ts';

/** A call is handed over at a quiet moment if one comes within this, ms; then between any two words. */
const QUIET_MS = 4_000;
/** Calls that could not be handed over by then stay here and are finished here, ms. */
const HAND_OVER_MS = 10_000;
/** Calls are looked at this often, ms. */
const LOOK_MS = 200;

/**
 * Gives the live calls of a node that stops to the others: each is let go of with everything stored, and taken at
 * once. Its sideband is closed first, so that there are never two; unless an overlap was asked for.
 *
 * @param claimsOver resolves when no new call comes any more
 */
export async function handOver(
  services: CallServices,
  manager: CallManager,
  claimsOver: Promise<void>,
): Promise<void> {
  const { clock, log } = services;
  const startedAt = clock.monotonic();
  let claiming = true;
  const overlaps: Promise<void>[] = [];
  void claimsOver.then(() => (claiming = false));
  for (;;) {
    const waited = clock.monotonic() - startedAt;
    if (waited > HAND_OVER_MS || (!claiming && manager.calls === 0)) break;
    const ready = manager.sessions.filter((session) => mayGo(session, waited));
    if (ready.length > 0) {
      const callIds = ready.map(({ callId }) => callId);
      const witnesses = letGo(services, ready);
      try {
        await release(services, manager, ready);
        log.info({ call_ids: callIds }, 'Calls handed over');
      } catch (error) {
        log.warn(
          { call_ids: callIds, reason: describeError(error) },
          'Hand-over not stored: the leases lapse',
        );
      }
      if (witnesses.length > 0) overlaps.push(overlap(services, witnesses));
    }
    await pause(clock, LOOK_MS);
  }
  await Promise.all(overlaps);
}

function mayGo(session: CallSession, waitedMs: number): boolean {
  if (session.resting) return true;
  return waitedMs > QUIET_MS && session.phase !== 'attaching' && session.phase !== 'hanging_up';
}

/** Nothing is said and done here any more. @returns those who listen on until the next owner does */
function letGo({ handOverOverlap }: CallServices, sessions: readonly CallSession[]): Witness[] {
  for (const session of sessions) session.bequeath();
  if (handOverOverlap) return sessions.map((session) => session.letGo());
  for (const session of sessions) session.discard();
  return [];
}

async function release(
  services: CallServices,
  manager: CallManager,
  sessions: readonly CallSession[],
): Promise<void> {
  await Promise.all(sessions.map((session) => session.settled()));
  await services.recorder.flush();
  await manager.release(sessions.map(({ callId }) => callId));
}
