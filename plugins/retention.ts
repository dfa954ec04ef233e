import fp from 'fastify-plugin';
import { startRetention, type RetentionJob } from '../src/audit/retention-job.ts';
import { retentionPeriods } from '../src/config.ts';
import type { Clock } from '../src/lib/clock.ts';

export interface RetentionPluginOptions {
  readonly clock: Clock;
  /** Whether a call is live in this process. */
  readonly callLive: () => boolean;
}

/** Removes daily what is past its time, for as long as the app runs. The embedded engine does it between calls. */
export default fp<RetentionPluginOptions>(
  async (app, { clock, callLive }) => {
    let job: RetentionJob | null = null;
    app.addHook('onReady', async () => {
      job = startRetention({
        store: app.store.retention,
        periods: retentionPeriods(app.config),
        clock,
        busy: () => app.store.kind === 'pglite' && callLive(),
        log: app.log,
      });
    });
    app.addHook('onClose', async () => job?.close());
  },
  { fastify: '5.x', name: 'retention', dependencies: ['config', 'store'] },
);
