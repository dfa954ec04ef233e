import { createHmac } from 'node:crypto';
import { mock } from 'node:test';
import t from 'tap';
import { Webhook } from 'svix';
import { createVerifier, type Verification } from '../../src/webhook/verify.ts';
import { raw, SECRET, SECRETS, signature, signedHeaders } from './deliveries.ts';

const NOW = 1_795_312_800;

mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });

const verifier = createVerifier([SECRET], Date.now);

function verify(headers: readonly string[], body: string | Buffer = '{}'): Verification {
  return verifier.verify(headers, Buffer.from(body));
}

function reasonOf(verification: Verification): string {
  return verification.ok ? 'accepted' : verification.reason;
}

const good = (): Record<string, string> => signedHeaders({ timestamp: NOW });

t.test('a delivery that svix itself signed is accepted', async (t) => {
  const body = '{"a":"日本語"}';
  const signed = new Webhook(SECRET).sign('wh_1', new Date(NOW * 1000), body);
  const headers = raw({
    'webhook-id': 'wh_1',
    'webhook-timestamp': String(NOW),
    'webhook-signature': signed,
  });
  t.same(verify(headers, body), {
    ok: true,
    webhookId: 'wh_1',
    timestamp: NOW,
    secretIndex: 0,
    json: true,
    repeated: false,
  });
});

t.test('the reference vector of the specification is accepted at its own time', async (t) => {
  const headers = raw({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
  const body = Buffer.from('{"test": 2432232314}');
  const reference = createVerifier(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], Date.now);
  mock.timers.setTime(1_614_265_330_000);
  t.teardown(() => mock.timers.setTime(NOW * 1000));
  t.equal(reasonOf(reference.verify(headers, body)), 'accepted');
  t.equal(reasonOf(reference.verify(headers, Buffer.from('{"test": 2432232315}'))), 'signature_mismatch');
});

for (const [offset, expected] of [
  [-301, 'timestamp_window'],
  [-300, 'accepted'],
  [-299, 'accepted'],
  [299, 'accepted'],
  [300, 'accepted'],
  [301, 'timestamp_window'],
] as const) {
  t.test(`a timestamp ${offset} s from now: ${expected}`, async (t) => {
    t.equal(reasonOf(verify(raw(signedHeaders({ timestamp: NOW + offset })))), expected);
  });
}

t.test('an authentic delivery outside the window says when it was stamped', async (t) => {
  const timestamp = NOW - 400;
  const expected = { ok: false, reason: 'timestamp_window', webhookId: 'wh_1', timestamp };
  t.same(verify(raw(signedHeaders({ timestamp }))), expected);
});

t.test('a forged delivery outside the window says nothing of the clock', async (t) => {
  const headers = raw(signedHeaders({ timestamp: NOW - 400, secrets: [SECRETS[1] ?? ''] }));
  t.same(verify(headers), { ok: false, reason: 'signature_mismatch' });
});

t.test('a timestamp with anything but digits is refused, though svix takes it', async (t) => {
  for (const text of [
    `${NOW}abc`,
    `  ${NOW}`,
    `${NOW}.9`,
    `+${NOW}`,
    `-${NOW}`,
    `0${NOW}`,
    '',
    'hello',
    '1e9',
    '１７９５',
  ]) {
    const headers = { ...good(), 'webhook-timestamp': text };
    t.equal(reasonOf(verify(raw(headers))), 'timestamp_format', JSON.stringify(text));
    const signedAsText = signedHeaders({ timestamp: text });
    t.equal(
      reasonOf(verify(raw(signedAsText))),
      'timestamp_format',
      `${JSON.stringify(text)}, signed as text`,
    );
  }
  t.doesNotThrow(() => new Webhook(SECRET).verify('{}', { ...good(), 'webhook-timestamp': `${NOW}abc` }));
});

t.test('a timestamp of more than 12 digits is refused', async (t) => {
  t.equal(reasonOf(verify(raw(signedHeaders({ timestamp: '9'.repeat(13) })))), 'timestamp_format');
  t.equal(reasonOf(verify(raw(signedHeaders({ timestamp: '9'.repeat(12) })))), 'timestamp_window');
});

t.test('a forged webhook-id beside a genuine svix triple is refused, though svix takes it', async (t) => {
  const { 'webhook-id': id = '', 'webhook-timestamp': at = '', 'webhook-signature': signed = '' } = good();
  const smuggled = {
    'svix-id': id,
    'svix-timestamp': at,
    'svix-signature': signed,
    'webhook-id': 'wh_forged',
  };
  t.equal(reasonOf(verify(raw(smuggled))), 'headers_mixed');
  t.doesNotThrow(() => new Webhook(SECRET).verify('{}', smuggled));
});

t.test('any svix header beside a genuine webhook triple is refused, an empty one too', async (t) => {
  for (const name of ['svix-id', 'SVIX-ID', 'svix-timestamp', 'svix-signature', 'svix-anything']) {
    t.equal(reasonOf(verify(raw(good(), [name, '']))), 'headers_mixed', name);
  }
});

t.test('a complete svix triple alone is accepted, and its own id is the one reported', async (t) => {
  const { 'webhook-id': id = '', 'webhook-timestamp': at = '', 'webhook-signature': signed = '' } = good();
  const headers = raw({ 'svix-id': id, 'svix-timestamp': at, 'svix-signature': signed });
  t.match(verify(headers), { ok: true, webhookId: 'wh_1' });
});

t.test('an incomplete svix triple is refused', async (t) => {
  const { 'webhook-id': id = '', 'webhook-timestamp': at = '' } = good();
  t.equal(reasonOf(verify(raw({ 'svix-id': id, 'svix-timestamp': at }))), 'headers_missing');
});

for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
  t.test(`without ${name} it is refused`, async (t) => {
    t.equal(
      reasonOf(verify(raw(Object.fromEntries(Object.entries(good()).filter(([key]) => key !== name))))),
      'headers_missing',
    );
  });

  t.test(`with ${name} twice it is refused, even when both are the same`, async (t) => {
    const headers = good();
    t.equal(reasonOf(verify(raw(headers, [name, headers[name] ?? '']))), 'headers_duplicated');
    t.equal(reasonOf(verify(raw(headers, [name.toUpperCase(), 'x']))), 'headers_duplicated');
  });
}

