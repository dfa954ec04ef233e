import { closeSync, openSync } from 'node:fs';
import Fastify from 'fastify';
import t, { type Test } from 'tap';
import { createLogger } from '../src/logger.ts';
import { packageVersion } from '../src/lib/package-root.ts';
import type { Log } from '../src/lib/log.ts';
import { openLogWriter } from '../src/telemetry/log-writer.ts';

function capture(level = 'trace'): { log: ReturnType<typeof createLogger>['log']; text: () => string } {
  const lines: string[] = [];
  const { log } = createLogger({
    level,
    destination: { write: (line) => lines.push(line), settled: async () => {}, dropped: 0 },
  });
  return { log, text: () => lines.join('') };
}

t.test('a line is JSON with level, ISO time, service and version', async (t) => {
  const { log, text } = capture();
  const plain: Log = log;
  plain.child({ callId: 'rtc_1' }).info({ ms: 3 }, 'Assistant response done.');
  const line = JSON.parse(text()) as Record<string, unknown>;
  t.match(line['time'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  t.match(line, {
    level: 'info',
    service: 'denwaban',
    version: packageVersion(),
    callId: 'rtc_1',
    ms: 3,
    msg: 'Assistant response done.',
  });
});

t.test('the lines of a call read as they are written', async (t) => {
  const { log, text } = capture();
  const messages = [
    'Server listening: http://localhost:8000',
    'Incoming call: call_id=rtc_u0_3f0901234567890abcdef',
    'Accepted. Connecting Realtime WebSocket…',
    'WebSocket open: call rtc_u0_3f0901234567890abcdef',
    'Assistant response done.',
  ];
  for (const message of messages) log.info({}, message);
  t.same(
    text()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg),
    messages,
  );
});

t.test('lines below the level are not written', async (t) => {
  const { log, text } = capture('warn');
  log.info({}, 'no');
  log.warn({}, 'yes');
  t.equal(text().split('\n').length, 2);
});

const KEY = 'sk-proj-CANARYkey0123456789';
const SECRET = 'whsec_CANARYsecretCANARYsecretCANARYse';
const SIGNATURE = 'v1,CANARYsignatureCANARYsignatureCANARYsign=';
const PHONE = '+819055554444';
const LOCAL = '090-5555-4444';
const MAIL = 'canary@example.jp';
const NAME = 'カナリア花子';

/** Whatever of the planted secrets and persons could be recognised. */
const TRACES = /CANARY|canary|55554444|5555-4444|カナリア/;

const plants: readonly (readonly [shape: string, plant: (log: Log) => void])[] = [
  ['a key in the message', (log) => log.info({}, `using ${KEY}`)],
  ['a header', (log) => log.info({ headers: { authorization: `Bearer ${KEY}` } }, 'x')],
  ['a capitalised header', (log) => log.info({ headers: { Authorization: 'Bearer CANARY' } }, 'x')],
  ['raw headers', (log) => log.info({ raw: ['authorization', `Bearer ${KEY}`] }, 'x')],
  ['a bare token under its key', (log) => log.info({ token: 'CANARY' }, 'x')],
  ['a key in other spelling', (log) => log.info({ OPENAI_API_KEY: 'CANARY', apiKey: 'CANARY' }, 'x')],
  [
    'a key seven levels down',
    (log) => log.info({ a: { b: { c: { d: { e: { apiKey: 'CANARY' } } } } } }, 'x'),
  ],
  ['a key in a list', (log) => log.info({ list: [[{ password: 'CANARY' }]] }, 'x')],
  ['a webhook secret', (log) => log.info({ value: SECRET }, 'x')],
  ['several webhook secrets', (log) => log.info({ value: `${SECRET},${SECRET}` }, 'x')],
  ['a signature header', (log) => log.info({ headers: { 'webhook-signature': SIGNATURE } }, 'x')],
  ['a signature in the message', (log) => log.info({}, `got ${SIGNATURE}`)],
  ['database credentials', (log) => log.info({ url: 'postgres://u:CANARY@db/calls' }, 'x')],
  ['database credentials in the message', (log) => log.info({}, 'no answer from postgres://u:CANARY@db')],
  ['a secret in a query', (log) => log.info({ url: 'https://a.jp/x?api_key=CANARY&y=1' }, 'x')],
  ['a number under its key', (log) => log.info({ callerNumber: PHONE }, 'x')],
  ['a number under another key', (log) => log.info({ value: PHONE, other: LOCAL }, 'x')],
  ['a number in the message', (log) => log.info({}, `from ${LOCAL}`)],
  [
    'a number in full width',
    (log) => log.info({}, '０９０－５５５５－４４４４ 55554444'.replace(' 55554444', '')),
  ],
  ['a number in a SIP header', (log) => log.info({ value: `"C" <sip:${PHONE}@1.2.3.4:5060>;tag=a` }, 'x')],
  ['SIP headers', (log) => log.info({ sip_headers: [{ name: 'From', value: `<tel:${PHONE}>` }] }, 'x')],
  ['a SIP address with a name', (log) => log.info({ target: 'sip:canary@pbx.jp' }, 'x')],
  ['a mail address', (log) => log.info({ value: MAIL }, MAIL)],
  ['a name under its key', (log) => log.info({ caller_name: NAME, fullName: NAME }, 'x')],
  ['a transcript', (log) => log.info({ transcript: `${NAME}です` }, 'x')],
  [
    'a conversation item',
    (log) => log.info({ item: { content: [{ type: 'input_text', text: NAME }] } }, 'x'),
  ],
  ['tool arguments', (log) => log.info({ arguments: JSON.stringify({ caller_name: NAME }) }, 'x')],
  [
    'JSON in a string',
    (log) => log.info({ payload: JSON.stringify({ caller_name: NAME, phone: 'CANARY' }) }, 'x'),
  ],
  [
    'JSON in JSON in a string',
    (log) => log.info({ payload: JSON.stringify({ p: JSON.stringify({ transcript: NAME }) }) }, 'x'),
  ],
  ['JSON in the message', (log) => log.info({}, `sent ${JSON.stringify({ body: NAME })}`)],
  ['the message of an error', (log) => log.error({ err: new Error(`401 for ${KEY}`) }, 'x')],
  [
    'the cause of an error',
    (log) => log.error({ err: new Error('a', { cause: new Error(`b ${PHONE}`) }) }, 'x'),
  ],
  [
    'properties of an error',
    (log) => log.error({ err: Object.assign(new Error('a'), { config: { x: 'CANARY' } }) }, 'x'),
  ],
  [
    'an error under another key',
    (log) => log.error({ reason: Object.assign(new Error(KEY), { body: 'CANARY' }) }, 'x'),
  ],
  ['an error in a list', (log) => log.error({ list: [new AggregateError([new Error('CANARY')], KEY)] }, 'x')],
  ['bindings of a child', (log) => log.child({ caller: PHONE, who: LOCAL }).info({}, 'x')],
  [
    'bindings of a grandchild',
    (log) =>
      log
        .child({ a: 1 })
        .child({ headers: { cookie: 'CANARY' } })
        .info({}, 'x'),
  ],
  ['bytes', (log) => log.info({ frame: Buffer.from('CANARY') }, 'x')],
  ['a whole session', (log) => log.info({ session: { instructions: NAME, audio: { input: {} } } }, 'x')],
  [
    'every level',
    (log) => {
      for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)
        log[level]({ secret: 'CANARY' }, KEY);
    },
  ],
];

