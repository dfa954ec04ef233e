import t from 'tap';
import { NOW, openHouse } from './house.ts';

const house = await openHouse();
t.teardown(() => house.store.close());
const { leads } = house.store;

const SATO = { kana_name: 'サトウ ハナコ', topic: 'apply', note: '十二月の説明会に参加したいとのことです。' };

t.test('somebody who is not on the roster is kept with what they want', async (t) => {
  const call = await house.call('lead-new', '+819055550001');
  const answer = await call.run('save_lead', {
    ...SATO,
    university: '見本大学',
    callback_at: '2026-11-26T10:30',
  });
  t.match(answer, { status: 'ok', output: { ok: true, already_saved: false } });
  const [lead] = (await leads.list({ after: null, limit: 10 }, 'open')).items;
  t.match(lead, {
    phone: '+819055550001',
    kanaName: 'サトウ ハナコ',
    university: '見本大学',
    state: 'open',
    callbackAt: Date.parse('2026-11-26T10:30:00+09:00'),
    createdAt: NOW,
  });
  t.match(await leads.listContacts(lead?.leadId ?? ''), [
    { callId: call.id, topic: 'apply', note: SATO.note, at: NOW },
  ]);
});

t.test('a second call of the same person adds to the same lead, and opens it again', async (t) => {
  house.clock.advance(1_000);
  const first = await house.call('lead-a', '+819055550002');
  await first.run('save_lead', { ...SATO, university: '見本大学' });
  const [lead] = (await leads.list({ after: null, limit: 1 }, null)).items;
  await leads.close(lead?.leadId ?? '', 'team', NOW);
  t.match(await leads.get(lead?.leadId ?? ''), { state: 'done', doneBy: 'team' });
  house.clock.advance(1_000);
  const second = await house.call('lead-b', null);
  // Said over a withheld line, in hiragana, with a voiced sound less.
  const answer = await second.run('save_lead', {
    kana_name: 'さとう はなこ',
    phone: '090-5555-0002',
    topic: 'callback',
  });
  t.match(answer, { status: 'ok', output: { already_saved: false } });
  t.match(await leads.get(lead?.leadId ?? ''), { state: 'open', doneAt: null, university: '見本大学' });
  const contacts = await leads.listContacts(lead?.leadId ?? '');
  t.same(
    contacts.map(({ callId, topic }) => `${callId} ${topic}`),
    [`${first.id} apply`, `${second.id} callback`],
  );
});

t.test('two people with one telephone are two leads', async (t) => {
  const call = await house.call('lead-family', '+819055550003');
  await call.run('save_lead', SATO);
  await call.run('save_lead', { ...SATO, kana_name: 'サトウ イチロウ' });
  const phones = (await leads.list({ after: null, limit: 50 }, null)).items.map(({ phone }) => phone);
  t.equal(phones.filter((phone) => phone === '+819055550003').length, 2);
});

t.test('the same words under new function calls are kept once', async (t) => {
  const call = await house.call('lead-storm', '+819055550004');
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => call.run('save_lead', SATO, `storm_${index}`)),
  );
  t.equal(answers.filter(({ status }) => status === 'ok').length, 50);
  t.equal(answers.filter(({ output }) => output['already_saved'] === false).length, 1);
  const lead = (await leads.list({ after: null, limit: 50 }, null)).items.find(
    ({ phone }) => phone === '+819055550004',
  );
  t.equal((await leads.listContacts(lead?.leadId ?? '')).length, 1);
});

t.test('one call stores three contacts and no more', async (t) => {
  const call = await house.call('lead-many', '+819055550005');
  const statuses: string[] = [];
  for (const kana of ['ア', 'イ', 'ウ', 'エ', 'オ']) {
    statuses.push((await call.run('save_lead', { ...SATO, kana_name: kana })).status);
  }
  t.same(statuses, ['ok', 'ok', 'ok', 'refused', 'refused']);
  const { items } = await leads.list({ after: null, limit: 50 }, null);
  t.equal(items.filter(({ phone }) => phone === '+819055550005').length, 3);
});

for (const [what, from, change, status] of [
  ['a name in kanji', '+819055550006', { kana_name: '佐藤花子' }, 'name_not_kana'],
  ['no number at all', null, {}, 'phone_missing'],
  ['a number that is none', null, { phone: '12' }, 'phone_unreadable'],
  ['an illness', '+819055550006', { note: '風邪で熱があるそうです。' }, 'health_in_note'],
  ['yesterday', '+819055550006', { callback_at: '2026-11-24T10:00' }, 'callback_time_unusable'],
  ['30 February', '+819055550006', { callback_at: '2027-02-30T10:00' }, 'callback_time_unusable'],
  ['a day next year', '+819055550006', { callback_at: '2027-11-24T10:00' }, 'callback_time_unusable'],
] as const) {
  t.test(`${what} is asked for again as ${status}, and nothing is kept`, async (t) => {
    const before = (await leads.list({ after: null, limit: 500 }, null)).items.length;
    const call = await house.call(`lead-${status}-${what.length}`, from);
    t.match(await call.run('save_lead', { ...SATO, ...change }), {
      status: 'refused',
      output: { ok: false, status },
    });
    t.equal((await leads.list({ after: null, limit: 500 }, null)).items.length, before);
  });
}

t.test('leads are listed in parts, newest first, without gap or repetition', async (t) => {
  const all = (await leads.list({ after: null, limit: 500 }, null)).items.map(({ leadId }) => leadId);
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page = await leads.list({ after, limit: 2 }, null);
    seen.push(...page.items.map(({ leadId }) => leadId));
    after = page.next;
  } while (after !== null);
  t.same(seen, all);
  t.ok(all.length > 5);
});

t.test('an id or a cursor that is none finds nothing, and breaks nothing', async (t) => {
  t.equal(await leads.get("x' or '1'='1"), null);
  t.same(await leads.listContacts('none'), []);
  t.equal(await leads.close('none', null, NOW), null);
  await t.rejects(leads.list({ after: 'none', limit: 1 }, null), { code: 'DW_CURSOR' });
});
