import t from 'tap';
import { openTestStore } from './fixtures.ts';
import { personContract } from './person/contract.ts';
import { withPostgres } from './postgres.ts';

await withPostgres(t, async (databaseUrl) => {
  const store = await openTestStore({ databaseUrl });
  await personContract(t, store);
  await store.close();
});
