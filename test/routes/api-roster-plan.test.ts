import t from 'tap';
import { startApi, type Answer } from './api.ts';

const { call } = await startApi(t);
const DAY_MS = 86_400_000;
const DAY = new Date(Date.now() + 30 * DAY_MS + 9 * 3_600_000).toISOString().slice(0, 10);

await call('POST', '/briefings', {
  body: { briefing_id: 'b', title: '会社説明会', company: '株式会社見本', place: '本社ホール' },
});
await call('POST', '/briefings/b/slots', {
  body: { starts_at: `${DAY}T14:00:00+09:00`, ends_at: `${DAY}T15:00:00+09:00`, capacity: 10 },
});
const HEADER = '氏名,フリガナ,電話番号,日時,応募者ID';

async function send(csv: string | Uint8Array, query = '', headers = {}): Promise<Answer> {
  return call('POST', `/briefings/b/roster${query}`, {
    body: csv,
    headers: { 'content-type': 'text/csv', ...headers },
  });
}

const csvOf = (...rows: string[]): string => [HEADER, ...rows].join('\r\n');

t.test('a dry run names its plan, and exactly that is applied', async (t) => {
  const csv = csvOf(`計画 一,ケイカク イチ,090-1111-0021,${DAY} 14:00,P1`);
  const dry = await send(csv, '?dry_run=true');
  const { plan_id: plan } = dry.json;
  t.match(dry.json, { applied: false, plan_id: /^[\w-]{22}$/ });
  t.equal((await send(csv, '?dry_run=true')).json.plan_id, plan, 'the same would be done');
  t.match(await send(csv, `?plan_id=${plan}`), { status: 200, json: { applied: true, plan_id: plan } });
});

t.test('slots that are created get ids of their own in each run, which do not count', async (t) => {
  const csv = csvOf(`計画 二,ケイカク ニ,090-1111-0022,${DAY} 18:00,P2`);
  const dry = await send(csv, '?dry_run=true&create_slots=true');
  const query = `?create_slots=true&plan_id=${dry.json.plan_id}`;
  t.match(await send(csv, `${query}&slot_minutes=45`), { status: 409 }, 'another end of the slot does');
  t.match(await send(csv, query), { status: 200, json: { applied: true, created_slots: [{}] } });
});

t.test('another file than that of the dry run is refused, and stores nothing', async (t) => {
  const csv = csvOf(`計画 三,ケイカク サン,090-1111-0023,${DAY} 14:00,P3`);
  const dry = await send(csv, '?dry_run=true');
  const other = csv.replace('090-1111-0023', '090-1111-0024');
  const refused = await send(other, `?plan_id=${dry.json.plan_id}`);
  t.match(refused, { status: 409, json: { code: 'plan_changed', detail: /dry run/, counts: { new: 1 } } });
  const again = await send(other, '?dry_run=true');
  t.equal(again.json.plan_id, refused.json.plan_id, 'it names the plan that stands now');
  t.match(again.json, { counts: { new: 1 } });
});

t.test('what was changed in the store since the dry run is not written over', async (t) => {
  const csv = csvOf(`計画 四,ケイカク ヨン,090-1111-0025,${DAY} 14:00,P4`);
  await send(csv);
  const changed = csv.replace('090-1111-0025', '080-1111-0025');
  const dry = await send(changed, '?dry_run=true');
  const known = await call('POST', '/applicants/search', {
    body: { external_id: { id: 'P4', source: 'csv' } },
  });
  const { applicant_id: applicantId } = known.json.data[0];
  await call('PATCH', `/applicants/${applicantId}`, { body: { faculty: '法学部' } });
  t.match(await send(changed, `?plan_id=${dry.json.plan_id}`), {
    status: 409,
    json: { code: 'plan_changed', counts: { changed: 1 } },
  });
  t.match((await call('GET', `/applicants/${applicantId}`)).json.phones, ['+819011110025']);
});

