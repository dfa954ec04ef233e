import t, { type Test } from 'tap';
import { startEmulator, type Emulator, type Model } from '../../emulator/index.ts';
import { spawnChild, startChild } from './child.ts';
import { requests } from './outcomes.ts';
import { API_KEY, calls, greeted, script, WEBHOOK_SECRET } from './service.ts';

async function openEmulator(t: Test): Promise<Emulator> {
  const emulator = await startEmulator({
    apiKey: API_KEY,
    webhookSecrets: [WEBHOOK_SECRET],
    playback: { speed: 100 },
  });
  t.teardown(async () => emulator.close());
  return emulator;
}
/** A model that says goodbye as soon as the caller has spoken; each call needs its own. */
const goodbye = (): Model => script([calls('end_call', { outcome: 'other' })]);

t.test('a stop lets live calls end, takes no new ones and exits with 0', async (t) => {
  const emulator = await openEmulator(t);
  const child = await startChild(t, emulator);
  const [first, second] = [
    await emulator.ring({ model: goodbye() }),
    await emulator.ring({ model: goodbye() }),
  ];
  await Promise.all([greeted(first), greeted(second)]);

  child.process.kill('SIGTERM');
  await child.logged('Stopping: no new calls');
  const probe = async (path: string): Promise<number> => (await fetch(`${child.url}${path}`)).status;
  t.equal(await probe('/readyz'), 503);
  t.equal(await probe('/livez'), 200);

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) child.process.kill(signal);
  const late = await emulator.ring();
  t.equal(late.deliveries[0]?.status, 200);
  await late.ended();
  t.equal(late.rejectedWith, 503, 'the trunk may go elsewhere');

  t.equal(first.state, 'accepted', 'the calls go on, however often the stop is asked for');
  await first.say('以上です。');
  await first.ended();
  await second.say('以上です。');
  await second.ended();
  t.equal(await child.exit, 0);
  t.same([first.endedBy, second.endedBy], ['service', 'service']);
  t.same(
    [first, second].map((call) => call.heard.some(({ cut }) => cut)),
    [false, false],
  );
  t.match(child.lines.at(-1), /Stopped/);
  t.equal(child.lines.filter((line) => line.includes('Stopping already')).length, 3);
});

t.test('calls that outlast the drain are closed politely', async (t) => {
  const emulator = await openEmulator(t);
  const child = await startChild(t, emulator, { env: { DRAIN_SECONDS: '0' } });
  const call = await emulator.ring({ model: goodbye() });
  await greeted(call);
  child.process.kill('SIGINT');
  await call.ended();
  t.equal(call.endedBy, 'service');
  t.equal(requests(call, 'hangup').length, 1);
  t.equal(call.heard.length, 2, 'the caller heard why');
  t.equal(call.heard[1]?.cut, false);
  t.equal(await child.exit, 0);
  t.ok(child.lines.some((line) => line.includes('"reason":"drain_deadline"')));
});

t.test('a stop while the service still starts ends it at once', async (t) => {
  const child = spawnChild(t, await openEmulator(t));
  await child.logged('migration');
  child.process.kill('SIGHUP');
  t.equal(await child.exit, 0);
  t.notOk(child.lines.some((line) => line.includes('Server listening')));
});
