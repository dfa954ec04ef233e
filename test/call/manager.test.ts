import t from 'tap';
import { CallManager } from '../../src/call/manager.ts';
import type { CallServices } from '../../src/call/services.ts';
import { silentLog } from '../../src/lib/log.ts';
import { ManualClock } from '../store/manual-clock.ts';

t.test('a claim that comes in when everything was let go of is left to the next owner', async (t) => {
  const manager = new CallManager(
    {
      clock: new ManualClock(),
      log: silentLog,
      random: { next: () => 0 },
      store: { forgetNode: async () => {} },
      recorder: { turn: () => {}, usage: () => {}, progress: () => {} },
      plan: { maxFunctionCalls: 1, toolFillerMs: 1_000 },
      observer: {},
      sidebands: {
        connect: () => {
          throw new RangeError('nobody is there to steer it');
        },
      },
    } as unknown as CallServices,
    'node-a',
    true,
  );
  await manager.close();
  manager.seat('rtc_1', 1, 0);
  const session = manager.createSession({ callId: 'rtc_1', epoch: 1, callerNumber: null });
  t.equal(session.phase, 'over', 'its accept ends before it begins');
  t.equal(manager.live, 0);
  const inheritance = {} as Parameters<typeof session.takeOver>[0];
  t.equal(await session.takeOver(inheritance, 8_000), 'failed', 'and so does a takeover');
});
