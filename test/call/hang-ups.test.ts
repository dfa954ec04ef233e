import t from 'tap';
import { HangUps, type Seats } from '../../src/call/hang-ups.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { CallServices } from '../../src/call/services.ts';
import type { CallOutcome } from '../../src/realtime/calls.ts';
import { ManualClock } from '../store/manual-clock.ts';

const LOST: CallOutcome = { kind: 'ambiguous', code: 'timeout' };
const DONE: CallOutcome = { kind: 'done', requestId: null };

/** Hang-ups of one node; what OpenAI answers is given by the test, one after another. */
function hangingUp() {
  const clock = new ManualClock();
  const asked: string[] = [];
  const alarms: string[] = [];
  const ours = new Set(['rtc_1']);
  let outcome = LOST;
  const seats: Seats = {
    has: (callId) => ours.has(callId),
    mayAct: (callId) => ours.has(callId),
    certain: async (callId) => ours.has(callId),
  };
  const hangUp = async (callId: string): Promise<CallOutcome> => {
    asked.push(callId);
    return outcome;
  };
  const services = {
    clock,
    random: { next: () => 0 },
    log: silentLog,
    calls: { hangUp },
    observer: { alarm: (code: string) => alarms.push(code) },
  } as unknown as CallServices;
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    hangUps: new HangUps(services, seats),
    asked,
    alarms,
    ours,
    pass,
    answers: (next: CallOutcome) => (outcome = next),
  };
}

t.test('a hang-up is tried on until it is confirmed, and somebody is told', async (t) => {
  const { hangUps, asked, alarms, pass, answers } = hangingUp();
  const over = hangUps.hangUp('rtc_1', 'owned');
  await pass(60_000);
  t.ok(asked.length > 20);
  t.same(alarms, ['hangup_failed']);
  answers(DONE);
  await pass(6_000);
  await over;
});

t.test('a call that another node took between two tries is not hung up', async (t) => {
  const { hangUps, asked, alarms, ours, pass } = hangingUp();
  const over = hangUps.hangUp('rtc_1', 'owned');
  await pass(100);
  ours.clear();
  await pass(60_000);
  await over;
  t.equal(asked.length, 1);
  t.same(alarms, []);
});

t.test('one that is insisted on neither', async (t) => {
  const { hangUps, asked, ours, pass } = hangingUp();
  const over = hangUps.insist('rtc_1', 'owned');
  await pass(10_000);
  const before = asked.length;
  ours.clear();
  await pass(60_000);
  await over;
  t.ok(before > 0);
  t.equal(asked.length, before);
});

t.test(
  'a call whose row is final is hung up whoever had it, also by the one that tries already',
  async (t) => {
    const { hangUps, asked, ours, pass, answers } = hangingUp();
    const over = hangUps.hangUp('rtc_1', 'owned');
    await pass(10_000);
    ours.clear();
    await hangUps.hangUp('rtc_1', 'final');
    const before = asked.length;
    await pass(10_000);
    t.ok(asked.length > before);
    answers(DONE);
    await pass(6_000);
    await over;
  },
);

t.test('a process that ends leaves the rest to the next one', async (t) => {
  const { hangUps, asked, pass } = hangingUp();
  const over = hangUps.hangUp('rtc_1', 'owned');
  await pass(10_000);
  hangUps.close();
  const before = asked.length;
  await pass(60_000);
  await over;
  t.ok(asked.length - before <= 3);
});
