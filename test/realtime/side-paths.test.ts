import t from 'tap';
import type { CallOutcome, CallsClient } from '../../src/realtime/calls.ts';
import { guardSidePaths } from '../../src/realtime/side-paths.ts';
import { ManualClock } from '../store/manual-clock.ts';

/** Retries in reserve. */
const RESERVE = 10;

function guarded() {
  const clock = new ManualClock();
  const sent: string[] = [];
  const held: string[] = [];
  const world: { outcome: CallOutcome } = { outcome: { kind: 'unavailable', status: 503 } };
  const send = (operation: string) => async (): Promise<CallOutcome> => {
    sent.push(operation);
    return world.outcome;
  };
  const client: CallsClient = {
    accept: send('accept'),
    reject: send('reject'),
    refer: send('refer'),
    hangUp: send('hangup'),
    warmUp: send('models'),
    close: async () => undefined,
  };
  const calls = guardSidePaths(client, { clock, onHeldBack: (operation) => held.push(operation) });
  const hangUps = async (ids: readonly string[]): Promise<number> => {
    const before = sent.length;
    for (const id of ids) await calls.hangUp(id);
    return sent.length - before;
  };
  return { clock, sent, held, world, calls, hangUps };
}

const IDS = Array.from({ length: 50 }, (_, at) => `rtc_${at}`);

t.test('the first hang-up of every call is sent, its repetitions out of one budget', async (t) => {
  const { hangUps, held, calls } = guarded();
  t.equal(await hangUps(IDS), IDS.length);
  t.equal(await hangUps(IDS), RESERVE);
  t.equal(held.length, IDS.length - RESERVE);
  t.same(await calls.hangUp('rtc_0'), { kind: 'unreachable', code: 'retry_budget' });
});

t.test('with the budget used up single ones look whether OpenAI is back, ever more rarely', async (t) => {
  const { clock, hangUps } = guarded();
  await hangUps(IDS);
  await hangUps(IDS);
  const perMinute: number[] = [];
  for (let minute = 0; minute < 3; minute += 1) {
    let sent = 0;
    for (let second = 0; second < 60; second += 1) {
      clock.advance(1_000);
      sent += await hangUps(IDS);
    }
    perMinute.push(sent);
  }
  t.ok((perMinute[0] ?? 0) >= 4 && (perMinute[0] ?? 0) <= 6, perMinute.join(' '));
  t.same(perMinute.slice(1), [2, 2]);
});

t.test('an answer to anything ends the holding back', async (t) => {
  const { world, calls, hangUps, held } = guarded();
  await hangUps(IDS);
  await hangUps(IDS);
  world.outcome = { kind: 'done', requestId: null };
  await calls.accept('rtc_new', '{}', 1_000);
  held.length = 0;
  t.equal(await hangUps(IDS), IDS.length);
  t.same(held, []);
});

t.test('no accept is ever held back', async (t) => {
  const { calls, sent } = guarded();
  for (let time = 0; time < 100; time += 1) await calls.accept('rtc_1', '{}', 1_000);
  t.equal(sent.length, 100);
});
