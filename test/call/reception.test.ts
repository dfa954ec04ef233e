import t from 'tap';
import type { CallManager } from '../../src/call/manager.ts';
import type { PolicyRules } from '../../src/call/policy.ts';
import { CallReception } from '../../src/call/reception.ts';
import type { CallServices } from '../../src/call/services.ts';
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

/** A node that found a call whose process died after the claim. */
async function resuming(call: Partial<CallRecord>, owns: boolean): Promise<string[]> {
  const asked: string[] = [];
  const reject = async (_callId: string, sipCode: number): Promise<unknown> => {
    asked.push(`reject ${sipCode}`);
    return { kind: 'done', requestId: null };
  };
  const manager = {
    calls: 1,
    refusing: false,
    mayAct: () => owns,
    certain: async () => owns,
    letGo: () => asked.push('let go'),
    createSession: () => {
      asked.push('accept');
      throw new RangeError('as far as this test goes');
    },
    conclude: async (_callId: string, _epoch: number, end: { state: string }) => asked.push(end.state),
  };
  const services = {
    clock: new ManualClock(),
    log: silentLog,
    calls: { reject },
    observer: { alarm: () => {} },
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
  await new Promise((resolve) => setImmediate(resolve));
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

t.test('one that has its place is accepted', async (t) => {
  t.match(await resuming({}, true), ['accept']);
});

t.test('a process that slept does not reject the call of the next owner', async (t) => {
  t.same(await resuming({ seatRefusal: 'policy' }, false), ['let go']);
});
