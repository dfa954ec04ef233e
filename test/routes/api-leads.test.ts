import t from 'tap';
import { claimOf } from '../store/fixtures.ts';
import { startApi } from './api.ts';

const api = await startApi(t);
const { call } = api;

t.test('leads are listed in parts, read with what they asked for, closed and opened again', async (t) => {
  await api.app.store.calls.claimCall(claimOf('a'));
  const ids: string[] = [];
  for (const number of [1, 2, 3]) {
    const saved = await api.app.store.leads.save({
      callId: 'rtc_a',
      naturalKey: `k${number}`,
      kanaName: 'ヤマダ タロウ',
      phone: `+81901234100${number}`,
      university: null,
      topic: 'callback',
      note: null,
      callbackAt: null,
      at: Date.now() + number,
    });
    if (saved.outcome === 'created') ids.push(saved.leadId);
  }
  const page = await call('GET', '/leads?limit=2');
  const rest = await call('GET', `/leads?limit=2&cursor=${page.json.next_cursor}`);
  t.same(
    [...page.json.data, ...rest.json.data].map((one: { lead_id: string }) => one.lead_id),
    ids.toReversed(),
  );
  const path = `/leads/${ids[0]}`;
  t.match((await call('GET', path)).json, {
    state: 'open',
    contacts: [{ call_id: 'rtc_a', topic: 'callback' }],
  });
  t.match((await call('POST', `${path}/close`)).json, { state: 'done', done_by: 'everything' });
  t.equal((await call('GET', '/leads?state=open')).json.data.length, 2);
  t.match((await call('POST', `${path}/reopen`)).json, { state: 'open', done_by: null });
  t.match(await call('POST', '/leads/none/close'), { status: 404 });
});
