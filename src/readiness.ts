import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../routes/health.ts';
import { withDeadline } from './lib/deadline.ts';
import type { Clock } from './lib/clock.ts';

/**
 * Whether new calls may come here: the process takes them and has memory for them, the store answers in the time in
 * which a ringing call has to be stored, and the clock is right.
 */
export function createReadiness(app: FastifyInstance, clock: Clock): () => Promise<Readiness> {
  const storeAnswers = probe(app, clock);
  return async () => {
    const reasons: string[] = [];
    if (app.callManager.draining) reasons.push('draining');
    if (app.callManager.calls >= app.config.MAX_CONCURRENT_CALLS) reasons.push('capacity');
    if (app.memory.short) reasons.push('memory');
    if (app.webhookSkew.excessive()) reasons.push('clock');
    if (!(await storeAnswers())) reasons.push('store');
    return { ready: reasons.length === 0, reasons };
  };
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
