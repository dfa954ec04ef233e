import t from 'tap';
import { startApi } from './api.ts';

const api = await startApi(t);
const { call } = api;
const DAY_MS = 86_400_000;
const START = Date.now() + 7 * DAY_MS;

const at = (ms: number): string => new Date(ms).toISOString();

async function slotOf(briefingId: string, capacity: number | null, changes: object = {}): Promise<string> {
  const times = { starts_at: at(START), ends_at: at(START + 3_600_000) };
  const answer = await call('POST', `/briefings/${briefingId}/slots`, {
    body: { ...times, capacity, ...changes },
  });
  return answer.json.slot_id as string;
}

async function registered(slotId: string, number: number): Promise<string> {
  const { json } = await call('POST', '/applicants', {
    body: { full_name: `見本 ${number}`, full_kana: 'みほん', phones: [`090-1234-${1000 + number}`] },
  });
  const answer = await call('POST', '/registrations', {
    body: { applicant_id: json.applicant_id, slot_id: slotId },
  });
  return answer.json.registration_id as string;
}

await call('POST', '/briefings', {
  body: {
    briefing_id: 'b',
    title: '会社説明会',
    company: '株式会社見本',
    online_url: 'https://example.jp/live',
  },
});

t.test('a briefing is created, read, changed field by field, and listed', async (t) => {
  const created = await call('POST', '/briefings', { body: { title: '技術説明会', company: '見本' } });
  t.equal(created.status, 201);
  const path = created.headers.get('location')?.replace('/api/v1', '') ?? '';
  const read = await call('GET', path);
  t.same(read.json, created.json);
  t.equal(read.headers.get('etag'), created.headers.get('etag'));
  const changed = await call('PATCH', path, { body: { dress: '服装自由' } });
  t.match(changed, { status: 200, json: { title: '技術説明会', dress: '服装自由' } });
  const late = await call('PATCH', path, {
    body: { dress: 'スーツ' },
    headers: { 'if-match': created.headers.get('etag') ?? '' },
  });
  t.match(late, { status: 412, json: { code: 'precondition_failed' } });
  const list = await call('GET', '/briefings?limit=1');
  t.equal(list.json.data.length, 1);
  const next = /<([^>]+)>; rel="next"/.exec(list.headers.get('link') ?? '')?.[1]?.replace('/api/v1', '');
  const rest = await call('GET', next ?? '');
  t.not(rest.json.data[0].briefing_id, list.json.data[0].briefing_id);
  t.equal(rest.json.next_cursor, null);
  t.match(await call('POST', '/briefings', { body: { briefing_id: 'b', title: 'x', company: 'y' } }), {
    status: 409,
    json: { code: 'exists' },
  });
});

t.test('a slot is created, read and changed; it must end after it starts', async (t) => {
  const slotId = await slotOf('b', 3);
  const read = await call('GET', `/slots/${slotId}`);
  t.match(read.json, { briefing_id: 'b', capacity: 3, taken: 0, free: 3, waiting: 0, mode: 'on_site' });
  const etag = read.headers.get('etag') ?? '';
  await registered(slotId, 1);
  const raised = await call('PATCH', `/slots/${slotId}`, {
    body: { capacity: 4 },
    headers: { 'if-match': etag },
  });
  t.match(raised, { status: 200, json: { capacity: 4, taken: 1 } }, 'a seat that was taken is no other plan');
  t.match(await call('PATCH', `/slots/${slotId}`, { body: { ends_at: at(START) } }), {
    status: 400,
    json: { errors: [{ pointer: '/body/ends_at' }] },
  });
  t.match(await call('PATCH', `/slots/${slotId}`, { body: { capacity: 0 } }), { status: 409 });
  t.match(
    await call('POST', '/briefings/none/slots', {
      body: { starts_at: at(START), ends_at: at(START + 1_000) },
    }),
    {
      status: 404,
    },
  );
  const slots = await call('GET', `/briefings/b/slots?from=${encodeURIComponent(at(START - 1_000))}`);
  t.ok(slots.json.data.some((slot: { slot_id: string }) => slot.slot_id === slotId));
  t.same((await call('GET', `/briefings/b/slots?from=${encodeURIComponent(at(START))}`)).json.data, []);
});

