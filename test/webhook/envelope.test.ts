import t from 'tap';
import { parseEnvelope, type Envelope } from '../../src/webhook/envelope.ts';
import { incomingCall } from './deliveries.ts';

const parse = (body: string | Buffer): Envelope => parseEnvelope(Buffer.from(body));

const headers = (count: number, value = 'v'): { name: string; value: string }[] =>
  Array.from({ length: count }, () => ({ name: 'X-Test', value }));

t.test('an incoming call is read with its times in ms', async (t) => {
  t.same(parse(incomingCall()), {
    kind: 'incoming_call',
    event: {
      eventId: 'evt_1',
      eventType: 'realtime.call.incoming',
      createdAt: 1_795_312_798_000,
      callId: 'rtc_u0_1',
      sipHeaders: [
        { name: 'From', value: '<sip:+819012345678@example.com>;tag=1' },
        { name: 'Call-ID', value: 'a84b4c76e66710' },
      ],
      mediaSecurity: 'srtp',
    },
  });
});

t.test('fields that are not documented are no concern, missing optional ones neither', async (t) => {
  t.match(parse(incomingCall({ extra: [1] }, { more: { a: 1 } })), { kind: 'incoming_call' });
  t.match(parse(incomingCall({ object: undefined }, { sip_media_security: undefined })), {
    kind: 'incoming_call',
    event: { mediaSecurity: null },
  });
  t.match(parse(incomingCall({}, { sip_media_security: null })), { kind: 'incoming_call' });
  t.match(parse(incomingCall({}, { sip_headers: [] })), { kind: 'incoming_call' });
});

for (const [name, body] of [
  ['no call id', incomingCall({}, { call_id: undefined })],
  ['an empty call id', incomingCall({}, { call_id: '' })],
  ['a call id that would change the path of a request', incomingCall({}, { call_id: '../x' })],
  ['a call id with a line break', incomingCall({}, { call_id: 'rtc_1\n' })],
  ['a call id of 129 characters', incomingCall({}, { call_id: 'x'.repeat(129) })],
  ['no event id', incomingCall({ id: undefined })],
  ['a time that is text', incomingCall({ created_at: '1795312798' })],
  ['a time in ms', incomingCall({ created_at: 1_795_312_798_000 })],
  ['a negative time', incomingCall({ created_at: -1 })],
  ['no data', incomingCall({ data: undefined })],
  ['data that is null', incomingCall({ data: null })],
  ['no SIP headers', incomingCall({}, { sip_headers: undefined })],
  ['a SIP header without a value', incomingCall({}, { sip_headers: [{ name: 'From' }] })],
  ['a SIP header that is null', incomingCall({}, { sip_headers: [null] })],
  ['201 SIP headers', incomingCall({}, { sip_headers: headers(201) })],
  ['a SIP header of 4,097 characters', incomingCall({}, { sip_headers: headers(1, 'v'.repeat(4_097)) })],
  ['a type that is no text', incomingCall({ type: 7 })],
  ['no type', incomingCall({ type: undefined })],
  ['a list', '[]'],
  ['null', 'null'],
  ['a number', '1'],
  ['an empty body', ''],
  ['half a document', '{"type":'],
  ['a byte order mark', `\uFEFF${incomingCall()}`],
] as const) {
  t.test(`${name}: malformed`, async (t) => {
    t.match(parse(body), { kind: 'malformed', reason: String });
  });
}

t.test('the limits themselves are allowed', async (t) => {
  t.match(parse(incomingCall({}, { sip_headers: headers(200) })), { kind: 'incoming_call' });
  t.match(parse(incomingCall({}, { sip_headers: headers(1, 'v'.repeat(4_096)) })), { kind: 'incoming_call' });
  t.match(parse(incomingCall({}, { call_id: 'x'.repeat(128) })), { kind: 'incoming_call' });
});

t.test('a reason names the place and no value', async (t) => {
  const envelope = parse(incomingCall({}, { call_id: '+819012345678' }));
  t.same(envelope, { kind: 'malformed', reason: '/data/call_id is not as documented' });
});

t.test('the same call under the Live API is ignored, with its SIP headers for correlation', async (t) => {
  const sipHeaders = [{ name: 'Call-ID', value: 'a84b4c76e66710' }];
  for (const type of ['live.call.incoming', 'live.transport.incoming']) {
    const body = JSON.stringify({
      type,
      data: { session_id: 'live_1', type: 'sip', sip_headers: sipHeaders },
    });
    t.same(parse(body), { kind: 'ignored', type, sipHeaders });
    t.same(parse(JSON.stringify({ type, data: {} })), { kind: 'ignored', type, sipHeaders: null });
  }
});

t.test('an unknown type is ignored, and named only when its name is fit for a log', async (t) => {
  t.same(parse('{"type":"batch.completed"}'), { kind: 'ignored', type: 'batch.completed', sipHeaders: null });
  t.same(parse('{"type":"a\\nb"}'), { kind: 'ignored', type: 'unreadable', sipHeaders: null });
  t.same(parse(JSON.stringify({ type: 'x'.repeat(65) })), {
    kind: 'ignored',
    type: 'unreadable',
    sipHeaders: null,
  });
});

t.test('keys that could reach a prototype are gone', async (t) => {
  const body = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${incomingCall().slice(1)}`;
  t.match(parse(body), { kind: 'incoming_call' });
  t.equal(({} as { polluted?: number }).polluted, undefined);
});
