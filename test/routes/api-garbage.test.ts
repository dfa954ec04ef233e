import t from 'tap';
import { startApi, type Answer } from './api.ts';

const api = await startApi(t);
const { call } = api;

function refused(answer: Answer, status: number): boolean {
  return (
    answer.status === status &&
    answer.headers.get('content-type')?.startsWith('application/problem+json') === true
  );
}

const LEGIBLE: readonly (readonly [name: string, text: string])[] = [
  ['right to left', 'محمد \u202eאבג'],
  ['emoji', '👩‍👩‍👧‍👦 🎌'],
  ['markup', '<img src=x onerror=alert(1)>'],
  ['SQL', `'; drop table applicants; --`],
  ['a formula', '=cmd|calc!A1'],
  ['variants of kanji', '𠮷野 髙橋 邊󠄂'],
  ['a template', '${7*7} {{7*7}} %s'],
];

for (const [name, text] of LEGIBLE) {
  t.test(`a name with ${name} comes back as it was sent`, async (t) => {
    const made = await call('POST', '/applicants', { body: { full_name: text } });
    t.equal(made.status, 201);
    t.equal((await call('GET', `/applicants/${made.json.applicant_id}`)).json.full_name, text);
    t.equal(made.headers.get('content-type'), 'application/json; charset=utf-8');
  });
}

const REFUSED: readonly (readonly [name: string, body: string])[] = [
  ['10,000 characters', JSON.stringify({ full_name: 'あ'.repeat(10_000) })],
  ['U+0000', '{"full_name":"a\\u0000b"}'],
  ['half a surrogate pair', '{"full_name":"a\\ud83db"}'],
  ['no characters', '{"full_name":""}'],
  ['a number', '{"full_name":1}'],
  ['null', '{"full_name":null}'],
  ['an unknown field', '{"full_name":"a","admin":true}'],
  ['__proto__', '{"full_name":"a","__proto__":{"admin":true}}'],
  ['constructor', '{"full_name":"a","constructor":{"prototype":{"admin":true}}}'],
  ['an array', '[]'],
  ['a string', '"a"'],
  ['no JSON', '{"full_name":'],
  ['nothing', ''],
  ['nesting without end', `{"full_name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ['nesting in an unknown field', `{"full_name":"a","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ['too many numbers', JSON.stringify({ full_name: 'a', phones: Array(6).fill('090-1111-2222') })],
  ['a number that is none', '{"full_name":"a","phones":["119"]}'],
  ['an address with a line break', '{"full_name":"a","email":"a@b.jp\\r\\nBcc: c@d.jp"}'],
];

for (const [name, body] of REFUSED) {
  t.test(`an applicant with ${name} is refused with 400`, async (t) => {
    const answer = await call('POST', '/applicants', { body });
    t.ok(refused(answer, 400), `${answer.status} ${answer.text.slice(0, 200)}`);
  });
}

t.test('a body that is too large, of another kind or compressed is refused as such', async (t) => {
  const body = JSON.stringify({ full_name: 'a'.repeat(300_000) });
  t.ok(refused(await call('POST', '/applicants', { body }), 413));
  const text = { 'content-type': 'text/plain' };
  t.ok(refused(await call('POST', '/applicants', { body: '{}', headers: text }), 415));
  const xml = { 'content-type': 'application/xml' };
  t.ok(refused(await call('POST', '/applicants', { body: '<a/>', headers: xml }), 415));
});

const IDS = [
  '%00',
  'a%00b',
  '%F0%9F%91%A9',
  'x'.repeat(101),
  '..%2f..%2fetc',
  `'%20or%201=1`,
  '%ff',
  '__proto__',
];
const PATHS = [
  '/briefings/',
  '/slots/',
  '/applicants/',
  '/registrations/',
  '/calls/',
  '/outbound-messages/',
  '/leads/',
];

for (const path of PATHS) {
  t.test(`${path}: an id that nothing has is 400, 404 or 414, never 500`, async (t) => {
    for (const id of IDS) {
      const answer = await call('GET', `${path}${id}`);
      t.ok([400, 404, 414].includes(answer.status), `${id}: ${answer.status}`);
    }
  });
}

t.test('cursors that were made up are 400 for every list', async (t) => {
  const made = (keys: unknown): string => Buffer.from(JSON.stringify(keys)).toString('base64url');
  const cursors = [
    'AAAA',
    made(['9'.repeat(18), 'a']),
    made(['9'.repeat(19), 'a']),
    made(['-1', 'a']),
    made([1, 2]),
    made({}),
    made(['1', 'a', 'b', 'c']),
    made(['1', 'a\u0000']),
  ];
  for (const list of [
    'briefings',
    'applicants',
    'registrations',
    'calls',
    'messages',
    'outbound-messages',
    'leads',
  ]) {
    for (const cursor of cursors) {
      const answer = await call('GET', `/${list}?cursor=${cursor}`);
      t.ok([200, 400].includes(answer.status), `${list} ${cursor}: ${answer.status}`);
    }
  }
});

t.test('instants out of this century are refused, not stored', async (t) => {
  await call('POST', '/briefings', { body: { briefing_id: 'b', title: 'a', company: 'b' } });
  for (const at of [
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2026-02-30T00:00:00Z',
    '2026-01-01',
    'now',
  ]) {
    const answer = await call('POST', '/briefings/b/slots', { body: { starts_at: at, ends_at: at } });
    t.ok(refused(answer, 400), `${at}: ${answer.status}`);
  }
});

t.test('what does not exist is 404 with a key and 401 without', async (t) => {
  t.ok(refused(await call('GET', '/nothing'), 404));
  t.ok(refused(await call('DELETE', '/briefings/b'), 404));
  t.ok(refused(await call('GET', '/nothing', { key: null }), 401));
});

t.test('the rest of the service answers as it did', async (t) => {
  const elsewhere = await fetch(`${api.url}/nothing`);
  t.equal(elsewhere.headers.get('content-type'), 'application/json; charset=utf-8');
  t.match(await elsewhere.json(), { code: 'DW_NOT_FOUND' });
});

t.test('the description is a page that loads nothing and runs nothing', async (t) => {
  const response = await fetch(`${api.url}/docs`);
  t.match(response.url, /\/api\/v1\/docs$/);
  const page = await response.text();
  t.match(response.headers.get('content-security-policy'), /default-src 'none'; style-src 'sha256-/);
  t.notMatch(page, /<script|src=|https?:\/\/(?!\\S)|@import|onerror/);
  t.match(page, '/api/v1/registrations/{registrationId}/decisions');
  const { json } = await call('GET', '/openapi.json', { key: null });
  t.equal(json.openapi, '3.1.0');
  t.match(json.components.schemas.Registration.properties, { status: { enum: /attending/ } });
  t.match(json.components.schemas.Problem.properties, { title: {} });
});
