import type { Test } from 'tap';
import type { AuditReader } from '../../../src/store/audit-ports.ts';
import type { Store } from '../../../src/store/open.ts';
import { claimed, COMPLETED } from '../../store/fixtures.ts';
import { auditedCall, NONE, openAuditDesk } from './desk.ts';

/** What a verification finds while a service over the same server goes on: nothing. */
export async function besideContract(t: Test, store: Store): Promise<void> {
  await t.test('calls that go on, begin and end while the audit is read are no problem', async (t) => {
    const desk = await openAuditDesk(store);
    await auditedCall(store, 'a');
    const live = await claimed(store, 'b');
    const step = { callId: live, at: 1, actor: 'agent', kind: 'test.step', payload: {} } as const;
    await store.transact(async ({ audit }) => audit(step));
    await auditedCall(store, 'd');

    /** The audit, with a service that has its turn when the chain of the live call was read. */
    const beside = (reader: AuditReader): AuditReader => ({
      ...reader,
      chains: async function* (scope) {
        for await (const chain of reader.chains(scope)) {
          yield chain;
          if (chain.chain !== `call/${live}`) continue;
          await store.calls.finishCall(live, 1, COMPLETED);
          await auditedCall(store, 'c');
        }
      },
    });
    const verdict = await desk.verify({
      audit: { read: async (work) => store.audit.read(async (reader) => work(beside(reader))) },
    });
    t.match(verdict, { chains: 3, calls: 2, problems: NONE });
    t.match(
      await desk.verify(),
      { chains: 4, calls: 4, problems: NONE },
      'and all of it is seen the next time',
    );
  });

  await t.test('nor is an anchor that is made at that moment', async (t) => {
    const desk = await openAuditDesk(store);
    await auditedCall(store, 'a');
    const verdict = await desk.verify({
      audit: {
        read: async (work) => {
          await desk.anchor();
          return store.audit.read(work);
        },
      },
    });
    t.match(verdict, { anchors: 1, problems: NONE });
  });
}
