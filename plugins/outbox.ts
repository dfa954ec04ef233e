import fp from 'fastify-plugin';
import { mailAddress, webhookTargets } from '../src/config.ts';
import type { Clock } from '../src/lib/clock.ts';
import { packageRoot } from '../src/lib/package-root.ts';
import type { Random } from '../src/lib/random.ts';
import { loadMessageTemplates } from '../src/outbox/message-file.ts';
import { openOutbox, type Outbox } from '../src/outbox/outbox.ts';
import { parseQuietHours } from '../src/outbox/quiet-hours.ts';
import { createSenders } from '../src/outbox/senders/set-up.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Messages and webhooks that leave the house. */
    readonly outbox: Outbox;
  }
}

export interface OutboxPluginOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** Opens the outbox with the senders that the configuration names, and closes it before the store. */
export default fp<OutboxPluginOptions>(
  async (app, { clock, random }) => {
    const { config } = app;
    const targets = webhookTargets(config);
    const outbox = await openOutbox({
      store: app.store,
      senders: createSenders(config, targets, clock),
      templates: await loadMessageTemplates(config.MESSAGES, packageRoot()),
      targets,
      clock,
      random,
      log: app.log,
      observer: app.metrics.outbox,
      quietHours: parseQuietHours(config.QUIET_HOURS) ?? null,
      organizerEmail: mailAddress(config),
      budget: config.MESSAGES_PER_DAY,
    });
    app.decorate('outbox', outbox);
    app.addHook('onClose', async () => outbox.close());
  },
  { fastify: '5.x', name: 'outbox', dependencies: ['config', 'telemetry', 'store'] },
);
