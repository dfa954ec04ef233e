import t from 'tap';
import { NOW, changeOf, planned, registered, seatCounts } from './briefing/fixtures.ts';
import { openTestStore } from './fixtures.ts';
import { withPostgres } from './postgres.ts';
import { openTcpProxy } from './tcp-proxy.ts';

/** Answers of the server during one move: begin, change, audit and commit. */
const ANSWERS = 12;

await withPostgres(t, async (databaseUrl) => {
  const server = new URL(databaseUrl);
  const proxy = await openTcpProxy({ host: server.hostname, port: Number(server.port) });
  server.host = `127.0.0.1:${proxy.port}`;
  const store = await openTestStore({ databaseUrl: server.href });
  // The clock's timers do not keep a process alive, and during an outage there is nothing else that would.
  const alive = setInterval(() => undefined, 60_000);
  const { briefings } = store;
  try {
    for (let skip = 0; skip < ANSWERS; skip += 1) {
      await t.test(`a move that loses answer ${skip + 1} of ${ANSWERS} happens once`, async (t) => {
        const [from = '', to = ''] = await planned(store, [1, 1]);
        const registration = await registered(store, 1, from);
        const lost = proxy.loseNextAnswer(skip);
        const result = await briefings.changeAttendance(
          changeOf(registration, { kind: 'move', toSlotId: to }),
        );
        await lost;
        t.match(result, { outcome: 'changed', registration: { status: 'moved', slotId: to, version: 2 } });
        // The answer to the commit is the only one that is lost after the change has happened.
        t.equal(result.outcome === 'changed' && result.repeated, skip === ANSWERS - 1);
        t.equal((await briefings.listHistory(registration.registrationId)).length, 2);
        t.match(await seatCounts(store), [
          { taken: 0, held: 0 },
          { taken: 1, held: 1 },
        ]);
      });
    }

    await t.test('a storm of changes leaves connections for calls that ring', async (t) => {
      const [from = ''] = await planned(store, [null]);
      const registration = await registered(store, 1, from);
      const storm = Array.from({ length: 60 }, async (_, index) =>
        briefings.changeAttendance(
          changeOf(registration, { kind: 'undecided', callbackAt: NOW + index }, { at: NOW + index }),
        ),
      );
      await t.resolves(store.calls.ping());
      t.ok((await Promise.all(storm)).every((result) => result.outcome === 'changed'));
    });
  } finally {
    clearInterval(alive);
    await store.close();
    await proxy.close();
  }
});
