import t, { type Test } from 'tap';
import { startEmulator, type EmulatedCall, type Emulator } from '../../emulator/index.ts';
import { openTestStore } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { startChild, type Child } from './child.ts';
import { API_KEY, calls, greeted, hears, script, WEBHOOK_SECRET } from './service.ts';
import { asked, outputs, received, until } from './talk.ts';

/** A lease is good for 2.5 s. Blocked for 3 s, and for so long that another node has taken the call, ms. */
const STALL_MS = 3_000;
const LONG_STALL_MS = 8_000;
const PATIENCE_MS = 20_000;

async function openEmulator(t: Test): Promise<Emulator> {
  const emulator = await startEmulator({
    apiKey: API_KEY,
    webhookSecrets: [WEBHOOK_SECRET],
    playback: { speed: 100 },
  });
  t.teardown(async () => emulator.close());
  return emulator;
}

/** A node whose tool `block_loop` stops the event loop. */
async function node(t: Test, emulator: Emulator, url: string, blockedMs: number): Promise<Child> {
  return startChild(t, emulator, {
    program: './weather-service.js',
    env: { DATABASE_URL: url, SCENARIO: 'reception-ja', API: 'off', BLOCKED_MS: String(blockedMs) },
  });
}

async function talking(emulator: Emulator): Promise<EmulatedCall> {
  const call = await emulator.ring({
    model: script([calls('block_loop', {})], [{ say: '承りました。' }], [{ say: 'はい、どうぞ。' }]),
  });
  await greeted(call);
  await call.quiet();
  return call;
}

t.test('55: an event loop that stands still', { timeout: 120_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const emulator = await openEmulator(t);
    const store = await openTestStore({ databaseUrl: url });
    t.teardown(async () => store.close());

    await t.test(
      'with nobody to take the call, it is its node’s as before, and its tool acts once',
      async (t) => {
        const only = await node(t, emulator, url, STALL_MS);
        const call = await talking(emulator);
        await call.say('お願いします。');
        await until(() => outputs(call).length === 1, 'the tool', PATIENCE_MS);
        await hears(call, '承りました');
        await call.say('もしもし。');
        await hears(call, 'はい、どうぞ');
        t.match(await store.calls.getCall(call.id), { epoch: 1, endedAt: null });
        t.equal(call.connections, 1);
        t.equal((await store.calls.listMessages(10)).length, 1);
        t.notOk(only.lines.some((line) => line.includes('Lease lost')));
        call.hangUp();
        only.process.kill('SIGTERM');
        t.equal(await only.exit, 0);
      },
    );

    await t.test(
      'with another node there the call is taken, and the one that wakes up does nothing',
      async (t) => {
        const before = (await store.calls.listMessages(10)).length;
        const first = await node(t, emulator, url, LONG_STALL_MS);
        const call = await talking(emulator);
        const second = await node(t, emulator, url, 0);
        await call.say('お願いします。');
        await until(() => call.connections === 2, 'another node', PATIENCE_MS);
        await first.logged('Lease lost', PATIENCE_MS);
        await hears(call, '承りました');
        await call.say('もしもし。');
        await hears(call, 'はい、どうぞ');
        t.match(await store.calls.getCall(call.id), { epoch: 2, endedAt: null });
        t.equal((await store.calls.listMessages(10)).length - before, 1, 'the effect happened once');
        t.same(
          outputs(call).map((output) => output['ok']),
          [true],
        );
        t.same(
          received(call, 'conversation.item.create')
            .filter(({ event }) => JSON.stringify(event).includes('function_call_output'))
            .map(({ connection }) => connection),
          [2],
          'the new owner answered, and nobody else',
        );
        t.equal(asked(call).filter((purpose) => purpose === 'greeting').length, 1);
        call.hangUp();
        for (const child of [first, second]) child.process.kill('SIGTERM');
        t.same(await Promise.all([first.exit, second.exit]), [0, 0]);
      },
    );
  });
});