t.test(
  'an applicant is stored with numbers in E.164 and kana as katakana, and found by a POST',
  async (t) => {
    const body = {
      full_name: '検索 太郎',
      full_kana: 'けんさく たろう',
      phones: ['０９０－８８８８－０００１'],
      reservation_code: 'ＡＢ－１２',
      external_id: 'E77',
      source: 'ats',
    };
    const created = await call('POST', '/applicants', { body });
    t.match(created, {
      status: 201,
      json: { phones: ['+819088880001'], full_kana: 'ケンサク タロウ', version: 1 },
    });
    const found = async (query: object): Promise<string[]> =>
      (await call('POST', '/applicants/search', { body: query })).json.data.map(
        (one: { full_name: string }) => one.full_name,
      );
    t.same(await found({ phone: '090 8888 0001' }), ['検索 太郎']);
    t.same(await found({ reservation_code: 'ab12' }), ['検索 太郎']);
    t.same(await found({ external_id: { source: 'ats', id: 'E77' } }), ['検索 太郎']);
    t.same(await found({ kana: 'ケンサク' }), ['検索 太郎']);
    t.same(await found({ phone: '090 8888 9999' }), []);
    t.match(await call('POST', '/applicants/search', { body: { phone: '12' } }), { status: 400 });
    t.match(await call('POST', '/applicants/search', { body: {} }), { status: 400 });

    const path = `/applicants/${created.json.applicant_id}`;
    const patched = await call('PATCH', path, {
      body: { faculty: '文学部' },
      headers: { 'if-match': '"1"' },
    });
    t.match(patched, { status: 200, json: { version: 2, faculty: '文学部', full_name: '検索 太郎' } });
    t.equal(patched.headers.get('etag'), '"2"');
    t.match(await call('PATCH', path, { body: { faculty: '理学部' }, headers: { 'if-match': '"1"' } }), {
      status: 412,
    });
    t.match(await call('PATCH', path, { body: { faculty: '理学部' }, headers: { 'if-match': 'W/"2"' } }), {
      status: 412,
    });
    t.match(await call('POST', '/applicants', { body: { ...body, external_id: null } }), {
      status: 409,
      json: { field: 'reservation_code' },
    });
    t.match(await call('PATCH', path, { body: { full_kana: '漢字' } }), {
      status: 400,
      json: { errors: [{ pointer: '/body/full_kana' }] },
    });
  },
);

t.test('applicants are listed in parts without a gap, and a cursor holds nothing personal', async (t) => {
  const slotId = await slotOf('b', null);
  for (const number of [11, 12, 13]) await registered(slotId, number);
  const seen = new Set<string>();
  let cursor = '';
  do {
    const { json } = await call('GET', `/applicants?limit=2${cursor}`);
    for (const one of json.data) seen.add(one.applicant_id);
    cursor = json.next_cursor === null ? '' : `&cursor=${json.next_cursor}`;
    t.notMatch(Buffer.from(json.next_cursor ?? '', 'base64url').toString(), /ミホン|みほん|見本|\+81/);
  } while (cursor !== '');
  t.ok(seen.size >= 3);
  for (const wrong of ['!', 'WyJhIiwiYiJd', 'WzFd']) {
    t.match(await call('GET', `/applicants?cursor=${wrong}`), {
      status: 400,
      json: { code: 'invalid_cursor' },
    });
  }
  t.match(await call('GET', '/applicants?limit=0'), { status: 400 });
  t.match(await call('GET', '/applicants?limit=ten'), { status: 400 });
});

t.test('the team decides, and the history names the key', async (t) => {
  const slotId = await slotOf('b', 2);
  const path = `/registrations/${await registered(slotId, 21)}`;
  const decide = async (body: object, headers = {}) => call('POST', `${path}/decisions`, { body, headers });
  t.match(await decide({ kind: 'attend' }, { 'if-match': '"1"' }), {
    status: 200,
    json: { status: 'attending', status_label: '出席予定', version: 2 },
  });
  const late = await decide({ kind: 'late', reason: 'transport', expected_arrival_at: at(START + 600_000) });
  t.match(late.json, { status: 'late', reason: 'transport', expected_arrival_at: at(START + 600_000) });
  t.equal(late.headers.get('etag'), '"3"');
  t.match(await decide({ kind: 'absent' }, { 'if-match': '"2"' }), { status: 412, json: { version: 3 } });
  t.match(await decide({ kind: 'online' }), { json: { status: 'online' } });
  t.match(await decide({ kind: 'undecided' }), {
    status: 409,
    json: { code: 'illegal_change', reason: 'transition' },
  });
  t.match(await decide({ kind: 'withdraw', reason: 'other_offer' }), { json: { status: 'withdrawn' } });
  const undone = await call('POST', `${path}/undo`, { body: { version: 5 }, headers: { 'if-match': '"5"' } });
  t.match(undone, { status: 200, json: { status: 'online', version: 6 } });
  t.match(await call('POST', `${path}/undo`, { body: { version: 5 }, headers: { 'if-match': '"5"' } }), {
    status: 412,
  });
  t.match(await call('POST', `${path}/undo`, { body: { version: 1 } }), {
    status: 409,
    json: { reason: 'beginning' },
  });
  t.match(await call('PUT', `${path}/actual`, { body: { actual: 'attended' } }), {
    json: { actual: 'attended' },
  });
  const { json } = await call('GET', `${path}/history`);
  t.same(
    json.data.map((event: { kind: string }) => event.kind),
    ['created', 'changed', 'changed', 'changed', 'changed', 'undone', 'observed'],
  );
  for (const event of json.data) t.same(event.source, { kind: 'team', member_id: 'everything' });
});

