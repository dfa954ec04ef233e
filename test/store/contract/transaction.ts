import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { claimOf, count, truncate, type ContractModel } from '../fixtures.ts';

export async function transactionContract(t: Test, store: Store | ContractModel): Promise<void> {
  await t.test('a transaction whose work throws leaves nothing and passes the error on', async (t) => {
    await truncate(store);
    const broken = store.transact(async ({ calls }) => {
      await calls.claimCall(claimOf('a'));
      throw new RangeError('changed my mind');
    });
    await t.rejects(broken, { name: 'RangeError', message: 'changed my mind' });
    t.equal(await count(store, 'calls'), 0);
    t.equal(await count(store, 'inbox'), 0);
  });

  await t.test('transactions and plain statements at once keep apart', async (t) => {
    await truncate(store);
    const inTransactions = Array.from({ length: 10 }, async (_, i) =>
      store.transact(async ({ calls }) => {
        await calls.claimCall(claimOf(`t${i}`));
        if (i % 2 === 1) throw new RangeError('rolled back');
      }),
    );
    const plain = Array.from({ length: 10 }, (_, i) => store.calls.claimCall(claimOf(`p${i}`)));
    const results = await Promise.allSettled([...inTransactions, ...plain]);
    t.equal(results.filter((result) => result.status === 'rejected').length, 5);
    t.equal(await count(store, 'calls'), 15);
  });
}
