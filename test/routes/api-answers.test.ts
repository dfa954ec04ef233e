import t, { type Test } from 'tap';
import type { Scope } from '../../src/api/scopes.ts';
import { requestOf } from '../outbox/desk.ts';
import { claimed, COMPLETED, turnOf } from '../store/fixtures.ts';
import { differences, operationsOf, type ApiDocument } from './answer-checks.ts';
import { startApi, type Answer, type CallOptions } from './api.ts';

const WEBHOOK = `ats=whsec_${Buffer.alloc(32, 3).toString('base64')}@https://ats.example/hook`;
const api = await startApi(t, { env: { WEBHOOK_TARGETS: WEBHOOK } });
const { store } = api.app;
const document = (await api.call('GET', '/openapi.json', { key: null })).json as ApiDocument;

const DAY_MS = 86_400_000;
const NOW = Date.now();
const at = (days: number): string => new Date(NOW + days * DAY_MS).toISOString();

/** Operations that were answered with success. */
const answered = new Set<string>();

/** Sends what an operation asks for; `path` has values in place of its names. The answer must be the document's. */
async function ask(t: Test, operation: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const [method = ''] = operation.split(' ');
  const answer = await api.call(method, path, options);
  t.same(differences(document, operation, answer), [], `${operation}: ${answer.status}`);
  if (answer.status < 300) answered.add(operation);
  return answer;
}

const CSV = { 'content-type': 'text/csv' };

t.test('briefings and slots', async (t) => {
  const bare = { title: '会社説明会', company: '株式会社見本' };
  const full = {
    briefing_id: 'b',
    ...bare,
    place: '本社ホール',
    online_url: 'https://meet.example/1',
    what_to_bring: '筆記用具',
    dress: '服装自由',
    contact: '050-0000-0000',
    notices: ['お早めにお越しください。'],
    cancel_deadline_minutes: 60,
  };
  await ask(t, 'POST /briefings', '/briefings', { body: full });
  await ask(t, 'POST /briefings', '/briefings', { body: bare });
  await ask(t, 'POST /briefings', '/briefings', { body: full });
  await ask(t, 'GET /briefings', '/briefings?limit=1');
  await ask(t, 'GET /briefings/{briefingId}', '/briefings/b');
  await ask(t, 'PATCH /briefings/{briefingId}', '/briefings/b', { body: { dress: null } });

  const slots = 'POST /briefings/{briefingId}/slots';
  const times = { starts_at: at(30), ends_at: at(30.05) };
  const made = await ask(t, slots, '/briefings/b/slots', { body: { ...times, capacity: 2, place: '別館' } });
  await ask(t, slots, '/briefings/b/slots', { body: { starts_at: at(31), ends_at: at(31.05) } });
  await ask(t, 'GET /briefings/{briefingId}/slots', '/briefings/b/slots');
  const slot = `/slots/${made.json.slot_id}`;
  await ask(t, 'GET /slots/{slotId}', slot);
  await ask(t, 'PATCH /slots/{slotId}', slot, { body: { capacity: 3 } });
});

