import iconv from 'iconv-lite';
import t from 'tap';
import { systemRandom } from '../../src/lib/random.ts';
import { requestOf } from '../outbox/desk.ts';
import { claimOf, turnOf } from '../store/fixtures.ts';
import { startApi, type Answer } from './api.ts';

let busy = false;
const api = await startApi(t, { busy: () => busy, env: { MAIL_FROM: '採用担当 <desk@example.jp>' } });
const { call } = api;
const DAY_MS = 86_400_000;
const DAY = new Date(Date.now() + 30 * DAY_MS + 9 * 3_600_000).toISOString().slice(0, 10);

await call('POST', '/briefings', {
  body: { briefing_id: 'b', title: '会社説明会', company: '株式会社見本', place: '本社ホール' },
});
const slot = await call('POST', '/briefings/b/slots', {
  body: { starts_at: `${DAY}T14:00:00+09:00`, ends_at: `${DAY}T15:00:00+09:00`, capacity: 10 },
});
const slotId = slot.json.slot_id as string;

const HEADER = '氏名,フリガナ,電話番号,日時,応募者ID';

async function send(csv: string | Uint8Array, query = '', headers = {}): Promise<Answer> {
  return call('POST', `/briefings/b/roster${query}`, {
    body: csv,
    headers: { 'content-type': 'text/csv', ...headers },
  });
}

const csvOf = (...rows: string[]): string => [HEADER, ...rows].join('\r\n');

t.test('a roster is compared first and stored when asked; the same again changes nothing', async (t) => {
  const csv = csvOf(
    `山田 太郎,ヤマダ タロウ,090-1111-0001,${DAY} 14:00,E1`,
    `鈴木 花子,スズキ ハナコ,090-1111-0002,${DAY} 14:00,E2`,
  );
  const dry = await send(csv, '?dry_run=true');
  t.match(dry, {
    status: 200,
    json: { applied: false, counts: { new: 2 }, rows: [{ line: 2, verdict: 'new' }, {}] },
  });
  t.equal((await call('GET', `/slots/${slotId}`)).json.taken, 0, 'a dry run stores nothing');
  t.match(await send(csv), { status: 200, json: { applied: true, counts: { new: 2 } } });
  t.equal((await call('GET', `/slots/${slotId}`)).json.taken, 2);
  t.match(await send(iconv.encode(csv, 'cp932')), {
    status: 200,
    json: { counts: { unchanged: 2, new: 0 } },
  });
  const changed = csv.replace('090-1111-0002', '080-1111-0002');
  t.match(await send(changed, '?dry_run=true'), {
    json: { rows: [{ line: 3, verdict: 'changed', fields: ['phones'] }] },
  });
});

t.test('a row that is refused keeps the others out, and is named by its line', async (t) => {
  const csv = csvOf(`新井 新,アライ アラタ,090-1111-0003,${DAY} 14:00,E3`, `誰か,ダレカ,12,${DAY} 14:00,E4`);
  t.match(await send(csv), {
    status: 422,
    json: { code: 'roster_refused', refused: [{ line: 3, reason: /12/ }], counts: { refused: 1 } },
  });
  t.match(await send(csv, '?dry_run=true'), {
    status: 200,
    json: { applied: false, refused: [{ line: 3 }] },
  });
  t.equal((await call('GET', `/slots/${slotId}`)).json.taken, 2);
});

t.test('slots are created when that is asked for', async (t) => {
  const csv = csvOf(`佐藤 次郎,サトウ ジロウ,090-1111-0005,${DAY} 17:00,E5`);
  t.match(await send(csv), { status: 422 });
  const made = await send(csv, '?create_slots=true&slot_minutes=45');
  t.match(made, { status: 200, json: { applied: true, created_slots: [{}] } });
  const created = await call('GET', `/slots/${made.json.created_slots[0].slot_id}`);
  t.equal(Date.parse(created.json.ends_at) - Date.parse(created.json.starts_at), 45 * 60_000);
});

