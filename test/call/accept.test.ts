import t from 'tap';
import { acceptCall, type AcceptResult } from '../../src/call/accept.ts';
import type { CallServices } from '../../src/call/services.ts';
import type { CallSession } from '../../src/call/session.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { CallOutcome } from '../../src/realtime/calls.ts';
import { ManualClock } from '../store/manual-clock.ts';

const LOST: CallOutcome = { kind: 'ambiguous', code: 'timeout' };
const TAKEN: CallOutcome = { kind: 'taken' };

/** What an accept came to, whose sideband does not open. */
interface Tried {
  readonly result: AcceptResult;
  readonly accepts: number;
  /** How long each sideband was tried, ms. */
  readonly budgets: readonly number[];
}

/** @param onOpen what happens to the session while its sideband is tried */
async function accepting(
  outcomes: readonly CallOutcome[],
  epoch: number,
  onOpen: (session: { phase: string }) => void = () => {},
): Promise<Tried> {
  let accepts = 0;
  const budgets: number[] = [];
  const accept = async (): Promise<CallOutcome> => {
    const outcome = outcomes[Math.min(accepts, outcomes.length - 1)];
    accepts += 1;
    return outcome ?? LOST;
  };
  const session = {
    callId: 'rtc_1',
    epoch,
    phase: 'attaching',
    open: async (budgetMs: number) => {
      budgets.push(budgetMs);
      onOpen(session);
      return 'failed' as const;
    },
  };
  const clock = new ManualClock();
  const services = {
    clock,
    log: silentLog,
    random: { next: () => 0 },
    calls: { accept },
    plan: { acceptBody: '{}', fallbackBody: '{}' },
    observer: { accepted: () => {}, alarm: () => {} },
  };
  const result = acceptCall(services as unknown as CallServices, session as unknown as CallSession, 4_000);
  for (let waited = 0; waited < 10_000; waited += 100) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100);
  }
  return { result: await result, accepts, budgets };
}

t.test('a call that another node took while the accept was proven is not accepted again', async (t) => {
  const { result, accepts } = await accepting([LOST], 2, (session) => (session.phase = 'over'));
  t.same(result, { kind: 'lost' });
  t.equal(accepts, 1);
});

t.test('a call that a process had accepted which died is attached to with patience', async (t) => {
  const { budgets } = await accepting([TAKEN], 2);
  const { budgets: ofOthers } = await accepting([TAKEN], 1);
  t.ok((budgets[0] ?? 0) >= 5_000);
  t.ok((ofOthers[0] ?? 0) < 1_000, 'of somebody else’s decision it is only asked whether it was ours');
});

t.test(
  'one that was accepted by us, if by a process that died, is hung up when nobody gets to it',
  async (t) => {
    t.match((await accepting([TAKEN], 2)).result, { kind: 'over', hangUp: true });
    t.match(
      (await accepting([LOST, TAKEN], 1)).result,
      { kind: 'over', hangUp: true },
      'or by an earlier try',
    );
  },
);

t.test('one that somebody else decided on is not hung up', async (t) => {
  t.match((await accepting([TAKEN], 1)).result, { kind: 'over', hangUp: false });
});
