import t from 'tap';
import { openTestStore } from './fixtures.ts';
import { personContract } from './person/contract.ts';

const store = await openTestStore();
t.teardown(async () => store.close());
await personContract(t, store);