t.test('a decision that came after the dry run changes the plan too', async (t) => {
  const csv = csvOf(`計画 五,ケイカク ゴ,090-1111-0026,${DAY} 14:00,P5`);
  await send(csv);
  const changed = csv.replace('090-1111-0026', '080-1111-0026');
  const dry = await send(changed, '?dry_run=true');
  const list = await call('GET', '/registrations?limit=200');
  const mine = list.json.data.find(
    (line: { applicant: { full_kana: string } }) => line.applicant.full_kana === 'ケイカク ゴ',
  );
  await call('POST', `/registrations/${mine.registration_id}/decisions`, { body: { kind: 'attend' } });
  t.match(await send(changed, `?plan_id=${dry.json.plan_id}`), { status: 409 });
});

t.test('who was rescheduled where the roster comes from is moved, or named as kept', async (t) => {
  const csv = (hour: number): string =>
    csvOf(
      `移動 一,イドウ イチ,090-1111-0031,${DAY} ${hour}:00,M1,出席予定`,
      `移動 二,イドウ ニ,090-1111-0032,${DAY} ${hour}:00,M2,欠席`,
      `移動 三,イドウ サン,090-1111-0033,${DAY} ${hour}:00,M3,出席予定`,
    ).replace('応募者ID', '応募者ID,状況');
  const first = await send(csv(14));
  t.match(first, { status: 200, json: { applied: true, kept: [] } });
  const list = await call('GET', '/registrations?limit=200');
  const idOf = (kana: string): string =>
    list.json.data.find((line: { applicant: { full_kana: string } }) => line.applicant.full_kana === kana)
      .registration_id;
  const spoken = idOf('イドウ サン');
  await call('POST', `/registrations/${spoken}/decisions`, { body: { kind: 'undecided' } });

  const second = await send(csv(16), '?create_slots=true');
  const [slot] = second.json.created_slots;
  t.match(second.json, {
    applied: true,
    counts: { changed: 1, unchanged: 2 },
    rows: [{ line: 2, verdict: 'changed', slot_id: slot.slot_id }],
  });
  t.same(second.json.kept, [
    { line: 3, registration_id: idOf('イドウ ニ'), status: 'absent', decided_by: 'import' },
    { line: 4, registration_id: spoken, status: 'undecided', decided_by: 'team' },
  ]);
  t.match((await call('GET', `/registrations/${idOf('イドウ イチ')}`)).json, {
    slot_id: slot.slot_id,
    status: 'attending',
  });
});

t.test('a column with a header of its own is named in the request, as on the command line', async (t) => {
  const csv = csvOf(`列 名,レツ メイ,090-1111-0027,${DAY} 14:00,C1`)
    .replace('氏名', 'お客様')
    .replace('フリガナ', 'よみ=かな');
  t.match((await send(csv, '?dry_run=true')).json, { ignored_columns: ['お客様', 'よみ=かな'] });
  const query = new URLSearchParams([
    ['dry_run', 'true'],
    ['column', 'name=お客様'],
    ['column', 'kana=よみ=かな'],
  ]);
  t.match((await send(csv, `?${query.toString()}`)).json, {
    ignored_columns: [],
    counts: { new: 1, refused: 0 },
  });
  t.match((await send(csv, `?dry_run=true&column=${encodeURIComponent('name=お客様')}`)).json, {
    ignored_columns: ['よみ=かな'],
  });
});

for (const [rule, detail] of [
  ['nome=お客様', /must be FIELD=HEADER; fields are name, /],
  ['name', /must be FIELD=HEADER/],
  ['faculty=ない列', /no column for faculty/],
] as const) {
  t.test(`column=${rule} is refused with a reason`, async (t) => {
    const csv = csvOf(`列 名,レツ メイ,090-1111-0028,${DAY} 14:00,C2`);
    t.match(await send(csv, `?dry_run=true&column=${encodeURIComponent(rule)}`), {
      status: 400,
      json: { code: 'invalid_request', errors: [{ detail }] },
    });
  });
}
