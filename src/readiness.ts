import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../routes/health.ts';

/** Whether new calls may come here: the process takes them, the store answers, and the clock is right. */
export function createReadiness(app: FastifyInstance): () => Promise<Readiness> {
  return async () => {
    const reasons: string[] = [];
    if (app.callManager.draining) reasons.push('draining');
    if (app.callManager.calls >= app.config.MAX_CONCURRENT_CALLS) reasons.push('capacity');
    if (app.webhookSkew.excessive()) reasons.push('clock');
    if (!(await storeAnswers(app))) reasons.push('store');
    return { ready: reasons.length === 0, reasons };
  };
}

async function storeAnswers(app: FastifyInstance): Promise<boolean> {
  try {
    await app.store.calls.ping();
    return true;
  } catch {
    return false;
  }
}