t.test('bytes that are no list are refused with a reason', async (t) => {
  t.match(await send(Uint8Array.of(0x41, 0xff, 0xfd)), {
    status: 400,
    json: { errors: [{ detail: /CP932/ }] },
  });
  t.match(await send('a,b\n1,2'), { status: 400, json: { errors: [{ detail: /no known column/ }] } });
  t.match(await send('氏名\n"a'), { status: 400, json: { errors: [{ detail: /never closed/ }] } });
  t.match(await send(`${HEADER}\n${'x'.repeat(9_000_000)}`), { status: 413 });
  t.match(await call('POST', '/briefings/b/roster', { body: { rows: [] } }), { status: 415 });
});

t.test('a roster under an Idempotency-Key is imported once', async (t) => {
  const csv = csvOf(`一度 だけ,イチド ダケ,090-1111-0009,${DAY} 14:00,E9`);
  const headers = { 'idempotency-key': 'roster-1' };
  const first = await send(csv, '', headers);
  const second = await send(csv, '', headers);
  t.equal(second.text, first.text);
  t.match(first.json.counts, { new: 1 });
  t.equal(second.headers.get('idempotent-replayed'), 'true');
});

t.test('a long roster waits while a call would have to', async (t) => {
  busy = true;
  t.teardown(() => (busy = false));
  const rows = Array.from({ length: 201 }, (_, index) => `人 ${index},ヒト,,${DAY} 14:00,L${index}`);
  const late = await send(csvOf(...rows), '?dry_run=true');
  t.match(late, { status: 503, json: { code: 'unavailable' } });
  t.ok(Number(late.headers.get('retry-after')) > 0);
  t.equal((await send(csvOf(...rows.slice(0, 5)), '?dry_run=true')).status, 200);
});

t.test('the attendance list comes as Excel reads it, in either encoding', async (t) => {
  const path = `/slots/${slotId}/attendance.csv`;
  const response = await fetch(`${api.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${api.key}` },
  });
  t.match(response.headers.get('content-type'), /^text\/csv/);
  t.match(response.headers.get('content-disposition'), /^attachment/);
  const bytes = Buffer.from(await response.arrayBuffer());
  t.same([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  t.match(bytes.toString('utf8'), /山田 太郎,ヤマダ タロウ.*未確認/);
  const sjis = await fetch(`${api.url}/api/v1/briefings/b/attendance.csv?encoding=cp932`, {
    headers: { authorization: `Bearer ${api.key}` },
  });
  t.match(iconv.decode(Buffer.from(await sjis.arrayBuffer()), 'cp932'), /佐藤 次郎/);
  t.match(await call('GET', `${path}?encoding=ebcdic`), { status: 400 });

  await call('POST', '/registrations', {
    body: {
      applicant_id: (await call('POST', '/applicants', { body: { full_name: '=HYPERLINK("x") 😀' } })).json
        .applicant_id,
      slot_id: slotId,
    },
  });
  t.match(
    (await call('GET', path)).text,
    /"'=HYPERLINK/,
    'what a spreadsheet would calculate is neutralised',
  );
  t.match(await call('GET', `${path}?encoding=cp932`), {
    status: 422,
    json: { code: 'unmappable', characters: ['U+1F600'] },
  });
});

