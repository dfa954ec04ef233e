import { sql } from 'kysely';
import t from 'tap';
import { systemRandom } from '../../src/lib/random.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { startApi } from './api.ts';

const clock = new ManualClock(Date.now());
const api = await startApi(t, { clock });
const { call } = api;

const body = { title: '説明会', company: '見本' };
const keyed = (key: string) => ({ 'idempotency-key': key });

async function briefings(): Promise<number> {
  return (await call('GET', '/briefings?limit=200')).json.data.length as number;
}

t.test('the same write under the same key is done once and answered alike', async (t) => {
  const first = await call('POST', '/briefings', { body, headers: keyed('one') });
  const again = await call('POST', '/briefings', { body, headers: keyed('one') });
  t.equal(first.status, 201);
  t.equal(first.headers.get('idempotent-replayed'), null);
  t.equal(again.headers.get('idempotent-replayed'), 'true');
  t.same(
    [again.status, again.text, again.headers.get('etag'), again.headers.get('location')],
    [first.status, first.text, first.headers.get('etag'), first.headers.get('location')],
  );
  t.equal(await briefings(), 1);
});

t.test('another request under the key is refused, be it body, address or precondition', async (t) => {
  const other = { ...body, title: '別の説明会' };
  t.match(await call('POST', '/briefings', { body: other, headers: keyed('one') }), {
    status: 422,
    json: { code: 'key_reused' },
  });
  t.match(await call('POST', '/applicants', { body: { full_name: '見本' }, headers: keyed('one') }), {
    status: 422,
  });
  t.match(await call('POST', '/briefings', { body, headers: { ...keyed('one'), 'if-match': '"1"' } }), {
    status: 422,
  });
  t.equal(await briefings(), 1);
});

t.test('keys of different clients have nothing to do with each other', async (t) => {
  const key = await api.keyWith(['write:attendance']);
  const answer = await call('POST', '/briefings', { body, headers: keyed('one'), key });
  t.equal(answer.status, 201);
  t.equal(answer.headers.get('idempotent-replayed'), null);
});

t.test('fifty at once under one key: one is done, the others hear of it or are told to wait', async (t) => {
  const before = await briefings();
  const answers = await Promise.all(
    Array.from({ length: 50 }, async () => call('POST', '/briefings', { body, headers: keyed('storm') })),
  );
  t.equal(answers.filter((one) => one.status === 201 && !one.headers.has('idempotent-replayed')).length, 1);
  for (const { status, json } of answers) {
    t.ok(status === 201 || (status === 409 && json.code === 'in_progress'), String(status));
  }
  t.equal(await briefings(), before + 1);
});

t.test('a refusal stores nothing: the request may come again when the reason is gone', async (t) => {
  const wanted = { starts_at: '2030-01-01T10:00:00+09:00', ends_at: '2030-01-01T11:00:00+09:00' };
  const path = '/briefings/later/slots';
  t.equal((await call('POST', path, { body: wanted, headers: keyed('slot') })).status, 404);
  await call('POST', '/briefings', { body: { ...body, briefing_id: 'later' } });
  t.equal((await call('POST', path, { body: wanted, headers: keyed('slot') })).status, 201);
});

t.test('a text that shows nothing is refused, new or changed', async (t) => {
  const before = await briefings();
  for (const blank of [{ contact: '　' }, { company: ' ' }, { notices: ['\u00a0'] }])
    t.match(await call('POST', '/briefings', { body: { ...body, ...blank } }), {
      status: 400,
      json: { errors: [{ pointer: new RegExp(`^/body/${Object.keys(blank)[0] ?? ''}`) }] },
    });
  t.equal(await briefings(), before);
  const { json } = await call('POST', '/briefings', { body });
  const path = `/briefings/${json.briefing_id}`;
  t.match(await call('PATCH', path, { body: { place: '　' } }), { status: 400 });
  t.match(await call('PATCH', path, { body: { place: '本社　ホール' } }), { status: 200 });
});

t.test('what fails after the effect leaves neither effect nor answer', async (t) => {
  const before = await briefings();
  await sql`alter table api_answers add constraint broken check (idempotency_key <> 'broken')`.execute(
    api.app.store.db,
  );
  t.equal((await call('POST', '/briefings', { body, headers: keyed('broken') })).status, 500);
  t.equal(await briefings(), before, 'the briefing went with its answer');
  await sql`alter table api_answers drop constraint broken`.execute(api.app.store.db);
  t.equal((await call('POST', '/briefings', { body, headers: keyed('broken') })).status, 201);
});

t.test('an answer is kept for 24 hours and then forgotten', async (t) => {
  clock.advance(86_400_000 - 60_000);
  const kept = await call('POST', '/briefings', { body, headers: keyed('one') });
  t.equal(kept.headers.get('idempotent-replayed'), 'true');
  clock.advance(120_000);
  const anew = await call('POST', '/briefings', { body, headers: keyed('one') });
  t.equal(anew.headers.get('idempotent-replayed'), null);
  clock.advance(2 * 86_400_000);
  t.ok((await api.app.store.api.forgetAnswers(clock.now())) > 0);
});

t.test('a key that is none is refused', async (t) => {
  for (const wrong of ['a b', 'x'.repeat(256)]) {
    t.match(
      await call('POST', '/briefings', { body, headers: keyed(wrong) }),
      { status: 400 },
      wrong.slice(0, 9),
    );
  }
});

t.test('a key that is revoked or has expired is refused by the next request', async (t) => {
  const key = await api.keyWith(['read:attendance'], { name: 'leaving' });
  t.equal((await call('GET', '/briefings', { key })).status, 200);
  const { json } = await call('GET', '/api-keys');
  const { key_id: keyId } = json.data.find((one: { name: string }) => one.name === 'leaving');
  t.notMatch(JSON.stringify(json), /dwk_|hash/);
  t.match(await call('POST', `/api-keys/${keyId}/revoke`), { status: 200, json: { name: 'leaving' } });
  t.equal((await call('GET', '/briefings', { key })).status, 401);

  const brief = await api.keyWith(['read:attendance'], { expiresAt: clock.now() + 1_000 });
  t.equal((await call('GET', '/briefings', { key: brief })).status, 200);
  clock.advance(1_000);
  t.equal((await call('GET', '/briefings', { key: brief })).status, 401);
});

t.test('who guesses is slowed down; who has a key that was good is let in all the same', async (t) => {
  const statuses = [];
  for (let index = 0; index < 15; index += 1) {
    const answer = await call('GET', '/briefings', { key: `dwk_${systemRandom.hex(24)}` });
    statuses.push(answer.status);
    if (answer.status === 429) t.ok(Number(answer.headers.get('retry-after')) >= 1);
  }
  t.ok(statuses.includes(401) && statuses.at(-1) === 429, statuses.join());
  t.equal((await call('GET', '/briefings')).status, 200);
  const fresh = await api.keyWith(['read:attendance']);
  t.equal((await call('GET', '/briefings', { key: fresh })).status, 429, 'a new key waits, too');
  clock.advance(6_000);
  t.equal((await call('GET', '/briefings', { key: fresh })).status, 200);
});

t.test('each request leaves a line with the name of its key, and no word of what it was about', async (t) => {
  await call('POST', '/applicants/search', { body: { phone: '090-7777-1234', kana: 'ひみつ' } });
  await call('POST', '/applicants', { body: { full_name: '秘密 花子', phones: ['090-7777-1234'] } });
  const lines = api.lines.join('\n');
  t.match(lines, /"client":"everything".*"route":"\/api\/v1\/applicants\/search"/);
  t.notMatch(lines, /秘密|ひみつ|7777|dwk_/);
});
