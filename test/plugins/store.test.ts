import Fastify, { type FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import t from 'tap';
import storePlugin from '../../plugins/store.ts';
import telemetry from '../../plugins/telemetry.ts';
import type { Config } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { claimOf } from '../store/fixtures.ts';

const options = { clock: systemClock, random: systemRandom, busy: () => false };

function appWith(config: Partial<Config>): FastifyInstance {
  const app = Fastify();
  app.register(
    fp(
      async (instance) => {
        instance.decorate('config', { AUDIT_KEY: '', AUDIT_ANCHOR_DIR: '', ...config } as Config);
      },
      { name: 'config' },
    ),
  );
  app.register(telemetry, { metrics: createMetrics({ process: false }) });
  app.register(storePlugin, options);
  return app;
}

t.test('the app has the store that the configuration names, and closes it', async (t) => {
  const app = appWith({ DATABASE_URL: '', DATA_DIR: 'memory://', CLAIM_TIMEOUT_MS: 500 });
  await app.ready();
  t.equal(app.store.kind, 'pglite');
  t.match(await app.store.calls.claimCall(claimOf('a')), { outcome: 'claimed' });
  t.match(await app.metrics.text(), /denwaban_store_latency_seconds_count\{operation="claimCall"\} 1/);
  t.match(await app.metrics.text(), /denwaban_store_failures_total 0/);
  await app.close();
  await t.rejects(app.store.calls.ping(), { code: 'DW_STORE_UNAVAILABLE' });
  t.match(await app.metrics.text(), /denwaban_store_failures_total 1/);
});

t.test('the app does not start on an unusable DATABASE_URL', async (t) => {
  const app = appWith({ DATABASE_URL: 'nonsense', DATA_DIR: 'memory://', CLAIM_TIMEOUT_MS: 500 });
  await t.rejects(Promise.resolve(app.ready()), { code: 'DW_CONFIG' });
  await app.close();
});

t.test('the app does not start without its configuration', async (t) => {
  const app = Fastify();
  app.register(storePlugin, options);
  await t.rejects(Promise.resolve(app.ready()), { message: /config/ });
  await app.close();
});
