import { sql } from 'kysely';
import type { Test } from 'tap';
import type { LeadInput } from '../../../src/store/lead-ports.ts';
import { MAX_CONTACTS_PER_CALL } from '../../../src/store/leads.ts';
import type { Store } from '../../../src/store/open.ts';
import { claimed, truncate } from '../fixtures.ts';

const AT = 1_790_000_000_000;

function contactOf(callId: string, changes: Partial<LeadInput> = {}): LeadInput {
  return {
    callId,
    naturalKey: 'one',
    kanaName: 'サトウ ハナコ',
    phone: '+819011110000',
    university: null,
    topic: 'question',
    note: null,
    callbackAt: null,
    at: AT,
    ...changes,
  };
}

/** What the store promises about leads on either engine. */
export async function leadContract(t: Test, store: Store): Promise<void> {
  const { leads } = store;

  async function calls(many: number): Promise<string[]> {
    await truncate(store);
    await sql`truncate leads, lead_contacts`.execute(store.db);
    const ids: string[] = [];
    for (let index = 0; index < many; index += 1) ids.push(await claimed(store, `lead-${index}`));
    return ids;
  }

  await t.test('a lead is read back; a further contact opens it again and keeps what is known', async (t) => {
    const [first = '', second = ''] = await calls(2);
    const saved = await leads.save(contactOf(first, { university: '見本大学', callbackAt: AT + 1_000 }));
    t.match(saved, { outcome: 'created' });
    const leadId = 'leadId' in saved ? saved.leadId : '';
    t.match(await leads.close(leadId, 'team', AT + 1), { state: 'done', doneBy: 'team', doneAt: AT + 1 });
    const again = contactOf(second, { kanaName: 'さとう　はなこ', topic: 'callback', note: 'x', at: AT + 2 });
    t.same(await leads.save(again), { outcome: 'added', leadId });
    t.match(await leads.get(leadId), {
      state: 'open',
      doneAt: null,
      university: '見本大学',
      callbackAt: AT + 1_000,
      createdAt: AT,
      updatedAt: AT + 2,
    });
    t.match(await leads.listContacts(leadId), [
      { callId: first, topic: 'question', note: null, at: AT },
      { callId: second, topic: 'callback', note: 'x', at: AT + 2 },
    ]);
    t.match(await leads.reopen(leadId), { state: 'open' });
    t.equal(await leads.get('00000000-0000-4000-8000-000000000000'), null);
  });

  await t.test('fifty repeated requests of twenty-five calls: one lead, one contact of each', async (t) => {
    const callIds = await calls(25);
    const results = await Promise.all(
      [...callIds, ...callIds].map(async (callId) => leads.save(contactOf(callId))),
    );
    t.equal(new Set(results.map((result) => ('leadId' in result ? result.leadId : ''))).size, 1);
    t.equal(results.filter(({ outcome }) => outcome === 'created').length, 1);
    const [result] = results;
    const contacts = await leads.listContacts(
      result !== undefined && 'leadId' in result ? result.leadId : '',
    );
    t.same(contacts.map(({ callId }) => callId).toSorted(), callIds.toSorted());
  });

  await t.test('a call stores so many contacts and no more', async (t) => {
    const [callId = ''] = await calls(1);
    for (let index = 0; index < MAX_CONTACTS_PER_CALL; index += 1)
      t.match(
        await leads.save(contactOf(callId, { naturalKey: `k${index}`, phone: `+81901111000${index}` })),
        {
          outcome: 'created',
        },
      );
    t.same(await leads.save(contactOf(callId, { naturalKey: 'more', phone: '+819011110009' })), {
      outcome: 'too_many',
    });
    t.match(await leads.save(contactOf(callId, { naturalKey: 'k0' })), { outcome: 'duplicate' });
  });

  await t.test('leads are listed page by page, newest first, each once', async (t) => {
    const callIds = await calls(7);
    for (const [index, callId] of callIds.entries())
      await leads.save(contactOf(callId, { phone: `+81901111000${index}`, at: AT + Math.floor(index / 2) }));
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof leads.list>> = await leads.list({ after, limit: 2 }, 'open');
      seen.push(...page.items.map(({ phone }) => phone));
      if (page.next === null) break;
      after = page.next;
    }
    t.equal(new Set(seen).size, 7);
    t.equal(seen[0], '+819011110006');
    t.equal((await leads.list({ after: null, limit: 10 }, 'done')).items.length, 0);
  });
}