t.test('fields of another decision are refused where they stand', async (t) => {
  const path = `/registrations/${await registered(await slotOf('b', 2), 31)}/decisions`;
  t.match(await call('POST', path, { body: { kind: 'attend', reason: 'unwell' } }), {
    status: 400,
    json: { errors: [{ pointer: '/body/reason' }] },
  });
  t.match(await call('POST', path, { body: { kind: 'move' } }), {
    status: 400,
    json: { errors: [{ pointer: '/body/to_slot_id' }] },
  });
  t.match(await call('POST', path, { body: { kind: 'eat' } }), { status: 400 });
  t.match(await call('POST', path, { body: { kind: 'attend', status: 'late' } }), { status: 400 });
});

t.test('a full slot is refused, waited for, and filled when a seat comes free', async (t) => {
  const [one, two] = [await slotOf('b', 1), await slotOf('b', 1)];
  const first = await registered(one, 41);
  const second = await registered(two, 42);
  const decide = async (id: string, body: object) => call('POST', `/registrations/${id}/decisions`, { body });
  t.match(await decide(second, { kind: 'move', to_slot_id: one }), {
    status: 409,
    json: { code: 'slot_full' },
  });
  t.match(await decide(second, { kind: 'wait', to_slot_id: one }), { json: { status: 'waiting' } });
  t.match(await decide(first, { kind: 'absent' }), { json: { status: 'absent' } });
  t.match((await call('GET', `/registrations/${second}`)).json, { status: 'attending', slot_id: one });
});

t.test('registrations are listed by slot, status and time of change', async (t) => {
  const slotId = await slotOf('b', null);
  const ids = [];
  for (const number of [51, 52, 53]) ids.push(await registered(slotId, number));
  await call('POST', `/registrations/${ids[0]}/decisions`, { body: { kind: 'attend' } });
  const list = async (query: string) => (await call('GET', `/registrations?slot_id=${slotId}${query}`)).json;
  const page = await list('&limit=2');
  t.same(
    page.data.map((one: { registration_id: string }) => one.registration_id),
    [ids[1], ids[2]],
    'the last change comes last',
  );
  t.match(page.data[0].applicant, { full_name: '見本 52', full_kana: 'ミホン' });
  const rest = await list(`&limit=2&cursor=${page.next_cursor}`);
  t.match(rest, { data: [{ registration_id: ids[0] }], next_cursor: null });
  t.equal((await list('&status=attending')).data.length, 1);
  t.equal((await list(`&changed_since=${encodeURIComponent(rest.data[0].changed_at)}`)).data.length, 1);
  t.match(await call('GET', '/registrations?changed_since=yesterday'), { status: 400 });
  t.match(await call('GET', '/registrations?status=fine'), { status: 400 });
});

t.test('a person is registered once for a briefing', async (t) => {
  const slotId = await slotOf('b', 5);
  const id = await registered(slotId, 61);
  const { json } = await call('GET', `/registrations/${id}`);
  const again = { applicant_id: json.applicant_id, slot_id: slotId };
  t.match(await call('POST', '/registrations', { body: again }), {
    status: 409,
    json: { code: 'exists', registration_id: id },
  });
  t.match(await call('POST', '/registrations', { body: { ...again, applicant_id: 'none' } }), {
    status: 404,
  });
  const own = await call('GET', `/applicants/${json.applicant_id}/registrations`);
  t.match(own.json.data, [{ registration_id: id }]);
});
