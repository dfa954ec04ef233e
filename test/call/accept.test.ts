import t from 'tap';
import { acceptCall } from '../../src/call/accept.ts';
import type { CallServices } from '../../src/call/services.ts';
import type { CallSession } from '../../src/call/session.ts';
import { silentLog } from '../../src/lib/log.ts';
import { ManualClock } from '../store/manual-clock.ts';

t.test('a call that another node took while the accept was proven is not accepted again', async (t) => {
  let accepts = 0;
  const accept = async (): Promise<unknown> => {
    accepts += 1;
    return { kind: 'ambiguous', code: 'timeout' };
  };
  const session = {
    callId: 'rtc_1',
    epoch: 2,
    phase: 'attaching',
    open: async () => {
      // The lease was lost: the manager has discarded the session.
      session.phase = 'over';
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
  t.same(await result, { kind: 'lost' });
  t.equal(accepts, 1);
});