for (const [shape, plant] of plants) {
  t.test(`${shape} does not get into the log`, async (t) => {
    const { log, text } = capture();
    plant(log);
    t.ok(text().length > 0);
    t.notMatch(text(), TRACES);
    for (const line of text().trim().split('\n')) t.ok(JSON.parse(line), 'the line is JSON');
  });
}

t.test('an error given alone keeps its type, code and message', async (t) => {
  const { log, text } = capture();
  log.error(Object.assign(new RangeError('too far'), { code: 'E_FAR' }));
  t.match(JSON.parse(text()), { err: { type: 'RangeError', code: 'E_FAR', message: 'too far' } });
});

t.test('requests that Fastify logs show method and path, no query and no headers', async (t) => {
  const { log, text } = capture();
  const app = Fastify({ loggerInstance: log });
  t.teardown(() => app.close());
  app.get('/x', async () => {
    throw new Error(`no ${KEY}`);
  });
  await app.inject({ url: '/x?q=CANARY', headers: { authorization: 'Bearer CANARY', 'x-name': 'CANARY' } });
  t.notMatch(text(), TRACES);
  t.match(text(), '"req":{"method":"GET","path":"/x"}');
  t.match(text(), '"res":{"statusCode":500}');
  t.match(text(), '"err":{"type":"Error"');
});

function openFull(t: Test): number {
  const descriptor = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(descriptor));
  return descriptor;
}

t.test(
  'a full disk drops lines, counts them, and goes on',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const root = createLogger({ level: 'info', destination: openLogWriter(openFull(t)) });
    for (let count = 0; count < 3; count += 1) root.log.info({}, 'lost');
    t.equal(root.droppedLines(), 3);
  },
);
