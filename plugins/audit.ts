import fp from 'fastify-plugin';
import { startAnchoring, type AnchorJob } from '../src/audit/anchor-job.ts';
import { anchorDirectory } from '../src/audit/set-up.ts';
import { auditSettings } from '../src/config.ts';
import type { Clock } from '../src/lib/clock.ts';

export interface AuditPluginOptions {
  readonly clock: Clock;
}

/** Anchors the audit daily, for as long as the app runs. */
export default fp<AuditPluginOptions>(
  async (app, { clock }) => {
    let job: AnchorJob | null = null;
    app.addHook('onReady', async () => {
      job = startAnchoring({
        anchors: app.store.anchors,
        directory: anchorDirectory(auditSettings(app.config)),
        clock,
        log: app.log,
      });
    });
    app.addHook('onClose', async () => job?.close());
  },
  { fastify: '5.x', name: 'audit', dependencies: ['config', 'store'] },
);
