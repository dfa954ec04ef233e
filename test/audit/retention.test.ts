import t from 'tap';
import { openTestStore } from '../store/fixtures.ts';
import { endContract } from './retention/end.ts';
import { retentionContract } from './retention/contract.ts';

const store = await openTestStore();
t.teardown(async () => store.close());
await retentionContract(t, store, store);
await endContract(t, store);
