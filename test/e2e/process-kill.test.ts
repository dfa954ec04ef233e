import t from 'tap';
import { startEmulator, type EmulatedCall, type RestFault, type RingOptions } from '../../emulator/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { openStore } from '../../src/store/open.ts';
import { testSigner } from '../store/fixtures.ts';
import { seedDataDir } from '../store/template.ts';
import { startChild } from './child.ts';
import { acceptStatuses, alarms, greetings, requests } from './outcomes.ts';
import { API_KEY, greeted, WEBHOOK_SECRET } from './service.ts';

const NUMBER = '+819011112222';

/** What the first process still takes is too old for the second one: nobody has to wait until it grows old. */
const STALE_SECONDS = { first: 120, second: 30 };
const GONE_AGE_SECONDS = 60;
const emulator = await startEmulator({
  apiKey: API_KEY,
  webhookSecrets: [WEBHOOK_SECRET],
  playback: { speed: 100 },
});
t.teardown(async () => emulator.close());
const dataDir = t.testdir();
await seedDataDir(dataDir);
const env = { DATA_DIR: dataDir };

// One process takes four calls and dies before any of them is a conversation; another one starts on its data.
const first = await startChild(t, emulator, {
  env: { ...env, STALE_CALL_SECONDS: String(STALE_SECONDS.first) },
});
const waiting = await ring({ kind: 'no_answer' });
const taken = await ring({ kind: 'applied_no_answer' });
const unwanted = await ring({ kind: 'no_answer' }, { from: `<sip:${NUMBER}@pstn.example>` });
const old = Math.floor(Date.now() / 1_000) - GONE_AGE_SECONDS;
const gone = await ring({ kind: 'no_answer' }, { createdAt: old });
first.process.kill('SIGKILL');
await first.exit;
const second = await startChild(t, emulator, {
  env: { ...env, STALE_CALL_SECONDS: String(STALE_SECONDS.second), BLOCKED_CALLERS: NUMBER },
});
const listeningAt = performance.now();

/** Rings, and waits until the accept of the call is under way. */
async function ring(fault: RestFault, options: RingOptions = {}): Promise<EmulatedCall> {
  const call = await emulator.ring({ ...options, deliver: false });
  emulator.failNext('accept', [fault], call.id);
  await call.deliver();
  await call.waitForRest('accept');
  return call;
}

t.test('a caller who still waits is accepted within 2 s of the next start', async (t) => {
  t.equal(waiting.deliveries[0]?.status, 200, 'the webhook had been acknowledged');
  await greeted(waiting);
  t.ok(performance.now() - listeningAt < 2_000);
  t.same(acceptStatuses(waiting), [0, 200]);
  t.equal(greetings(waiting), 1);
});

t.test('an accept that took effect under the process that died is found, and greeted once', async (t) => {
  await greeted(taken);
  t.same(acceptStatuses(taken), [0, 409], 'decided already: by us');
  t.equal(greetings(taken), 1);
});

t.test('a caller who is to be refused is refused by the next process, too', async (t) => {
  await unwanted.ended();
  t.equal(unwanted.rejectedWith, 603);
  t.same(acceptStatuses(unwanted), [0]);
});

t.test('a caller who has waited too long is missed, and not called back to life', async (t) => {
  await second.logged('call_missed');
  t.same(acceptStatuses(gone), [0], 'no second accept');
  await gone.waitForRest('hangup');
  t.same(alarms(second.lines, gone.id), ['call_missed']);
});

t.test('a delivery that comes again after the restart changes nothing', async (t) => {
  const again = await waiting.deliver();
  t.equal(again.status, 200);
  t.equal(acceptStatuses(waiting).length, 2);
  t.equal(greetings(waiting), 1);
});

t.test('each of these calls is stored with one end', async (t) => {
  waiting.hangUp();
  taken.hangUp();
  second.process.kill('SIGTERM');
  t.equal(await second.exit, 0);
  const store = await openStore({
    databaseUrl: '',
    dataDir,
    claimTimeoutMs: 1_000,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    busy: () => false,
    audit: testSigner,
  });
  t.teardown(async () => store.close());
  const { calls } = store;
  t.match(await calls.getCall(waiting.id), { state: 'ended', endReason: 'caller_hangup', epoch: 2 });
  t.match(await calls.getCall(taken.id), { state: 'ended', endReason: 'caller_hangup', epoch: 2 });
  t.match(await calls.getCall(unwanted.id), { state: 'rejected', endDetail: '603 blocked_caller' });
  t.match(await calls.getCall(gone.id), { state: 'missed', endReason: 'process_lost', endParty: 'denwaban' });
  t.equal(requests(gone, 'hangup').length, 1, 'in case the first accept took effect');
});
