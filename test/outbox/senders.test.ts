import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'svix';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/lib/clock.ts';
import { createFileSender } from '../../src/outbox/senders/file.ts';
import { createGenericHttpSender } from '../../src/outbox/senders/generic-http.ts';
import { createSenders, type SenderSettings } from '../../src/outbox/senders/set-up.ts';
import { createSmtpSender } from '../../src/outbox/senders/smtp.ts';
import { createTwilioSender } from '../../src/outbox/senders/twilio.ts';
import { createWebhookSender } from '../../src/outbox/senders/webhook.ts';
import type { OutgoingMessage } from '../../src/outbox/ports.ts';
import { AFTERNOON, MOBILE } from './desk.ts';
import { partsOf, startMailbox } from './mailbox.ts';
import { startProvider, text } from './provider.ts';

const MESSAGE: OutgoingMessage = {
  to: MOBILE,
  body: 'ご出席を承りました。控え番号 ABC234',
  subject: null,
  calendar: null,
  templateKey: 'attendance_confirmed',
};
const REFERENCE = '0f2c7a52-6f5e-4a53-9a5b-111111111111';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on a real socket that answers with the given statuses in turn, and keeps what it was sent. */
async function startServer(
  t: Test,
  answers: (readonly [status: number, headers?: Record<string, string>, body?: string])[],
): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      const [status, headers = {}, answer = ''] = answers.shift() ?? [200];
      response.writeHead(status, headers).end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

t.test('the generic sender names the message in Idempotency-Key and reads the answers', async (t) => {
  const { url, seen } = await startServer(t, [
    [202, {}, '{"id":"m1"}'],
    [429, { 'retry-after': '3' }],
    [503, { 'retry-after': new Date(AFTERNOON + 9e9).toUTCString() }],
    [422],
    [401],
    [500],
    [302, { location: 'http://127.0.0.1:1/' }],
    [200, {}, 'no json'],
  ]);
  const sender = createGenericHttpSender({ url: `${url}/sms`, token: 'secret', clock: systemClock });
  t.teardown(async () => sender.close());
  const send = async () => sender.send(MESSAGE, REFERENCE);
  t.same(await send(), { outcome: 'sent', providerId: 'm1' });
  t.same(await send(), { outcome: 'busy', code: 'status_429', retryAfterMs: 3_000 });
  t.match(await send(), { outcome: 'busy', code: 'status_503', retryAfterMs: Number });
  t.same(await send(), { outcome: 'refused', code: 'status_422' });
  t.match(await send(), { outcome: 'busy', code: 'status_401' });
  t.same(await send(), { outcome: 'unknown', code: 'status_500' });
  t.same(await send(), { outcome: 'unknown', code: 'status_302' });
  t.same(await send(), { outcome: 'sent', providerId: null });
  t.equal(seen.length, 8, 'nothing is repeated and no redirect is followed');
  for (const { headers, body, method } of seen) {
    t.equal(method, 'POST');
    t.equal(headers['idempotency-key'], REFERENCE);
    t.equal(headers.authorization, 'Bearer secret');
    t.same(JSON.parse(body), { reference: REFERENCE, to: MOBILE, text: MESSAGE.body });
  }
});

t.test('a provider that nobody listens at has certainly not taken the message', async (t) => {
  const sender = createGenericHttpSender({ url: 'http://127.0.0.1:1/', token: '', clock: systemClock });
  t.teardown(async () => sender.close());
  t.same(await sender.send(MESSAGE, REFERENCE), {
    outcome: 'busy',
    code: 'ECONNREFUSED',
    retryAfterMs: null,
  });
});

