import t from 'tap';
import { openTestStore } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { besideContract } from './verify/beside.ts';
import { verifyContract } from './verify/contract.ts';

await t.test('embedded', async (t) => {
  const store = await openTestStore();
  await verifyContract(t, store);
  t.teardown(() => store.close());
});

await withPostgres(t, async (databaseUrl) => {
  await t.test('server', async (t) => {
    const store = await openTestStore({ databaseUrl });
    await verifyContract(t, store);
    await besideContract(t, store);
    t.teardown(() => store.close());
  });
});
