import fp from 'fastify-plugin';
import { auditSigner } from '../src/audit/set-up.ts';
import { auditSettings } from '../src/config.ts';
import type { Clock } from '../src/lib/clock.ts';
import type { Random } from '../src/lib/random.ts';
import { type Store, openStore } from '../src/store/open.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The open store. */
    readonly store: Store;
  }
}

export interface StorePluginOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** What a store in memory begins with. Default: an empty database. */
  readonly template?: Blob | undefined;
  /** Whether a call is live: the embedded store's heavy maintenance waits until none is. */
  readonly busy: () => boolean;
}

/** Opens the store that the configuration names, decorates `app.store` and closes it with the app. */
export default fp<StorePluginOptions>(
  async (app, options) => {
    const store = await openStore({
      databaseUrl: app.config.DATABASE_URL,
      dataDir: app.config.DATA_DIR,
      claimTimeoutMs: app.config.CLAIM_TIMEOUT_MS,
      clock: options.clock,
      random: options.random,
      log: app.log,
      onOperation: app.metrics.storeLatency,
      busy: options.busy,
      ...(options.template === undefined ? {} : { template: options.template }),
      audit: await auditSigner(auditSettings(app.config), options.random, true),
    });
    app.decorate('store', store);
    app.addHook('onClose', async () => store.close());
  },
  { fastify: '5.x', name: 'store', dependencies: ['config', 'telemetry'] },
);
