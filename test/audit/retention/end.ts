import type { Test } from 'tap';
import { runRetention } from '../../../src/audit/retention.ts';
import { DenwabanError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/lib/log.ts';
import type { Store } from '../../../src/store/open.ts';
import type { RetentionStore } from '../../../src/store/retention-ports.ts';
import { clear, partsAt, plantCall, tokyo } from './plant.ts';

/** That runs come to their end, and nothing is left behind by those that were too short. */
export async function endContract(t: Test, store: Store): Promise<void> {
  t.beforeEach(async () => clear(store));

  await t.test('a run whose report is not to be had has done its work', async (t) => {
    await plantCall(store, 'a', tokyo('2026-10-01T14:00:00'));
    const retention: RetentionStore = {
      ...store.retention,
      oldestKept: async (name, cut) => {
        if (name === 'caller number') throw new DenwabanError('DW_STORE_UNAVAILABLE', 'too much to look at');
        return store.retention.oldestKept(name, cut);
      },
    };
    const told: object[] = [];
    const log = { ...silentLog, warn: (fields: object) => void told.push(fields) };
    const parts = partsAt({ retention }, '2026-12-02T04:00:00', { log });
    t.match(await runRetention(parts, '2026-12-02'), { outcome: 'done', removed: { transcript: 2 } });
    t.match(await store.retention.listRuns(10), [
      {
        finishedAt: tokyo('2026-12-02T04:00:00'),
        nextDue: { 'caller number': null, 'call records': /^2028/ },
      },
    ]);
    t.match(told, [{ class: 'caller number', reason: /too much to look at/ }]);
  });

  await t.test('a call keeps its place until all its words are gone', async (t) => {
    await plantCall(store, 'a', tokyo('2026-10-01T14:00:00'));
    const run = await store.retention.begin({ kind: 'manual', day: '2026-12-02', at: 0, leaseMs: 60_000 });
    if (run === null) throw new TypeError('no run');
    const cut = { cutoff: tokyo('2026-11-01T00:00:00'), now: tokyo('2026-12-02T04:00:00') };
    const remove = async (name: string, limit: number) =>
      store.retention.remove(run, name, cut, limit, 60_000);
    t.equal(await remove('transcript', 1), 1);
    t.equal(await remove('caller number', 10), 0, 'a turn is left');
    t.equal(await remove('transcript', 1), 1);
    t.equal(await remove('caller number', 10), 0, 'what a tool was asked is left');
    t.equal(await remove('tool arguments', 1), 1);
    t.equal(await remove('caller number', 10), 1);
  });
}