t.test('applicants and registrations', async (t) => {
  const slotId = (await api.call('GET', '/briefings/b/slots')).json.data[0].slot_id as string;
  const full = {
    full_name: '見本 花子',
    family_name: '見本',
    given_name: '花子',
    full_kana: 'ミホン ハナコ',
    family_kana: 'ミホン',
    given_kana: 'ハナコ',
    university: '見本大学',
    faculty: '文学部',
    phones: ['+819012340001'],
    email: 'hanako@example.jp',
    source: 'ats',
    external_id: 'E1',
    reservation_code: 'R-1',
  };
  const person = await ask(t, 'POST /applicants', '/applicants', { body: full });
  const other = await ask(t, 'POST /applicants', '/applicants', { body: { full_name: '見本 次郎' } });
  await ask(t, 'GET /applicants', '/applicants?limit=1');
  await ask(t, 'POST /applicants/search', '/applicants/search', { body: { kana: 'ミホン' } });
  const path = `/applicants/${person.json.applicant_id}`;
  await ask(t, 'GET /applicants/{applicantId}', path);
  await ask(t, 'PATCH /applicants/{applicantId}', path, { body: { faculty: null } });
  const twin = { full_name: '見本 三郎', reservation_code: 'R-1' };
  t.equal((await ask(t, 'POST /applicants', '/applicants', { body: twin })).json.field, 'reservation_code');

  const register = 'POST /registrations';
  const ids: string[] = [];
  for (const { json } of [person, other]) {
    const body = { applicant_id: json.applicant_id as string, slot_id: slotId };
    ids.push((await ask(t, register, '/registrations', { body })).json.registration_id as string);
    await ask(t, register, '/registrations', { body });
  }
  const [first = '', second = ''] = ids.map((id) => `/registrations/${id}`);
  const decide = 'POST /registrations/{registrationId}/decisions';
  const late = { kind: 'late', reason: 'transport', expected_arrival_at: at(30.01) };
  await ask(t, decide, `${first}/decisions`, { body: late });
  await ask(t, decide, `${first}/decisions`, { body: { kind: 'attend' }, headers: { 'if-match': '"1"' } });
  await ask(t, decide, `${second}/decisions`, { body: { kind: 'undecided', callback_at: at(1) } });
  await ask(t, decide, `${second}/decisions`, { body: { kind: 'attend', reason: 'unwell' } });
  const observe = 'PUT /registrations/{registrationId}/actual';
  await ask(t, observe, `${first}/actual`, { body: { actual: 'attended' } });
  await ask(t, 'POST /registrations/{registrationId}/undo', `${first}/undo`, { body: { version: 2 } });
  await ask(t, 'POST /registrations/{registrationId}/undo', `${first}/undo`, { body: { version: 1 } });

  const few = await ask(t, 'PATCH /slots/{slotId}', `/slots/${slotId}`, { body: { capacity: 1 } });
  t.equal(few.json.taken, 2);

  // What a caller says has a source of its own.
  const evidence = { callId: 'rtc_full', readBackTurnKey: 'item_1', consentTurnKey: 'item_2' };
  await store.briefings.changeAttendance({
    registrationId: ids[0] ?? '',
    decision: { kind: 'withdraw', reason: 'other_offer' },
    source: { kind: 'caller', evidence },
    expectedVersion: null,
    idempotencyKey: 'caller-1',
    at: NOW,
  });
  await ask(t, 'GET /registrations', '/registrations');
  await ask(t, 'GET /registrations/{registrationId}', first);
  await ask(t, 'GET /registrations/{registrationId}/history', `${first}/history`);
  await ask(t, 'GET /registrations/{registrationId}/history', `${second}/history`);
  await ask(t, 'GET /applicants/{applicantId}/registrations', `${path}/registrations`);
  await ask(t, 'GET /registrations/{registrationId}/calendar.ics', `${second}/calendar.ics`);
  await ask(t, 'GET /slots/{slotId}/attendance.csv', `/slots/${slotId}/attendance.csv`);
  await ask(t, 'GET /briefings/{briefingId}/attendance.csv', '/briefings/b/attendance.csv');
});

t.test('rosters', async (t) => {
  const roster = 'POST /briefings/{briefingId}/roster';
  const time = new Date(NOW + 40 * DAY_MS).toISOString().slice(0, 10);
  const csv = (phone: string): string =>
    `氏名,電話番号,日時,応募者ID,備考\n名簿 一郎,${phone},${time} 14:00,L1,x\n名簿 次郎,,${time} 14:00,L2,x`;
  const send = async (query: string, body: string): Promise<Answer> =>
    ask(t, roster, `/briefings/b/roster${query}`, { body, headers: CSV });
  const dry = await send('?dry_run=true&create_slots=true', csv('090-1234-0011'));
  await send(`?create_slots=true&plan_id=${dry.json.plan_id}`, csv('090-1234-0011'));
  await send('', csv('090-1234-0012'));
  await send('', csv('12'));
  await send(`?plan_id=${dry.json.plan_id}`, csv('090-1234-0013'));
});

