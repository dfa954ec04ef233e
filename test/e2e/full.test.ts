import t from 'tap';
import { withPostgres } from '../store/postgres.ts';
import { openBalancer, readiness } from './balancer.ts';
import { eventually } from './desk.ts';
import { house, talking } from './nodes.ts';
import { script, startService, storedEnd } from './service.ts';

const ONE_CALL = { MAX_CONCURRENT_CALLS: '1' };
const FULL = { status: 200, reasons: ['capacity'] };

t.test('a full process that is alone still hears of calls behind a balancer, and refuses them', async (t) => {
  const service = await startService(t, { env: ONE_CALL });
  const { emulator, url } = service;
  emulator.deliverTo(`${await openBalancer(t, [url])}/openai-webhook`);
  const live = await emulator.ring();
  await live.waitForRest('accept');
  const refused = await emulator.ring();
  t.equal(refused.deliveries[0]?.status, 200, 'the call is known');
  t.match(await storedEnd(service, refused.id), { state: 'rejected', endDetail: '503 capacity' });
  t.equal(refused.rejectedWith, 503, 'the trunk goes on to its next destination');
  t.same(await readiness(url), FULL);
  t.match(await (await fetch(`${url}/healthz`)).json(), { status: 'degraded', reasons: ['capacity'] });
  t.equal(live.state, 'accepted');
  live.hangUp();
  await storedEnd(service, live.id);
  t.same(await readiness(url), { status: 200, reasons: [] });
});

t.test('two nodes behind a balancer', { timeout: 180_000 }, async (t) => {
  await withPostgres(t, async (databaseUrl) => {
    const desk = await house(t, databaseUrl);
    const nodes = [await desk.node(ONE_CALL), await desk.node(ONE_CALL)];
    const urls = nodes.map(({ url }) => url);
    const said = async () => Promise.all(urls.map(readiness));
    const ready = async () => (await said()).filter(({ status }) => status === 200);
    desk.emulator.deliverTo(`${await openBalancer(t, urls)}/openai-webhook`);

    const first = await talking(desk, script());
    await t.test('who is full is passed over while the other one has room', async (t) => {
      await eventually(async () => (await ready()).length === 1, 'the full node to step aside');
      t.strictSame(
        (await said()).toSorted((a, b) => a.status - b.status),
        [
          { status: 200, reasons: [] },
          { status: 503, reasons: ['capacity'] },
        ],
      );
    });

    const second = await talking(desk, script());
    await t.test('when both are full, a third caller is refused at once with SIP 503', async (t) => {
      const third = await desk.emulator.ring();
      t.equal(third.deliveries[0]?.status, 200, 'its webhook has reached somebody');
      await third.waitForRest('reject');
      await third.ended();
      t.equal(third.rejectedWith, 503, 'the trunk goes on to its next destination');
      t.same([first.state, second.state], ['accepted', 'accepted']);
      await eventually(async () => (await ready()).length === 2, 'both to take what comes');
      t.strictSame(await said(), [FULL, FULL]);
    });

    await t.test('whose caller leaves is the one that calls go to', async (t) => {
      first.hangUp();
      await eventually(async () => (await ready()).length === 1, 'the node that is still full to step aside');
      t.strictSame(await ready(), [{ status: 200, reasons: [] }]);
      const next = await talking(desk, script());
      t.equal(next.state, 'accepted');
      for (const call of [second, next]) call.hangUp();
    });

    for (const { process } of nodes) process.kill('SIGTERM');
    await Promise.all(nodes.map(({ exit }) => exit));
  });
});
