import Fastify, { type FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import telemetry from '../../plugins/telemetry.ts';
import healthRoutes, { type HealthRouteOptions } from '../../routes/health.ts';
import metricsRoute from '../../routes/metrics.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

async function build(t: Test, options: Partial<HealthRouteOptions> = {}): Promise<FastifyInstance> {
  const app = Fastify();
  t.teardown(() => app.close());
  await app.register(healthRoutes, {
    readiness: async () => ({ ready: true, reasons: [] }),
    summary: async () => ({ version: '0.1.0', callsLive: 2 }),
    ...options,
  });
  return app;
}

t.test('a process is live although it is not ready', async (t) => {
  const app = await build(t, { readiness: async () => ({ ready: false, reasons: ['store'] }) });
  const response = await app.inject('/livez');
  t.equal(response.statusCode, 200);
  t.same(response.json(), { status: 'live' });
});

t.test('ready is 200', async (t) => {
  const response = await (await build(t)).inject('/readyz');
  t.equal(response.statusCode, 200);
  t.same(response.json(), { status: 'ready', reasons: [] });
});

t.test('not ready is 503, with every reason', async (t) => {
  const app = await build(t, {
    readiness: async () => ({ ready: false, reasons: ['draining', 'capacity'] }),
  });
  const response = await app.inject('/readyz');
  t.equal(response.statusCode, 503);
  t.same(response.json(), { status: 'not_ready', reasons: ['draining', 'capacity'] });
});

t.test('a reason for which calls need not go elsewhere is told beside 200', async (t) => {
  const app = await build(t, { readiness: async () => ({ ready: true, reasons: ['capacity'] }) });
  const response = await app.inject('/readyz');
  t.equal(response.statusCode, 200);
  t.same(response.json(), { status: 'ready', reasons: ['capacity'] });
  t.match((await app.inject('/healthz')).json(), { status: 'degraded', reasons: ['capacity'] });
});

t.test('a check that fails means not ready, and its message stays inside', async (t) => {
  const app = await build(t, {
    readiness: async () => {
      throw new Error('postgres://user:password@db');
    },
  });
  const response = await app.inject('/readyz');
  t.equal(response.statusCode, 503);
  t.same(response.json(), { status: 'not_ready', reasons: ['unknown'] });
});

t.test('the summary shows state and figures, and answers 200 although degraded', async (t) => {
  const app = await build(t, { readiness: async () => ({ ready: false, reasons: ['clock'] }) });
  const response = await app.inject('/healthz');
  t.equal(response.statusCode, 200);
  t.same(response.json(), { status: 'degraded', reasons: ['clock'], version: '0.1.0', callsLive: 2 });
});

t.test('no answer of a probe is kept by a cache', async (t) => {
  const app = await build(t);
  for (const url of ['/livez', '/readyz', '/healthz']) {
    t.equal((await app.inject(url)).headers['cache-control'], 'no-store', url);
  }
});

t.test('the metrics are served as Prometheus reads them', async (t) => {
  const app = Fastify();
  t.teardown(() => app.close());
  const metrics = createMetrics({ process: false });
  await app.register(telemetry, { metrics });
  await app.register(metricsRoute);
  metrics.webhook('verified');
  const response = await app.inject('/metrics');
  t.equal(response.statusCode, 200);
  t.equal(response.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  t.match(response.body, 'denwaban_webhooks_total{result="verified"} 1');
});
