import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { claimOf, claimed, count, truncate } from '../fixtures.ts';

export async function transactionContract(t: Test, store: Store): Promise<void> {
  await t.test('what a transaction did is there when it is committed', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    const key = { callId: id, functionCallId: 'fc_1' };
    await store.calls.beginToolCall(key, 'confirm', '{}', 1);
    const output = await store.transact(async ({ trx, calls }) => {
      await trx.updateTable('calls').set({ notice_version: 'n2' }).where('call_id', '=', id).execute();
      return calls.finishToolCall(key, 'ok', 'done', 2);
    });
    t.equal(output, 'done');
    t.equal((await store.calls.getCall(id))?.noticeVersion, 'n2');
  });

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

  await t.test('a handle is dead when its transaction has ended', async (t) => {
    await truncate(store);
    const handles = await store.transact(async (transaction) => transaction);
    await t.rejects(handles.calls.claimCall(claimOf('a')), { name: 'TypeError' });
    await t.rejects(handles.trx.selectFrom('calls').selectAll().execute());
    t.equal(await count(store, 'calls'), 0);
  });
}
