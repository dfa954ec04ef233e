import t from 'tap';
import type { Test } from 'tap';
import type { EmulatedCall, EmulatorOptions, Model, WireEntry } from '../../emulator/index.ts';
import { LEASE_MS } from '../../src/call/owner-rules.ts';
import { OVERLAP_MS } from '../../src/call/overlap.ts';
import { withPostgres } from '../store/postgres.ts';
import { attached } from './nodes.ts';
import { calls, hears, script } from './service.ts';
import { asked, settled, startTalk, until, type Talk } from './talk.ts';
import { breakLines, turn } from './two-nodes.ts';

/** What a poll needs to come, ms. */
const POLL_MS = 400;
/** A node that stops looks this often whether a call can go, and who has attached, ms. */
const LOOK_MS = 200;

interface Pair {
  readonly from: Talk;
  readonly to: Talk;
  readonly call: EmulatedCall;
}

const TALK = script(
  [{ say: '承知しました。' }],
  [{ say: 'はい、承りました。' }],
  [{ say: '失礼いたします。' }],
);

/** A call that `from` has let go of and `to` has not found yet: neither clock moves by itself, and hints are not heard. */
async function between(
  t: Test,
  url: string,
  overlap: 'on' | 'off',
  emulator: EmulatorOptions = {},
  model: Model = TALK,
): Promise<Pair> {
  const env = { DATABASE_URL: url, HANDOVER_OVERLAP: overlap };
  const from = await startTalk(t, { env, emulator });
  const to = await startTalk(t, { env: { ...env, OPENAI_BASE_URL: from.emulator.baseUrl } });
  for (const node of [from, to]) await turn(node, 2 * LEASE_MS);
  await breakLines(to);
  const call = await from.greetedCall(model);
  await to.app.callManager.owner.renew();
  void from.app.callManager.drain(60_000);
  while (from.app.callManager.calls > 0) await turn(from, LOOK_MS);
  await settled(call);
  return { from, to, call };
}

/** What the node that let go of the call sent. */
function received(call: EmulatedCall): WireEntry[] {
  return call.wire.filter(({ direction, connection }) => direction === 'received' && connection === 1);
}

function isCall(event: unknown): boolean {
  return JSON.stringify(event).includes('function_call');
}

/** Turns the clock of a node until its sideband is closed: not twice as far as it may take. */
async function closedInTime(from: Talk, call: EmulatedCall): Promise<void> {
  const since = from.clock.monotonic();
  while (call.sidebandsOpen > 0) await turn(from, LOOK_MS);
  t.ok(from.clock.monotonic() - since < 2 * OVERLAP_MS);
}

async function words(talk: Talk, call: EmulatedCall): Promise<string[]> {
  const turns = await talk.app.store.calls.listTurns(call.id);
  return turns.map(({ role, text }) => `${role}: ${text}`);
}

t.test('a hand-over with both sidebands', { timeout: 180_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    await t.test('nothing that is said in between is missed, and nobody says anything twice', async (t) => {
      const { from, to, call } = await between(t, url, 'on');
      t.equal(call.sidebandsOpen, 1, 'listened to, though nobody owns it');
      await call.say('聞こえますか。');
      await hears(call, '承知しました');
      await settled(call);
      await turn(from, LOOK_MS);
      t.equal(call.sidebandsOpen, 1, 'still');

      await turn(to, POLL_MS);
      await attached(call, 2);
      t.equal(call.sidebandsOpen, 2);
      await call.say('お願いします。');
      await hears(call, 'はい、承りました');
      await turn(to, LOOK_MS);
      while (call.sidebandsOpen > 1) await turn(from, LOOK_MS);
      await call.say('以上です。');
      await hears(call, '失礼いたします');
      call.hangUp();
      t.match(await to.stored(call), { endReason: 'caller_hangup', epoch: 2 });
      await from.app.recorder.flush();

      const told = await words(to, call);
      for (const one of [
        'caller: 聞こえますか。',
        'agent: 承知しました。',
        'caller: お願いします。',
        'agent: はい、承りました。',
        'caller: 以上です。',
        'agent: 失礼いたします。',
      ])
        t.equal(told.filter((line) => line === one).length, 1, one);
      t.same(asked(call), ['greeting'], 'the model answered by itself, once each time');
      t.same(call.heard.map(({ text }) => text).slice(-3), [
        '承知しました。',
        'はい、承りました。',
        '失礼いたします。',
      ]);
      t.equal(received(call).at(-1)?.event.type, 'session.update', 'not a word since it was greeted');
    });

    await t.test('what the model asks for in between is not done by who let go of the call', async (t) => {
      const message = calls('take_message', { caller_name: 'ヤマダ', body: '欠席します' });
      const { from, to, call } = await between(
        t,
        url,
        'on',
        {},
        script([message], [{ say: '承知しました。' }]),
      );
      const said = received(call).length;
      await call.say('伝言をお願いします。');
      await until(() => call.wire.some(({ event }) => event.type === 'response.done' && isCall(event)));
      await settled(call);
      await turn(from, LOOK_MS);
      t.same(await from.app.store.calls.listToolCalls(call.id), []);
      t.equal(received(call).length, said);
      call.hangUp();
      await turn(to, POLL_MS);
      t.match(await to.stored(call), { endReason: 'caller_hangup' });
    });

    await t.test('a sideband that nobody relieves is closed in time', async (t) => {
      const { from, to, call } = await between(t, url, 'on');
      await closedInTime(from, call);
      await turn(to, POLL_MS);
      await attached(call, 2);
      call.hangUp();
      t.match(await to.stored(call), { endReason: 'caller_hangup' });
    });

    await t.test(
      'where a call may have one sideband only, the next owner waits for the first to close',
      async (t) => {
        const { from, to, call } = await between(t, url, 'on', { sidebands: 1 });
        await turn(to, POLL_MS);
        await settled(call);
        t.equal(call.connections, 1, 'the second was refused');
        await closedInTime(from, call);
        while (call.connections < 2) await turn(to, LOOK_MS);
        await attached(call, 2);
        call.hangUp();
        t.match(await to.stored(call), { endReason: 'caller_hangup', epoch: 2 });
      },
    );

    await t.test('without the switch the sideband is closed before the call is let go of', async (t) => {
      const { to, call } = await between(t, url, 'off');
      t.equal(call.sidebandsOpen, 0);
      await turn(to, POLL_MS);
      await attached(call, 2);
      t.equal(call.sidebandsOpen, 1);
      call.hangUp();
      t.match(await to.stored(call), { endReason: 'caller_hangup' });
    });
  });
});
