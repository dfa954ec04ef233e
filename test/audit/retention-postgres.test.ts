import t from 'tap';
import { openTestStore } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { endContract } from './retention/end.ts';
import { retentionContract } from './retention/contract.ts';

await withPostgres(t, async (databaseUrl) => {
  const store = await openTestStore({ databaseUrl });
  const second = await openTestStore({ databaseUrl });
  await retentionContract(t, store, second);
  await endContract(t, store);
  await second.close();
  await store.close();
});
