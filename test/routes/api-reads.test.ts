import { sql } from 'kysely';
import t from 'tap';
import { MAX_SHOWN_IDS } from '../../src/api/shown.ts';
import { registered, planned } from '../store/briefing/fixtures.ts';
import { claimed, turnOf } from '../store/fixtures.ts';
import { startApi } from './api.ts';

const api = await startApi(t);
const { call } = api;
const { store } = api.app;

interface Row {
  readonly route: string;
  readonly target: string | null;
  readonly status: number;
  readonly count: number;
  readonly ids: readonly string[];
}

/** What the requests of `work` left in the audit. */
async function rowsOf(work: () => Promise<unknown>): Promise<Row[]> {
  const read = async () =>
    sql<{ payload: Record<string, string | number | null> }>`
      select payload from audit_events where kind = 'api.read' order by chain, sequence`.execute(store.db);
  const before = (await read()).rows.length;
  await work();
  return (await read()).rows.slice(before).map(({ payload }) => ({
    route: String(payload['route']).replace('/api/v1', ''),
    target: payload['target'] as string | null,
    status: Number(payload['status']),
    count: Number(payload['count']),
    ids: Object.entries(payload)
      .filter(([key]) => /^id_\d+$/.test(key))
      .map(([, value]) => String(value))
      .toSorted(),
  }));
}

const [slotId = ''] = await planned(store, [null]);
const people: { applicantId: string; registrationId: string }[] = [];
for (const number of [1, 2, 3]) people.push(await registered(store, number, slotId));
const applicantIds = people.map(({ applicantId }) => applicantId).toSorted();
const [first] = people;
const one = first?.applicantId ?? '';

t.test('a list names everybody whose records it showed', async (t) => {
  const list = { target: null, status: 200, count: 3, ids: applicantIds };
  t.same(await rowsOf(async () => call('GET', '/applicants')), [{ ...list, route: '/applicants' }]);
  t.same(await rowsOf(async () => call('GET', '/registrations')), [{ ...list, route: '/registrations' }]);
  const [part] = await rowsOf(async () => call('GET', '/applicants?limit=2'));
  t.match(part, { count: 2 }, 'of a part only those in it');
  t.equal(part?.ids.length, 2);
});

t.test('a search names whom it found, and not what was looked for', async (t) => {
  const body = { reservation_code: 'R-2' };
  const [row] = await rowsOf(async () => call('POST', '/applicants/search', { body }));
  t.match(row, { route: '/applicants/search', count: 1 });
  t.equal(row?.ids.length, 1);
  t.notMatch(JSON.stringify(row), /R-2/);
});

t.test('a single record is named, whatever the address calls it by', async (t) => {
  const path = `/registrations/${first?.registrationId}`;
  t.match(await rowsOf(async () => call('GET', path)), [{ target: first?.registrationId, ids: [one] }]);
  t.match(await rowsOf(async () => call('GET', `${path}/calendar.ics`)), [{ count: 1, ids: [one] }]);
  t.match(await rowsOf(async () => call('GET', `${path}/history`)), [{ count: 1, ids: [] }]);
});

t.test('an exported list names who is on it', async (t) => {
  const route = '/slots/:slotId/attendance.csv';
  t.same(await rowsOf(async () => call('GET', `/slots/${slotId}/attendance.csv`)), [
    { route, target: slotId, status: 200, count: 3, ids: applicantIds },
  ]);
});

t.test('calls, messages and leads are named by their ids', async (t) => {
  const callId = await claimed(store, 'a');
  await store.calls.appendTranscript([turnOf(callId, 'item_1'), turnOf(callId, 'item_2')], []);
  t.match(await rowsOf(async () => call('GET', '/calls')), [{ count: 1, ids: [callId] }]);
  t.match(await rowsOf(async () => call('GET', `/calls/${callId}/turns`)), [
    { target: callId, count: 2, ids: [] },
  ]);
  const message = { callId, naturalKey: 'k', callerName: null, callbackNumber: null, body: 'x', at: 1 };
  await store.calls.saveMessage(message);
  t.match(await rowsOf(async () => call('GET', '/messages')), [{ count: 1, ids: [callId] }]);
  const lead = { callId, naturalKey: 'k', kanaName: 'ア', phone: '+819012340001', university: null };
  const saved = await store.leads.save({ ...lead, topic: 'callback', note: null, callbackAt: null, at: 1 });
  const leadId = 'leadId' in saved ? saved.leadId : '';
  t.match(await rowsOf(async () => call('GET', '/leads')), [{ count: 1, ids: [leadId] }]);
});

t.test('what was not there is asked for, and shows nobody', async (t) => {
  t.same(await rowsOf(async () => call('GET', '/applicants/somebody')), [
    { route: '/applicants/:applicantId', target: 'somebody', status: 404, count: 0, ids: [] },
  ]);
});

t.test('briefings, writes, and who has no key leave no such row', async (t) => {
  const none = await rowsOf(async () => {
    await call('GET', '/briefings');
    await call('PATCH', `/applicants/${one}`, { body: { faculty: '法学部' } });
    await call('GET', `/applicants/${one}`, { key: null });
  });
  t.same(none, []);
});

t.test('an export of more people than are named counts them all', async (t) => {
  const [big = ''] = await planned(store, [null]);
  const many = MAX_SHOWN_IDS + 5;
  for (let number = 0; number < many; number += 1) await registered(store, 1_000 + number, big);
  const [row] = await rowsOf(async () => call('GET', `/slots/${big}/attendance.csv`));
  t.equal(row?.count, many);
  t.equal(row?.ids.length, MAX_SHOWN_IDS);
});

t.test('what the audit cannot keep is not shown', async (t) => {
  await sql`alter table audit_events rename to audit_away`.execute(store.db);
  const answer = await call('GET', '/applicants');
  await sql`alter table audit_away rename to audit_events`.execute(store.db);
  t.ok(answer.status >= 500, String(answer.status));
  t.notMatch(answer.text, /見本|example\.com/);
  t.equal((await call('GET', '/applicants')).status, 200);
});
