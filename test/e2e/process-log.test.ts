import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { startEmulator, type Emulator, type Model } from '../../emulator/index.ts';
import { startChild, type ChildOptions } from './child.ts';
import { API_KEY, calls, greeted, script, WEBHOOK_SECRET } from './service.ts';

/** Ms: the flush of the log at the end, and the closing of a service that has nothing left to do. */
const STOP_MS = 5_000;

const goodbye = (): Model => script([calls('end_call', { outcome: 'other' })]);

async function openEmulator(t: Test): Promise<Emulator> {
  const emulator = await startEmulator({
    apiKey: API_KEY,
    webhookSecrets: [WEBHOOK_SECRET],
    playback: { speed: 100 },
  });
  t.teardown(async () => emulator.close());
  return emulator;
}

/** A log that nobody reads cannot say which port was taken. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Real time that the probe may take on a busy machine, ms. */
const PATIENCE_MS = 10_000;

const logs: readonly (readonly [what: string, log: NonNullable<ChildOptions['log']>])[] = [
  ['44: a log on a full disk', { file: '/dev/full' }],
  ['46: a log that nobody reads', 'unread'],
];

for (const [what, log] of logs) {
  t.test(`${what} neither stops calls nor the end of the process`, async (t) => {
    const emulator = await openEmulator(t);
    const child = await startChild(t, emulator, {
      log,
      port: await freePort(),
      env: { LOG_LEVEL: 'trace' },
    });
    const noisy = await Promise.all(Array.from({ length: 6 }, async () => emulator.ring()));
    const call = await emulator.ring({ model: goodbye() });
    await Promise.all([...noisy, call].map(greeted));
    // Each of these is logged: together they are far more than a pipe and the memory for a slow reader hold.
    const error = { type: 'invalid_request_error', code: 'x', message: '', event_id: null };
    for (let count = 0; count < 1_500; count += 1) {
      for (const other of noisy) other.send({ type: 'error', error });
    }

    // A loop that waits for the log would never answer.
    const { status } = await fetch(`${child.url}/livez`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    t.equal(status, 200, 'the event loop turns');
    await call.say('以上です。');
    await call.ended();
    t.equal(call.endedBy, 'service');
    const metrics = await (await fetch(`${child.url}/metrics`)).text();
    const lost = Number(/^denwaban_log_lines_dropped (\d+)$/m.exec(metrics)?.[1]);
    t.ok(lost > 0, `${lost} lines are counted as lost`);
    const lag = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(metrics)?.[1];
    t.comment(`event loop p99 ${(Number(lag) * 1_000).toFixed(1)} ms, the flood included`);
    for (const other of noisy) other.hangUp();

    const stoppedAt = performance.now();
    child.process.kill('SIGTERM');
    t.equal(await child.exit, 0);
    t.ok(performance.now() - stoppedAt < STOP_MS);
  });
}
