import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import fp from 'fastify-plugin';
import t, { type Test } from 'tap';
import auditPlugin from '../../plugins/audit.ts';
import storePlugin from '../../plugins/store.ts';
import telemetry from '../../plugins/telemetry.ts';
import { readAnchors } from '../../src/audit/anchor-file.ts';
import { FIRST_LOOK_MS } from '../../src/audit/anchor-job.ts';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { MINIMAL } from '../config/environments.ts';
import { claimOf } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { storeTemplate } from '../store/template.ts';

const template = await storeTemplate();

async function appWith(t: Test, AUDIT_ANCHOR_DIR: string) {
  const clock = new ManualClock();
  const app = Fastify();
  const config = loadConfig({ ...MINIMAL, DATA_DIR: 'memory://', AUDIT_ANCHOR_DIR });
  app.register(fp(async (instance) => void instance.decorate('config', config), { name: 'config' }));
  app.register(telemetry, { metrics: createMetrics({ process: false }) });
  app.register(storePlugin, { clock: systemClock, random: systemRandom, busy: () => false, template });
  app.register(auditPlugin, { clock });
  t.teardown(async () => app.close());
  await app.ready();
  return { app, clock };
}

t.test('the app anchors what happened, and stops when that is done', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'denwaban-audit-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const { app, clock } = await appWith(t, directory);
  await app.store.calls.claimCall(claimOf('one'));
  await app.store.transact(async ({ audit }) =>
    audit({ callId: 'rtc_one', at: clock.now(), actor: 'agent', kind: 'test.step', payload: {} }),
  );
  clock.advance(FIRST_LOOK_MS);
  await app.close();
  const [anchor] = await readAnchors(directory);
  t.match(anchor?.leaves, [['call/rtc_one', 2]]);
});

t.test('a stop before the first look anchors nothing and waits for nothing', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'denwaban-audit-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const { app, clock } = await appWith(t, directory);
  await app.close();
  clock.advance(FIRST_LOOK_MS);
  t.same(await readAnchors(directory), []);
});