t.test('header names count in any case', async (t) => {
  const headers = Object.entries(good()).map(([name, value]) => [name.toUpperCase(), value] as const);
  t.equal(reasonOf(verify(raw(...headers))), 'accepted');
});

t.test('headers of other names are no concern', async (t) => {
  const headers = raw(['host', 'example.com'], good(), ['x-webhook-id', 'x'], ['webhook', 'x']);
  t.equal(reasonOf(verify(headers)), 'accepted');
});

t.test('an empty id is refused, though signed as one', async (t) => {
  t.equal(reasonOf(verify(raw(signedHeaders({ id: '', timestamp: NOW })))), 'id_format');
  const joined = createHmac('sha256', Buffer.alloc(32, 1)).update(`${NOW}.{}`).digest('base64');
  const headers = { 'webhook-id': '', 'webhook-timestamp': String(NOW), 'webhook-signature': `v1,${joined}` };
  t.equal(reasonOf(verify(raw(headers))), 'id_format');
});

t.test(
  'an id with dots that swallows the body of another split is refused, though svix takes it',
  async (t) => {
    const inner = `${NOW}.{"a":1}`;
    const signed = signature(SECRET, 'a', NOW, inner);
    const shifted = {
      'webhook-id': `a.${NOW}`,
      'webhook-timestamp': String(NOW),
      'webhook-signature': signed,
    };
    t.equal(reasonOf(verify(raw(shifted), '{"a":1}')), 'id_format');
    t.doesNotThrow(() => new Webhook(SECRET).verify('{"a":1}', shifted));
  },
);

t.test('an id of 128 characters is accepted, one of 129 refused', async (t) => {
  t.equal(reasonOf(verify(raw(signedHeaders({ id: 'x'.repeat(128), timestamp: NOW })))), 'accepted');
  t.equal(reasonOf(verify(raw(signedHeaders({ id: 'x'.repeat(129), timestamp: NOW })))), 'id_format');
});

t.test('an id with a line break or a letter beyond ASCII is refused', async (t) => {
  for (const id of ['a\n', 'a b', 'é', 'a,b']) {
    t.equal(reasonOf(verify(raw(signedHeaders({ id, timestamp: NOW })))), 'id_format', JSON.stringify(id));
  }
});

t.test('a signature without its version is refused', async (t) => {
  const bare = (good()['webhook-signature'] ?? '').slice(3);
  t.equal(reasonOf(verify(raw({ ...good(), 'webhook-signature': bare }))), 'signature_format');
});

t.test('signatures of other shapes are refused before anything is hashed', async (t) => {
  const right = (good()['webhook-signature'] ?? '').slice(3);
  const shapes = [
    '',
    'v1,',
    'v1',
    `v2,${right}`,
    `v1a,${right}`,
    `V1,${right}`,
    `v1,${right},x`,
    `v1,${right.slice(0, 8)}`,
    `v1, ${right}`,
    `v1,${right}\t`,
  ];
  for (const shape of shapes) {
    t.equal(
      reasonOf(verify(raw({ ...good(), 'webhook-signature': shape }))),
      'signature_format',
      JSON.stringify(shape),
    );
  }
});

