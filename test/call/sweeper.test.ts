import t from 'tap';
import type { CallManager } from '../../src/call/manager.ts';
import { LEASE_MS, RENEW_MS } from '../../src/call/owner-rules.ts';
import type { CallReception } from '../../src/call/reception.ts';
import type { CallServices } from '../../src/call/services.ts';
import { CallSweeper } from '../../src/call/sweeper.ts';
import { silentLog } from '../../src/lib/log.ts';
import { ManualClock } from '../store/manual-clock.ts';

/** A sweeper over a store that may be away, and what it asks of it. */
function sweeping(shared: boolean) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const line = { away: false };
  const answer = (name: string) => async (): Promise<never[]> => {
    asked.push(name);
    if (line.away) throw new Error('away');
    return [];
  };
  const store = { takeLapsedCalls: answer('take'), ping: answer('ping') };
  const sweeper = new CallSweeper(
    { store, clock, log: silentLog } as unknown as CallServices,
    { draining: false, callIds: [], owner: { shared } } as unknown as CallManager,
    {} as CallReception,
    { node: 'node-a', staleMs: 20_000 },
  );
  const pass = async (ms: number): Promise<string[]> => {
    asked.length = 0;
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return [...new Set(asked)];
  };
  return { sweeper, line, pass };
}

t.test(
  '38: after an outage of the store the owners may renew their leases before anything is taken',
  async (t) => {
    const { sweeper, line, pass } = sweeping(false);
    await sweeper.start();
    t.same(await pass(2_000), ['take']);
    line.away = true;
    t.same(await pass(10_000), ['take', 'ping'], 'asked whether it is back, and for nothing else');
    line.away = false;
    t.same(await pass(2 * RENEW_MS), ['ping'], 'two renewals fit in');
    t.ok((await pass(LEASE_MS)).includes('take'));
    sweeper.close();
  },
);

t.test(
  'a node that begins beside others does not know whether there was an outage: owners go first',
  async (t) => {
    const { sweeper, pass } = sweeping(true);
    await sweeper.start();
    t.same(await pass(2 * RENEW_MS), []);
    t.ok((await pass(LEASE_MS)).includes('take'));
    sweeper.close();
  },
);
