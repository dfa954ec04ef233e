import t from 'tap';
import { startEmulator } from '../../emulator/index.ts';
import { startChild } from './child.ts';
import { eventually } from './desk.ts';
import { API_KEY, calls, greeted, hears, script, WEBHOOK_SECRET } from './service.ts';

/** Heap of the process, MB: filled in a moment, and enough for the embedded store beside it. */
const HEAP_MB = 256;
/** The collector goes through a heap that fills again and again: seconds on a busy machine, ms. */
const FILLED_MS = 30_000;

t.test(
  '56: with 85 % of its memory in use a process takes no new calls, and goes on with its own',
  async (t) => {
    const emulator = await startEmulator({
      apiKey: API_KEY,
      webhookSecrets: [WEBHOOK_SECRET],
      playback: { speed: 100 },
    });
    t.teardown(async () => emulator.close());
    const child = await startChild(t, emulator, {
      program: './weather-service.js',
      env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` },
    });
    const probe = async () => {
      const response = await fetch(`${child.url}/readyz`);
      const { reasons } = (await response.json()) as { reasons: string[] };
      return { status: response.status, reasons };
    };
    const used = async () => {
      const metrics = await (await fetch(`${child.url}/metrics`)).text();
      return Number(/^denwaban_memory_used_ratio (\S+)$/m.exec(metrics)?.[1]);
    };
    const live = await emulator.ring({
      model: script(
        [calls('fill_memory', {})],
        [{ say: 'はい、どうぞ。' }],
        [calls('free_memory', {})],
        [{ say: 'お待たせしました。' }],
      ),
    });
    await greeted(live);
    t.match(await probe(), { status: 200, reasons: [] });

    await live.say('もしもし。');
    await hears(live, 'はい、どうぞ', FILLED_MS);
    t.match(await probe(), { status: 200, reasons: ['memory'] }, 'nobody else is there to take them');
    t.ok((await used()) > 0.85);
    const late = await emulator.ring();
    t.equal(late.deliveries[0]?.status, 200, 'the call is known');
    await late.ended();
    t.equal(late.rejectedWith, 503, 'the trunk may go elsewhere');
    await child.logged('"rule":"memory"');

    await live.say('お願いします。');
    await hears(live, 'お待たせしました');
    t.equal(live.state, 'accepted');
    await eventually(async () => (await probe()).reasons.length === 0, 'memory');
    const next = await emulator.ring();
    await greeted(next);
    for (const call of [live, next]) call.hangUp();
    child.process.kill('SIGTERM');
    t.equal(await child.exit, 0);
  },
);