t.test('a code is listed as it is stored, and as a text where that is asked for', async (t) => {
  const csv = `${HEADER},受付番号\r\n零 番,レイ バン,090-1111-0041,${DAY} 14:00,Z1,0012`;
  t.match(await send(csv), { status: 200, json: { counts: { new: 1 } } });
  const path = `/slots/${slotId}/attendance.csv`;
  t.match((await call('GET', path)).text, /零 番,.*,0012,/);
  t.match((await call('GET', `${path}?codes=text`)).text, /零 番,.*,'0012,/);
  t.match(await call('GET', `${path}?codes=quoted`), { status: 400 });
});

t.test('a registration is a calendar entry: invitation, update, cancellation', async (t) => {
  const person = await call('POST', '/applicants', {
    body: { full_name: '暦 花子', email: 'koyomi@example.jp' },
  });
  const made = await call('POST', '/registrations', {
    body: { applicant_id: person.json.applicant_id, slot_id: slotId },
  });
  const path = `/registrations/${made.json.registration_id}`;
  const invited = await call('GET', `${path}/calendar.ics`);
  t.equal(invited.headers.get('content-type'), 'text/calendar; charset=utf-8; method=REQUEST');
  t.match(invited.text, /^BEGIN:VCALENDAR\r\n/);
  t.match(invited.text, /ORGANIZER;CN="株式会社見本":mailto:desk@example\.jp/);
  const uid = /UID:(.+)\r\n/.exec(invited.text)?.[1];
  t.match(invited.text, /SEQUENCE:0\r\n/);
  await call('POST', `${path}/decisions`, { body: { kind: 'absent' } });
  const cancelled = await call('GET', `${path}/calendar.ics`);
  t.match(cancelled.text, /METHOD:CANCEL\r\n/);
  t.match(cancelled.text, /SEQUENCE:1\r\n/);
  t.match(cancelled.text, `UID:${uid}`);
});

t.test('calls are read with their transcripts, in parts', async (t) => {
  const { calls } = api.app.store;
  for (const name of ['a', 'b', 'c']) await calls.claimCall(claimOf(name));
  await calls.appendTranscript([turnOf('rtc_a', 'item_1'), turnOf('rtc_a', 'item_2')], []);
  const page = await call('GET', '/calls?limit=2');
  t.equal(page.json.data.length, 2);
  const rest = await call('GET', `/calls?limit=2&cursor=${page.json.next_cursor}`);
  const ids = [...page.json.data, ...rest.json.data].map((one: { call_id: string }) => one.call_id);
  t.same(ids.toSorted(), ['rtc_a', 'rtc_b', 'rtc_c']);
  t.equal(rest.json.next_cursor, null);
  t.match(await call('GET', '/calls/rtc_a'), { json: { state: 'claimed', caller_number: '+819011112222' } });
  t.equal((await call('GET', '/calls/rtc_a/turns')).json.data.length, 2);
  t.match(await call('GET', '/calls/none/turns'), { status: 404 });
  t.same((await call('GET', '/calls?state=ended')).json.data, []);
  t.same((await call('GET', `/calls?since=${encodeURIComponent('2099-01-01T00:00:00Z')}`)).json.data, []);
});

t.test('messages that were taken are listed, of all calls or one', async (t) => {
  const { calls } = api.app.store;
  for (const name of ['a', 'b']) {
    await calls.saveMessage({
      callId: `rtc_${name}`,
      naturalKey: 'k',
      callerName: '見本',
      callbackNumber: '+819012340001',
      body: `折り返しください ${name}`,
      at: Date.now(),
    });
  }
  const page = await call('GET', '/messages?limit=1');
  const rest = await call('GET', `/messages?limit=1&cursor=${page.json.next_cursor}`);
  t.not(page.json.data[0].message_id, rest.json.data[0].message_id);
  t.match((await call('GET', '/messages?call_id=rtc_a')).json.data, [{ body: '折り返しください a' }]);
});

t.test('messages that leave are listed in parts and read', async (t) => {
  for (let index = 0; index < 3; index += 1) {
    await api.app.store.transact(async ({ trx }) =>
      api.app.outbox.queue.enqueue(trx, requestOf({ to: `+81901234000${index}` })),
    );
  }
  const page = await call('GET', '/outbound-messages?kind=sms&limit=2');
  const rest = await call('GET', `/outbound-messages?kind=sms&limit=2&cursor=${page.json.next_cursor}`);
  const ids = [...page.json.data, ...rest.json.data].map((one: { message_id: string }) => one.message_id);
  t.equal(new Set(ids).size, 3);
  t.match((await call('GET', `/outbound-messages/${ids[0]}`)).json, { kind: 'sms', body: /承りました/ });
  t.match(await call('GET', `/outbound-messages/${systemRandom.uuid()}`), { status: 404 });
  t.match(await call('GET', '/outbound-messages?cursor=abc'), {
    status: 400,
    json: { code: 'invalid_cursor' },
  });
  const replay = { since: '2020-01-01T00:00:00Z', which: 'all' };
  t.match(await call('POST', '/outbound-messages/replay', { body: replay }), { json: { queued: 0 } });
});
