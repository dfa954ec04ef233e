import t from 'tap';
import { startJobEngine } from '../../src/outbox/jobs.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openTestStore } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { openTcpProxy } from '../store/tcp-proxy.ts';

const QUEUE = 'test_network';
/** A silent connection is given up after this, ms. */
const ANSWER_MS = 1_000;
/** Well after that, on a busy machine, ms. */
const PATIENCE_MS = 20_000;

await withPostgres(t, async (databaseUrl) => {
  await t.test('connections that fall silent: jobs go on over new ones, and the stop ends', async (t) => {
    const server = new URL(databaseUrl);
    const proxy = await openTcpProxy({ host: server.hostname, port: Number(server.port) });
    server.host = `127.0.0.1:${proxy.port}`;
    const direct = await openTestStore({ databaseUrl });
    const engine = await startJobEngine({
      database: { kind: 'server', databaseUrl: server.href },
      queues: [QUEUE],
      log: silentLog,
      answerTimeoutMs: ANSWER_MS,
    });
    t.teardown(async () => {
      await direct.close();
      await proxy.close();
    });
    const done = new Map<string, () => void>();
    await engine.work(QUEUE, async ({ name }) => done.get(String(name))?.());
    const runs = async (name: string): Promise<boolean> => {
      const ran = new Promise<void>((resolve) => done.set(name, resolve));
      await direct.transact(async ({ trx }) => engine.add(trx, QUEUE, { name }));
      return within(ran);
    };
    t.ok(await runs('before'));
    proxy.freezeOpen();
    t.ok(await runs('after'), 'a new connection found the job');
    proxy.mode = 'black-hole';
    t.ok(await within(engine.stop()), 'the stop ends though nobody answers');
  });
});

async function within(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  const ended = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}