t.test('Twilio gets account and token as Basic, and finds by receipt, number and time', async (t) => {
  const provider = await startProvider();
  t.teardown(async () => provider.close());
  const sid = 'AC0123456789abcdef0123456789abcdef';
  const sender = createTwilioSender({
    accountSid: sid,
    authToken: 'token',
    from: `MG${'0'.repeat(32)}`,
    statusCallback: null,
    baseUrl: provider.url,
    clock: systemClock,
  });
  t.teardown(async () => sender.close());
  const lookUp = async (since: number) => sender.lookUp(MESSAGE, REFERENCE, since);
  t.same(await lookUp(Date.now()), { outcome: 'absent' });
  await sender.send(MESSAGE, REFERENCE);
  t.same(await lookUp(Date.now()), { outcome: 'absent' }, 'the body lacks the receipt of this message');
  const { receiptOf } = await import('../../src/outbox/receipt.ts');
  await sender.send({ ...MESSAGE, body: `… ${receiptOf(REFERENCE)}` }, REFERENCE);
  t.match(await lookUp(Date.now()), { outcome: 'sent', providerId: provider.taken[1]?.sid });
  t.same(await lookUp(Date.now() + 600_000), { outcome: 'absent' }, 'an older message is another one');
  t.match(await sender.lookUp({ ...MESSAGE, to: '+819012349999' }, REFERENCE, 0), { outcome: 'absent' });
  provider.blind = true;
  t.same(await lookUp(0), { outcome: 'unknown', code: 'look_up_503' });
  t.same([...provider.authorizations], [`Basic ${Buffer.from(`${sid}:token`).toString('base64')}`]);
});

t.test('a webhook is signed so that svix verifies it, with the same id over all tries', async (t) => {
  const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
  const { url, seen } = await startServer(t, [
    [503, { 'retry-after': '11' }],
    [302, { location: '/elsewhere' }],
    [404],
    [200],
    [410],
  ]);
  const sender = createWebhookSender([{ name: 'ats', url: `${url}/hook?x=1`, secret }], systemClock);
  t.teardown(async () => sender.close());
  const event = {
    to: 'ats',
    subject: null,
    calendar: null,
    templateKey: 'registration.changed',
    body: '{"type":"registration.changed","data":{"name":"山田"}}',
  };
  const send = async () => sender.send(event, REFERENCE);
  t.same(await send(), { outcome: 'busy', code: 'status_503', retryAfterMs: 11_000 });
  t.match(await send(), { outcome: 'busy', code: 'status_302' });
  t.match(await send(), { outcome: 'busy', code: 'status_404' });
  t.match(await send(), { outcome: 'sent' });
  t.same(await send(), { outcome: 'refused', code: 'status_410' });
  t.same(
    seen.map(({ path }) => path),
    Array.from({ length: 5 }, () => '/hook?x=1'),
    'redirects are not followed',
  );
  for (const { headers, body } of seen) {
    t.equal(headers['webhook-id'], `msg_${REFERENCE}`);
    t.same(new Webhook(secret).verify(body, headers as Record<string, string>), JSON.parse(event.body));
  }
  t.match(await sender.send({ ...event, to: 'nobody' }, REFERENCE), {
    outcome: 'refused',
    code: 'no_target',
  });
});

t.test('the file shows each message on a line, is private, and survives a torn line', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'denwaban-file-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'new', 'messages.jsonl');
  const sender = createFileSender({ file, clock: systemClock });
  t.same(await sender.lookUp(MESSAGE, REFERENCE, 0), { outcome: 'absent' });
  t.match(await sender.send(MESSAGE, REFERENCE), { outcome: 'sent' });
  t.match(await sender.lookUp(MESSAGE, REFERENCE, 0), { outcome: 'sent' });
  t.equal(statSync(file).mode & 0o777, 0o600);
  appendFileSync(file, '{"reference":"torn-');
  t.same(await sender.lookUp(MESSAGE, 'torn-', 0), { outcome: 'absent' });
  await Promise.all(['torn-', 'c', 'd'].map(async (reference) => sender.send(MESSAGE, reference)));
  t.match(await sender.lookUp(MESSAGE, 'torn-', 0), { outcome: 'sent' });
  const lines = readFileSync(file, 'utf8').split('\n');
  t.equal(lines.filter((line) => line.endsWith('}')).length, 4);
  t.match(JSON.parse(lines[0] ?? ''), { to: MOBILE, body: MESSAGE.body, reference: REFERENCE });
});

t.test('a file that cannot be written is an open end, not a success', async (t) => {
  const sender = createFileSender({ file: '/dev/null/messages.jsonl', clock: systemClock });
  t.match(await sender.send(MESSAGE, REFERENCE), { outcome: 'unknown' });
});