t.test('a duplicated signature header that was joined by a comma and a blank is refused', async (t) => {
  const signed = good()['webhook-signature'] ?? '';
  const wrong = signature(SECRETS[1] ?? '', 'wh_1', NOW, '{}');
  t.equal(
    reasonOf(verify(raw({ ...good(), 'webhook-signature': `${wrong}, ${wrong}` }))),
    'signature_mismatch',
  );
  t.equal(reasonOf(verify(raw(good(), ['webhook-signature', signed]))), 'headers_duplicated');
});

t.test('a good signature as the third of four, among other versions, is accepted', async (t) => {
  const signed = good()['webhook-signature'] ?? '';
  const wrong = signature(SECRETS[1] ?? '', 'wh_1', NOW, '{}');
  t.equal(
    reasonOf(verify(raw({ ...good(), 'webhook-signature': `${wrong} v2,abc ${signed} v1a,abc` }))),
    'accepted',
  );
});

t.test('eight signatures are looked at, nine are refused, five thousand too', async (t) => {
  const signed = good()['webhook-signature'] ?? '';
  const wrong = signature(SECRETS[1] ?? '', 'wh_1', NOW, '{}');
  const offer = (count: number): string[] =>
    raw({ ...good(), 'webhook-signature': [...Array<string>(count - 1).fill(wrong), signed].join(' ') });
  t.equal(reasonOf(verify(offer(8))), 'accepted');
  t.equal(reasonOf(verify(offer(9))), 'signature_count');
  t.equal(reasonOf(verify(offer(5_000))), 'signature_count');
});

t.test('several signatures, none of them right, are refused', async (t) => {
  const wrong = signature(SECRETS[1] ?? '', 'wh_1', NOW, '{}');
  t.equal(
    reasonOf(verify(raw({ ...good(), 'webhook-signature': `${wrong} ${wrong}` }))),
    'signature_mismatch',
  );
});

t.test('a body that differs by one byte is refused', async (t) => {
  t.equal(reasonOf(verify(raw(good()), '{} ')), 'signature_mismatch');
});

t.test('an authentic body that is no JSON is told apart from a forged one', async (t) => {
  for (const body of ['', '{"a":', 'null x', '\uFEFF{}', '\0']) {
    const headers = raw(signedHeaders({ timestamp: NOW, body }));
    t.match(verify(headers, body), { ok: true, json: false }, JSON.stringify(body));
    t.equal(reasonOf(verify(raw(good()), body)), 'signature_mismatch', `${JSON.stringify(body)}, forged`);
  }
});

t.test(
  'bytes that are not UTF-8 are refused, whether the bytes or their repaired text was signed',
  async (t) => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe3, 0x81]]) {
      const body = Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')]);
      t.equal(reasonOf(verify(raw(signedHeaders({ timestamp: NOW, body })), body)), 'body_encoding');
      t.equal(
        reasonOf(verify(raw(signedHeaders({ timestamp: NOW, body: body.toString() })), body)),
        'body_encoding',
      );
    }
  },
);

t.test('one mebibyte that is authentic is accepted, and forged refused', async (t) => {
  const body = JSON.stringify('x'.repeat(1024 * 1024));
  t.equal(reasonOf(verify(raw(signedHeaders({ timestamp: NOW, body })), body)), 'accepted');
  t.equal(reasonOf(verify(raw(good()), body)), 'signature_mismatch');
});

t.test('what svix refuses is refused, whatever our own check says', async (t) => {
  const ahead = createVerifier([SECRET], () => (NOW + 3_600) * 1000);
  t.equal(
    reasonOf(ahead.verify(raw(signedHeaders({ timestamp: NOW + 3_600 })), Buffer.from('{}'))),
    'library',
  );
});

t.test('a list of headers that is cut short does not throw', async (t) => {
  t.equal(reasonOf(verify(['webhook-id'])), 'headers_missing');
  t.equal(reasonOf(verify([])), 'headers_missing');
});

t.test('a copy of a known delivery is told apart, and has to be authentic all the same', async (t) => {
  const knowing = createVerifier([SECRET], Date.now, (id) => id === 'wh_1');
  t.match(knowing.verify(raw(good()), Buffer.from('{}')), { ok: true, repeated: true });
  t.match(knowing.verify(raw(signedHeaders({ id: 'wh_2', timestamp: NOW })), Buffer.from('{}')), {
    ok: true,
    repeated: false,
  });
  const forged = signedHeaders({ timestamp: NOW, secrets: SECRETS.slice(1, 2) });
  t.match(knowing.verify(raw(forged), Buffer.from('{}')), { ok: false, reason: 'signature_mismatch' });
  t.match(knowing.verify(raw(good()), Buffer.from('{"edited":1}')), { ok: false });
  const old = signedHeaders({ timestamp: NOW - 301 });
  t.match(knowing.verify(raw(old), Buffer.from('{}')), { ok: false, reason: 'timestamp_window' });
});
