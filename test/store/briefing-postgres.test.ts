import t from 'tap';
import { briefingContract } from './briefing/contract.ts';
import { openTestStore } from './fixtures.ts';
import { withPostgres } from './postgres.ts';

await withPostgres(t, async (databaseUrl) => {
  const store = await openTestStore({ databaseUrl });
  await briefingContract(t, store);
  await store.close();
});
