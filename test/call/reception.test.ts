import t from 'tap';
import type { CallManager } from '../../src/call/manager.ts';
import type { PolicyRules } from '../../src/call/policy.ts';
import { CallReception } from '../../src/call/reception.ts';
import type { CallServices } from '../../src/call/services.ts';
import type { CallOutcome } from '../../src/realtime/calls.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { CallRecord } from '../../src/store/ports.ts';
import { ManualClock } from '../store/manual-clock.ts';

const RULES: PolicyRules = {
  projectId: null,
  twilioAccountSid: null,
  dialledNumbers: null,
  blockedNumbers: new Set(['+815012345678']),
  blockedPrefixes: [],
  blockWithheld: false,
  openingHours: null,
  maxConcurrentCalls: 10,
  limits: { fleet: 0, perNumber: 0, perCaller: 0, perCallerAndHour: 0 },
};

const DONE: CallOutcome = { kind: 'done', requestId: null };

/** A node that found a call whose process died after the claim. Every accept is answered 503, or as the test says. */
async function resuming(
  call: Partial<CallRecord>,
  owns: boolean,
  rejected: CallOutcome = DONE,
  accepted: CallOutcome = { kind: 'unavailable', status: 503 },
): Promise<string[]> {
  const asked: string[] = [];
  const clock = new ManualClock();
  const reject = async (_callId: string, sipCode: number): Promise<CallOutcome> => {
    asked.push(`reject ${sipCode}`);
    return rejected;
  };
  const accept = async (): Promise<CallOutcome> => {
    if (!asked.includes('accept')) asked.push('accept');
    return accepted;
  };
  const session = { callId: 'rtc_1', epoch: call.epoch ?? 2, phase: 'attaching', discard: () => {} };
  const manager = {
    calls: 1,
    refusing: false,
    mayAct: () => owns,
    certain: async () => owns,
    letGo: () => asked.push('let go'),
    lost: () => false,
    createSession: () => session,
    hangUp: async () => asked.push('hang up'),
    conclude: async (_callId: string, _epoch: number, end: { state: string }) => asked.push(end.state),
  };
  const services = {
    clock,
    log: silentLog,
    random: { next: () => 0 },
    calls: { accept, reject },
    plan: { acceptBody: '{}', fallbackBody: '{}' },
    observer: { accepted: () => {}, refused: () => {}, alarm: () => {} },
  };
  const reception = new CallReception(
    services as unknown as CallServices,
    manager as unknown as CallManager,
    { rules: RULES, node: 'node-b', acceptTimeoutMs: 4_000, staleMs: 20_000, onAnswered: () => {} },
  );
  reception.resume({
    callId: 'rtc_1',
    epoch: 2,
    callerNumber: null,
    dialledNumber: null,
    ...call,
  } as CallRecord);
  for (let waited = 0; waited < 10_000; waited += 100) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100);
  }
  return asked;
}

t.test('a call whose process died while it was being refused is refused by the next one', async (t) => {
  t.same(
    await resuming({ seatRefusal: 'policy' }, true),
    ['reject 503', 'rejected'],
    'no place was kept for it',
  );
  t.same(await resuming({ seatRefusal: 'caller_busy' }, true), ['reject 486', 'rejected']);
  t.same(await resuming({ callerNumber: '+815012345678' }, true), ['reject 603', 'rejected']);
});

t.test('one that has its place is accepted, and sent on when that is in vain', async (t) => {
  t.same(await resuming({}, true), ['accept', 'reject 503', 'missed']);
});

t.test('a call that cannot be rejected was accepted after all, and is hung up', async (t) => {
  t.same(await resuming({}, true, { kind: 'taken' }), ['accept', 'reject 503', 'hang up', 'missed']);
});

for (const accepted of [
  { kind: 'rate_limited', retryAfterMs: 60_000 },
  { kind: 'refused', status: 400, code: 'no' },
  { kind: 'unauthorised', status: 401 },
] as const) {
  t.test(
    `also where the accept of this process was ${accepted.kind}: the one of a dead one was not`,
    async (t) => {
      const taken = { kind: 'taken' } as const;
      t.same(await resuming({}, true, taken, accepted), ['accept', 'reject 503', 'hang up', 'failed']);
      if (accepted.kind !== 'refused')
        t.same(
          await resuming({ epoch: 1 }, true, taken, accepted),
          ['accept', 'reject 503', 'failed'],
          'somebody else’s',
        );
    },
  );
}

t.test('a process that slept over its accepts does not reject the call of the next owner', async (t) => {
  t.same(await resuming({}, false), ['accept', 'let go']);
});

t.test('a process that slept does not reject the call of the next owner', async (t) => {
  t.same(await resuming({ seatRefusal: 'policy' }, false), ['let go']);
});
