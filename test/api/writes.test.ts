import t from 'tap';
import { createWrites } from '../../src/api/writes.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openTestStore } from '../store/fixtures.ts';

const store = await openTestStore();
t.teardown(async () => store.close());
const request = { keyId: 'k', idempotencyKey: 'i', fingerprint: 'f' };

t.test(
  'a request that comes while the first is at work is told so, and is answered afterwards',
  async (t) => {
    const write = createWrites({ transact: store.transact, clock: systemClock });
    let began = (): void => {};
    let go = (): void => {};
    const beginning = new Promise<void>((resolve) => (began = resolve));
    const leave = new Promise<void>((resolve) => (go = resolve));
    const first = write(request, async () => {
      began();
      await leave;
      return { status: 201, body: { n: 1 } };
    });
    await beginning;
    await t.rejects(
      write(request, async () => ({ status: 201 })),
      { code: 'in_progress' },
    );
    go();
    t.match(await first, { status: 201, replayed: false });
    t.match(await write(request, async () => ({ status: 500 })), {
      status: 201,
      body: '{"n":1}',
      replayed: true,
    });
  },
);

t.test('another process hears of what this one did', async (t) => {
  const elsewhere = createWrites({ transact: store.transact, clock: systemClock });
  t.match(await elsewhere(request, async () => ({ status: 500 })), { replayed: true });
  await t.rejects(
    elsewhere({ ...request, fingerprint: 'g' }, async () => ({ status: 200 })),
    { code: 'key_reused' },
  );
});

t.test('work that throws is not remembered', async (t) => {
  const write = createWrites({ transact: store.transact, clock: systemClock });
  const other = { ...request, idempotencyKey: 'j' };
  await t.rejects(
    write(other, async () => {
      throw new RangeError('broken');
    }),
    RangeError,
  );
  t.match(await write(other, async () => ({ status: 204 })), { status: 204, body: '', replayed: false });
});
