import t from 'tap';
import { referCall, type LastRequestServices, type Ownership } from '../../src/call/last-requests.ts';
import { TRANSFER_MS } from '../../src/call/timeouts.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { CallOutcome } from '../../src/realtime/calls.ts';

/** The request for a transfer is given up after this, ms. */
const REQUEST_MS = 3_000;

function answering(outcome: CallOutcome): LastRequestServices {
  return { log: silentLog, calls: { refer: async () => outcome } } as unknown as LastRequestServices;
}

const OURS: Ownership = { mayAct: () => true, certain: async () => true };

t.test('only what certainly had no effect is a transfer that failed', async (t) => {
  for (const [outcome, leaving] of [
    [{ kind: 'done', requestId: null }, true],
    [{ kind: 'ambiguous', code: 'timeout' }, true],
    [{ kind: 'unavailable', status: 503 }, false],
    [{ kind: 'unreachable', code: 'ECONNREFUSED' }, false],
    [{ kind: 'refused', status: 400, code: null }, false],
  ] as const)
    t.equal(await referCall(answering(outcome), OURS, 'rtc_1', 'tel:+81312345678'), leaving, outcome.kind);
});

t.test('a transfer is sent before the caller is told that it failed, or never', async (t) => {
  const waits: number[] = [];
  const lapsed: Ownership = {
    mayAct: () => false,
    certain: async (_callId, ms) => {
      waits.push(ms);
      return false;
    },
  };
  const services = answering({ kind: 'done', requestId: null });
  t.equal(await referCall(services, lapsed, 'rtc_1', 'tel:+81312345678'), false);
  t.equal(waits.length, 1);
  t.ok(waits[0]! + REQUEST_MS < TRANSFER_MS);
});
