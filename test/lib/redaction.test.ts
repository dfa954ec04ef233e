import t from 'tap';
import { redactFields, scrubLine } from '../../src/lib/redaction.ts';

t.test('a line without anything suspicious comes back as it is', async (t) => {
  const line = JSON.stringify({
    level: 'info',
    time: '2026-11-22T14:05:33.123Z',
    callId: 'rtc_u0_3f0901234567890abcdef0123456789a',
    uuid: '0b09012345-6789-4012-8345-678901234567',
    at: 1795312800123,
    ms: 0.0901234567,
    version: '0.1.0',
    address: '127.0.0.1:8000',
    model: 'gpt-realtime-2.1',
    requestId: 'req_0901234567890',
    date: '2026-01-20 09:00',
    risk: 'task-force disk-usage',
    msg: 'Accepted. Connecting Realtime WebSocket…',
  });
  t.equal(scrubLine(line), line);
});

const numbers = [
  '+819012345678',
  '+81 90-1234-5678',
  '+81(0)90-1234-5678',
  '%2B819012345678',
  '＋８１９０１２３４５６７８',
  '819012345678',
  '010819012345678',
  '09012345678',
  '090-1234-5678',
  '090 1234 5678',
  '(090)1234-5678',
  '０９０－１２３４－５６７８',
  '０９０１２３４５６７８',
  '06012345678',
  '050-1234-5678',
  '03-1234-5678',
  '0120-123-456',
  '0120123456',
  '〇九〇一二三四五六七八',
  '〇九〇の一二三四の五六七八',
  '+12125550123',
  'tel:0312345678',
  '電話:09012345678',
];

for (const number of numbers) {
  t.test(`a telephone number written ${number} is scrubbed`, async (t) => {
    const scrubbed = scrubLine(`{"msg":"from ${number} now"}`);
    t.notMatch(scrubbed.replaceAll(/\[\w+\]/g, ''), /[0-9０-９〇一-九]{3}/u);
    t.match(scrubbed, /^\{"msg":"from .*now"\}$/);
  });
}

const secrets: readonly (readonly [shape: string, text: string])[] = [
  ['an API key', 'sk-proj-Abc_123-xyz789'],
  ['an ephemeral key', 'ek_68a1f0c2d3e4'],
  ['a webhook secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['a bearer token', 'Bearer abc.def.ghi'],
  ['basic credentials', 'Basic dXNlcjpwYXNz'],
  ['a webhook signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
  ['an e-mail address', 'taro.yamada+x@example.co.jp'],
  ['a SIP address', 'sip:taro@pbx.example.jp:5060;user=phone'],
  ['a password in an address', 'postgres://denwaban:hunter2@db:5432/calls'],
  ['a key in a query', 'https://example.jp/hook?token=abcdef123&x=1'],
];

for (const [shape, text] of secrets) {
  t.test(`${shape} in a text is scrubbed`, async (t) => {
    const scrubbed = scrubLine(JSON.stringify({ msg: `before ${text} after` }));
    t.notOk(scrubbed.includes(text));
    t.notMatch(scrubbed, /Abc_123|a1f0c2|MfKQ|abc\.def|dXNl|g0hM|yamada|taro|hunter2|abcdef123/);
    t.match(JSON.parse(scrubbed), { msg: /^before .*/ });
  });
}

t.test('JSON in a string loses the values of its sensitive keys, and the line stays JSON', async (t) => {
  const inner = JSON.stringify({ caller_name: '山田太郎', body: '15日は"欠席"です', slot: 3 });
  const line = JSON.stringify({ payload: inner, twice: JSON.stringify({ inner }) });
  const scrubbed = scrubLine(line);
  t.notMatch(scrubbed, /山田|15日|欠席|です/);
  t.match(scrubbed, 'slot');
  t.ok(JSON.parse(scrubbed));
});

t.test('hostile lines are scrubbed in time linear in their length', async (t) => {
  const hostile = [
    '0'.repeat(50_000),
    '+1'.repeat(25_000),
    'a@'.repeat(25_000),
    '〇'.repeat(50_000),
    '\\"'.repeat(25_000),
    'sip:'.repeat(12_000),
    '0 '.repeat(25_000),
    '://a:'.repeat(10_000),
    '\\'.repeat(50_000),
    '?key'.repeat(12_000),
    '\\"key'.repeat(10_000),
  ];
  for (const text of hostile) {
    const startedAt = performance.now();
    scrubLine(text);
    // Quadratic work takes many seconds on any machine; the bound is loose on purpose.
    t.ok(performance.now() - startedAt < 2_000, `${text.slice(0, 4)}…`);
  }
});

t.test('sensitive keys are found at any depth and in any spelling', async (t) => {
  const fields = redactFields({
    Authorization: 'x',
    'x-api-key': 'x',
    a: { b: [{ PhoneNumber: 'x', caller_name: 'x', slot: 1 }] },
    webhookSecret: 'x',
    transcript: 'x',
  });
  t.same(fields, {
    Authorization: '[redacted]',
    'x-api-key': '[redacted]',
    a: { b: [{ PhoneNumber: '[redacted]', caller_name: '[redacted]', slot: 1 }] },
    webhookSecret: '[redacted]',
    transcript: '[redacted]',
  });
});

t.test('what is harmless under its key stays', async (t) => {
  const fields = {
    callId: 'rtc_1',
    from: 'claimed',
    to: 'live',
    inputTokens: 12,
    tool: 'end_call',
    port: 8000,
    callerWithheld: true,
    caller: null,
  };
  t.same(redactFields(fields), fields);
});

t.test('the fields of the caller are not changed', async (t) => {
  const fields = { headers: { authorization: 'x' } };
  redactFields(fields);
  t.same(fields, { headers: { authorization: 'x' } });
});

t.test('an error is reduced to type, code, message, stack and cause', async (t) => {
  const cause = Object.assign(new TypeError('inner'), { config: { headers: { authorization: 'x' } } });
  const error = Object.assign(new Error('outer', { cause }), { code: 'E_X', request: { secret: 'x' } });
  const { err } = redactFields({ err: error }) as { err: Record<string, unknown> };
  t.same(Object.keys(err).toSorted(), ['cause', 'code', 'message', 'stack', 'type']);
  t.match(err, {
    type: 'Error',
    code: 'E_X',
    message: 'outer',
    cause: { type: 'TypeError', message: 'inner' },
  });
  t.notOk('config' in (err['cause'] as object));
});

t.test('circular, deep, long and binary fields come out small', async (t) => {
  const circular: Record<string, unknown> = { list: Array.from({ length: 1_000 }, (_, index) => index) };
  circular['self'] = circular;
  let deep: Record<string, unknown> = {};
  for (let level = 0; level < 100; level += 1) deep = { deep };
  const fields = redactFields({ circular, deep, bytes: Buffer.alloc(10), big: 10n, list: [1] });
  t.match(fields, { circular: { self: '[circular]' }, bytes: '[10 bytes]', big: '10' });
  t.equal((fields['circular'] as { list: unknown[] }).list.length, 50);
  t.match(JSON.stringify(fields['deep']), '[deep]');
});
