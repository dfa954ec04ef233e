import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../routes/health.ts';
import { withDeadline } from './lib/deadline.ts';
import type { Clock } from './lib/clock.ts';

/**
 * Whether new calls are to be sent here: the process takes them and has memory for them, the store answers in the time in
 * which a ringing call has to be stored, and the clock is right. Who is full turns calls away only while somebody else has
 * room: where nobody has, a call has to arrive to be refused, so that the trunk goes on to its next destination.
 */
export function createReadiness(app: FastifyInstance, clock: Clock): () => Promise<Readiness> {
  const storeAnswers = probe(app, clock);
  return async () => {
    const faults: string[] = [];
    if (app.callManager.draining) faults.push('draining');
    if (app.webhookSkew.excessive()) faults.push('clock');
    if (!(await storeAnswers())) faults.push('store');
    const full = fullness(app);
    const turnsAway = full.length > 0 && app.callManager.owner.relieved;
    return { ready: faults.length === 0 && !turnsAway, reasons: [...full, ...faults] };
  };
}

/** Whether one more call would be answered here, as far as it is known without asking anybody. */
export function hasRoom(app: FastifyInstance): boolean {
  return fullness(app).length === 0 && !app.webhookSkew.excessive();
}

/** Why one more call would be refused with SIP 503. */
function fullness(app: FastifyInstance): string[] {
  const reasons: string[] = [];
  if (app.callManager.calls >= app.config.MAX_CONCURRENT_CALLS) reasons.push('capacity');
  if (app.memory.short) reasons.push('memory');
  return reasons;
}

/** Asks the store. Whoever asks meanwhile gets the same answer: probes do not pile up on a slow store. */
function probe(app: FastifyInstance, clock: Clock): () => Promise<boolean> {
  let asked: Promise<void> | null = null;
  return async () => {
    asked ??= app.store.calls.ping().finally(() => {
      asked = null;
    });
    try {
      await withDeadline(clock, app.config.CLAIM_TIMEOUT_MS, asked, () => new Error('the store is slow'));
      return true;
    } catch {
      return false;
    }
  };
}
