import t from 'tap';
import { briefingContract } from './briefing/contract.ts';
import { openTestStore } from './fixtures.ts';

const store = await openTestStore();
t.teardown(async () => store.close());
await briefingContract(t, store);