t.test('a mail carries its id as Message-ID, once', async (t) => {
  const box = await startMailbox(t);
  const sender = createSmtpSender({ url: box.url, from: '採用担当 <desk@example.jp>', clock: systemClock });
  t.teardown(async () => sender.close());
  const mail = { ...MESSAGE, to: 'taro@example.jp', subject: 'ご出席を承りました' };
  t.same(await sender.send(mail, REFERENCE), { outcome: 'sent', providerId: `<${REFERENCE}@example.jp>` });
  t.equal(box.mails.length, 1);
  t.match(box.mails[0], new RegExp(`^Message-ID: <${REFERENCE}@example\\.jp>`, 'm'));
  t.match(box.mails[0], /^Auto-Submitted: auto-generated/m);
  t.match(box.mails[0], /^To: taro@example\.jp/m);
});

t.test('a mail without a calendar entry has one part', async (t) => {
  const box = await startMailbox(t);
  const sender = createSmtpSender({ url: box.url, from: 'desk@example.jp', clock: systemClock });
  t.teardown(async () => sender.close());
  await sender.send({ ...MESSAGE, to: 'taro@example.jp', subject: 'x' }, REFERENCE);
  t.same(
    partsOf(box.mails[0] ?? '').map(({ type }) => type),
    ['text/plain; charset=utf-8'],
  );
});

t.test('what the mail server says decides: later, never, or nobody knows', async (t) => {
  const box = await startMailbox(t);
  const sender = createSmtpSender({
    url: box.url,
    from: 'desk@example.jp',
    clock: systemClock,
    timeoutMs: 1_000,
  });
  t.teardown(async () => sender.close());
  const mail = { ...MESSAGE, to: 'taro@example.jp', subject: 'x' };
  box.refuse = { at: 'rcpt', code: 450 };
  t.match(await sender.send(mail, REFERENCE), { outcome: 'busy', code: 'smtp_450' });
  box.refuse = { at: 'rcpt', code: 550 };
  t.match(await sender.send(mail, REFERENCE), { outcome: 'refused', code: 'smtp_550' });
  box.refuse = { at: 'data', code: 452 };
  t.match(await sender.send(mail, REFERENCE), { outcome: 'busy', code: 'smtp_452' });
  box.refuse = { at: 'data', code: 554 };
  t.match(await sender.send(mail, REFERENCE), { outcome: 'refused', code: 'smtp_554' });
  t.equal(box.mails.length, 0);
  box.refuse = 'silent';
  t.match(await sender.send(mail, REFERENCE), { outcome: 'unknown', code: 'timeout' });
  const nowhere = createSmtpSender({ url: 'smtp://127.0.0.1:1', from: 'a@b.example', clock: systemClock });
  t.match(await nowhere.send(mail, REFERENCE), { outcome: 'busy' });
});

const SETTINGS: SenderSettings = {
  SMS_SENDER: 'file',
  TWILIO_ACCOUNT_SID: '',
  TWILIO_AUTH_TOKEN: '',
  SMS_FROM: '',
  PUBLIC_URL: '',
  SMS_HTTP_URL: '',
  SMS_HTTP_TOKEN: '',
  SMTP_URL: '',
  MAIL_FROM: '',
  DATA_DIR: 'memory://',
};

t.test('the configuration decides which kinds of messages are offered', async (t) => {
  const kinds = (
    changes: Partial<SenderSettings>,
    targets: { name: string; url: string; secret: string }[] = [],
  ) => [...createSenders({ ...SETTINGS, ...changes }, targets, systemClock).keys()];
  t.same(kinds({}), ['sms', 'email']);
  t.same(kinds({ SMS_SENDER: 'off' }), []);
  t.same(kinds({ SMS_SENDER: 'off', SMTP_URL: 'smtp://localhost', MAIL_FROM: 'a@b.example' }), ['email']);
  t.same(
    kinds({ SMS_SENDER: 'http', SMS_HTTP_URL: 'https://a.example' }),
    ['sms'],
    'no mail into a file beside real messages',
  );
  const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
  t.same(kinds({}, [{ name: 'a', url: 'https://a.example', secret }]), ['sms', 'email', 'webhook']);
});
