import t from 'tap';
import type { Test } from 'tap';
import type { EmulatedCall } from '../../emulator/index.ts';
import { LEASE_MS } from '../../src/call/owner-rules.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { withPostgres } from '../store/postgres.ts';
import { attached, TAKEOVER_MS } from './nodes.ts';
import { hears, script } from './service.ts';
import { settled, startTalk, type Talk } from './talk.ts';
import { breakLines, turn } from './two-nodes.ts';

/** Polls of calls and commands come this often, ms: clocks that stand still know none. */
const POLL_MS = 400;
/** A node that stops looks this often whether a call can go, ms. */
const LOOK_MS = 200;

/** A node whose clock stands still, after it has seen that it may take calls: none of its polls comes any more. */
async function node(t: Test, url: string, openAi: Record<string, string> = {}): Promise<Talk> {
  const talk = await startTalk(t, { env: { DATABASE_URL: url, ...openAi } });
  await turn(talk, 2 * LEASE_MS);
  return talk;
}

async function talking(talk: Talk): Promise<EmulatedCall> {
  return talk.greetedCall(script([{ say: '承知しました。' }]));
}

/** Stops `from` until it has let go of its calls, on its own clock: the one of `to` stands still. */
async function handOver(from: Talk, to: Talk): Promise<void> {
  await to.app.callManager.owner.renew();
  void from.app.callManager.drain(60_000);
  while (from.app.callManager.live > 0) await turn(from, LOOK_MS);
}

t.test('hints of other nodes', { timeout: 120_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    await t.test('a call that is handed over is taken before any poll comes', async (t) => {
      const [from, to] = await pair(t, url);
      const call = await talking(from);
      await handOver(from, to);
      await attached(call, 2);
      t.match(await to.app.store.calls.getCall(call.id), { epoch: 2 });
      await call.say('お願いします。');
      await hears(call, '承知しました');
      call.hangUp();
      await to.stored(call);
    });

    await t.test('what an operator asks at another node is done before any poll comes', async (t) => {
      const [owner, other] = await pair(t, url);
      const call = await talking(owner);
      await askToHangUp(other, call);
      await call.ended();
      t.match(await owner.stored(call), { endReason: 'ended_by_team' });
    });

    await t.test('without a line for hints the polls find both', async (t) => {
      const [from, to] = await pair(t, url);
      await breakLines(to);
      const [goes, ends] = [await talking(from), await talking(from)];
      await askToHangUp(to, ends);
      await settled(ends);
      t.equal(ends.endedBy, null, 'nobody has told the owner');
      await turn(from, POLL_MS);
      await ends.ended();
      await handOver(from, to);
      await settled(goes);
      t.equal(goes.connections, 1, 'nobody has told the other node');
      await turn(to, POLL_MS);
      await goes.waitFor(({ connection }) => connection === 2, TAKEOVER_MS);
      goes.hangUp();
      await to.stored(goes);
    });
  });
});

/** Two nodes over one server; both reach OpenAI's side of the first one. */
async function pair(t: Test, url: string): Promise<[Talk, Talk]> {
  const first = await node(t, url);
  return [first, await node(t, url, { OPENAI_BASE_URL: first.emulator.baseUrl })];
}

async function askToHangUp({ app }: Talk, call: EmulatedCall): Promise<void> {
  const command = {
    commandId: systemRandom.uuid(),
    callId: call.id,
    kind: 'hang_up',
    argument: null,
  } as const;
  t.equal(await app.store.commands.request({ ...command, requestedBy: 'cli', at: Date.now() }), 'asked');
}