t.test('calls, what was said in them, and what was asked of them', async (t) => {
  await claimed(store, 'full');
  await claimed(store, 'bare', { callerNumber: null, callerWithheld: true, dialledNumber: null });
  await store.calls.appendTranscript([turnOf('rtc_full', 'item_1'), turnOf('rtc_full', 'item_2')], []);
  const commands = '/calls/rtc_full/commands';
  const ask202 = 'POST /calls/{callId}/commands';
  await ask(t, ask202, commands, { body: { command: 'say', sentence: '少々お待ちください。' } });
  await ask(t, ask202, commands, { body: { command: 'transfer', target: 'hr' } });
  await store.calls.finishCall('rtc_full', 1, COMPLETED);
  await ask(t, ask202, commands, { body: { command: 'hang_up' } });
  await ask(t, 'GET /calls', '/calls');
  for (const name of ['full', 'bare']) await ask(t, 'GET /calls/{callId}', `/calls/rtc_${name}`);
  await ask(t, 'GET /calls/{callId}/turns', '/calls/rtc_full/turns');
  await ask(t, 'GET /calls/{callId}/commands', commands);
});

t.test('messages that were taken, leads, and messages that leave', async (t) => {
  for (const [name, value] of [
    ['full', '見本 太郎'],
    ['bare', null],
  ] as const) {
    const message = { callId: `rtc_${name}`, naturalKey: 'k', body: '折り返しください', at: NOW };
    await store.calls.saveMessage({
      ...message,
      callerName: value,
      callbackNumber: value && '+819012340001',
    });
    await store.leads.save({
      callId: `rtc_${name}`,
      naturalKey: 'k',
      kanaName: 'ヤマダ タロウ',
      phone: name === 'full' ? '+819012340021' : '+819012340022',
      university: value && '見本大学',
      topic: 'callback',
      note: value && '夕方に',
      callbackAt: value && NOW + DAY_MS,
      at: NOW,
    });
  }
  await ask(t, 'GET /messages', '/messages');
  const leads = await ask(t, 'GET /leads', '/leads');
  for (const { lead_id: leadId } of leads.json.data) {
    await ask(t, 'POST /leads/{leadId}/close', `/leads/${leadId}/close`);
    await ask(t, 'GET /leads/{leadId}', `/leads/${leadId}`);
    await ask(t, 'POST /leads/{leadId}/reopen', `/leads/${leadId}/reopen`);
  }

  await store.transact(async ({ trx }) => {
    const { queue } = api.app.outbox;
    await queue.enqueue(trx, requestOf({ to: '+819012340001', callId: 'rtc_full', applicantId: 'a' }));
    await queue.enqueue(trx, requestOf({ kind: 'email', to: 'hanako@example.jp' }));
    await queue.publish(trx, {
      type: 'registration.changed',
      at: NOW,
      data: { version: 1 },
      naturalKey: 'k',
    });
  });
  const sent = await ask(t, 'GET /outbound-messages', '/outbound-messages');
  t.equal(sent.json.data.length, 3);
  for (const { message_id: messageId } of sent.json.data)
    await ask(t, 'GET /outbound-messages/{messageId}', `/outbound-messages/${messageId}`);
  const replay = { since: at(-1), which: 'all' };
  await ask(t, 'POST /outbound-messages/replay', '/outbound-messages/replay', { body: replay });
});

t.test('keys', async (t) => {
  await api.keyWith(['read:attendance'], { name: 'ends', expiresAt: NOW + DAY_MS });
  const keys = await ask(t, 'GET /api-keys', '/api-keys');
  const ends = keys.json.data.find(({ name }: { name: string }) => name === 'ends');
  await ask(t, 'POST /api-keys/{keyId}/revoke', `/api-keys/${ends.key_id}/revoke`);
  await ask(t, 'GET /api-keys', '/api-keys');
});

t.test(
  'problems of every operation: without a key, without the scope, and for what is not there',
  async (t) => {
    const narrow: Scope[] = ['write:roster'];
    const key = await api.keyWith(narrow, { name: 'narrow' });
    for (const operation of operationsOf(document)) {
      const path = (operation.split(' ')[1] ?? '').replaceAll(/\{[^}]+\}/g, 'none');
      const body = operation.startsWith('GET') ? {} : { body: {} };
      await ask(t, operation, path, { ...body, key: null });
      await ask(t, operation, path, { ...body, key });
      await ask(t, operation, `${path}?cursor=none`, body);
    }
  },
);

t.test('every operation of the document has been answered', async (t) => {
  t.same(
    operationsOf(document).filter((operation) => !answered.has(operation)),
    [],
  );
});
