import { sql } from 'kysely';
import t from 'tap';
import type { CallStore, SeatLimits } from '../../src/store/ports.ts';
import { claimOf, COMPLETED, openTestStore, truncate } from './fixtures.ts';
import { withPostgres } from './postgres.ts';

const NONE: SeatLimits = { fleet: 0, perNumber: 0, perCaller: 0, perCallerAndHour: 0 };
/** More than there are lanes, so that most places are given away side by side and the last ones are not. */
const PLACES = 40;
/** Claims that count side by side: as in migration 0012. */
const LANES = 16;
const RIVALS = 200;
const ROUNDS = 3;

t.test('claims within limits, over three nodes', { timeout: 90_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const nodes = await Promise.all([1, 2, 3].map(async () => openTestStore({ databaseUrl: url })));
    t.teardown(async () => Promise.all(nodes.map(async (node) => node.close())));
    const [store, other] = nodes;
    if (store === undefined || other === undefined) throw new Error('there are three');

    for (const [name, limits] of [
      ['all nodes', { ...NONE, fleet: PLACES }],
      ['a dialled number', { ...NONE, perNumber: PLACES }],
      ['all nodes and a dialled number', { ...NONE, fleet: PLACES + 1, perNumber: PLACES }],
    ] as const) {
      await t.test(`of ${RIVALS} calls at once exactly ${PLACES} find a place: ${name}`, async (t) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          await truncate(store);
          const results = await Promise.all(
            Array.from({ length: RIVALS }, async (_, i) => {
              const node = nodes[i % nodes.length] ?? store;
              const callerNumber = `+8190${10_000_000 + i}`;
              return node.calls.claimCall(claimOf(`${round}_${i}`, { limits, callerNumber }));
            }),
          );
          const places = results.filter((one) => one.outcome === 'claimed' && one.refusal === undefined);
          t.equal(places.length, PLACES);
          t.equal((await store.calls.listCalls(2 * RIVALS)).length, RIVALS);
        }
      });
    }

    /** Whether a claim waits for another one. */
    const waits = async (): Promise<boolean> => {
      const { rows } = await sql`
        select 1 from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`.execute(store.db);
      return rows.length > 0;
    };

    const untilWaits = async (done: () => boolean): Promise<void> => {
      while (!done() && !(await waits()));
    };

    /** Claims of which `open` are committed only when one waits, or all are through. @returns how many found a place */
    const besideOpen = async (open: number, later: number, limits: SeatLimits): Promise<number> => {
      await truncate(store);
      let commit = (): void => {};
      const gate = new Promise<void>((resolve) => (commit = resolve));
      const claim = async (name: string, calls: CallStore): Promise<boolean> => {
        const result = await calls.claimCall(claimOf(name, { limits }));
        return result.outcome === 'claimed' && result.refusal === undefined;
      };
      let standing = 0;
      const early = Array.from({ length: open }, async (_, i) =>
        (nodes[i % nodes.length] ?? store).transact(async ({ calls }) => {
          const place = await claim(`open_${i}`, calls);
          standing += 1;
          await gate;
          return place;
        }),
      );
      await untilWaits(() => standing === open);
      let through = false;
      const late = (async () => {
        const found: boolean[] = [];
        for (let i = 0; i < later; i += 1) found.push(await claim(`late_${i}`, other.calls));
        through = true;
        return found;
      })();
      await untilWaits(() => through);
      commit();
      const places = [...(await late), ...(await Promise.all(early))];
      return places.filter(Boolean).length;
    };

    await t.test('no more claims count side by side than there are places to spare', async (t) => {
      t.equal(await besideOpen(LANES + 2, 0, { ...NONE, fleet: LANES + 1 }), LANES + 1);
    });

    await t.test('who takes a last place waits for those that are being given away', async (t) => {
      t.equal(await besideOpen(1, LANES + 1, { ...NONE, fleet: LANES + 1 }), LANES + 1);
      t.equal(await besideOpen(1, LANES + 1, { ...NONE, perNumber: LANES + 1 }), LANES + 1);
    });

    await t.test('while there are places to spare nobody waits for the commit of another', async (t) => {
      await truncate(store);
      const limits = { ...NONE, fleet: PLACES, perNumber: PLACES };
      await store.transact(async ({ calls }) => {
        await calls.claimCall(claimOf('open', { limits }));
        t.same(await other.calls.claimCall(claimOf('beside', { limits })), { outcome: 'claimed', epoch: 1 });
      });
    });

    await t.test('who is refused because all is full waits for nobody, and nobody for him', async (t) => {
      await truncate(store);
      const limits = { ...NONE, fleet: 1 };
      await store.calls.claimCall(claimOf('first', { limits }));
      await store.transact(async ({ calls }) => {
        const refused = { outcome: 'claimed', refusal: 'fleet_full' };
        t.match(await calls.claimCall(claimOf('open', { limits })), refused);
        t.match(await other.calls.claimCall(claimOf('beside', { limits })), refused);
        await other.calls.finishCall('rtc_first', 1, COMPLETED);
        t.same(await other.calls.claimCall(claimOf('next', { limits })), { outcome: 'claimed', epoch: 1 });
      });
    });
  });
});
