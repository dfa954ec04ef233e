import { Webhook } from 'svix';
import t from 'tap';
import type { RealtimeCallIncomingWebhookEvent } from 'openai/resources/webhooks/webhooks';
import { emulatorFor } from './helper.ts';
import { webhookReceiver, type ReceivedWebhook } from './webhook-receiver.ts';

const OLD = `whsec_${Buffer.from('the old secret of this test').toString('base64')}`;
const NEW = `whsec_${Buffer.from('the new secret of this test').toString('base64')}`;

function verify(webhook: ReceivedWebhook | undefined, secret: string): RealtimeCallIncomingWebhookEvent {
  if (webhook === undefined) throw new Error('no webhook came');
  return new Webhook(secret).verify(webhook.body, webhook.headers as Record<string, string>) as never;
}

t.test('a ringing phone is announced with a signature that svix accepts', async (t) => {
  const { url, received } = await webhookReceiver(t);
  const emulator = await emulatorFor(t, { webhookUrl: url, webhookSecrets: [NEW] });
  const call = await emulator.ring({ dialled: '+815012345678', from: 'anonymous' });
  const event = verify(received[0], NEW);
  t.match(event, { object: 'event', type: 'realtime.call.incoming', data: { call_id: call.id } });
  const header = (name: string): string | undefined =>
    event.data.sip_headers.find((each) => each.name === name)?.value;
  t.match(header('Diversion'), '<sip:+815012345678@twilio.com>');
  t.match(header('From'), /^anonymous/);
  t.equal(header('Call-ID'), call.sipCallId);
  t.match(call.deliveries, [{ status: 200, body: '{"received":true}' }]);
  t.throws(() => verify(received[0], OLD), 'another secret does not verify');
});

t.test('during a rotation every secret signs', async (t) => {
  const { url, received } = await webhookReceiver(t);
  const emulator = await emulatorFor(t, { webhookUrl: url, webhookSecrets: [OLD, NEW] });
  await emulator.ring();
  t.equal(received[0]?.headers['webhook-signature']?.toString().split(' ').length, 2);
  t.same(verify(received[0], OLD), verify(received[0], NEW));
});

t.test('a retry carries the same id and event with a new timestamp', async (t) => {
  const { url, received } = await webhookReceiver(t);
  const emulator = await emulatorFor(t, { webhookUrl: url, webhookSecrets: [NEW] });
  const now = Math.floor(Date.now() / 1_000);
  const call = await emulator.ring({ createdAt: now - 3_600 });
  await call.deliver({ timestamp: now + 2 });
  const [first, second] = received;
  t.equal(second?.headers['webhook-id'], first?.headers['webhook-id']);
  t.equal(second?.headers['webhook-timestamp'], String(now + 2));
  t.same(verify(second, NEW), verify(first, NEW));
  t.equal(verify(second, NEW).created_at, now - 3_600);
});

t.test('a delivery can be forged in every part', async (t) => {
  const { url, received } = await webhookReceiver(t);
  const emulator = await emulatorFor(t, { webhookUrl: url, webhookSecrets: [NEW] });
  const call = await emulator.ring({ deliver: false });
  t.equal(received.length, 0);
  await call.deliver({
    headers: { 'webhook-signature': undefined, 'svix-id': 'x' },
    body: '{}',
    webhookId: 'wh_mine',
  });
  t.match(received, [{ body: '{}', headers: { 'webhook-id': 'wh_mine', 'svix-id': 'x' } }]);
  t.equal(received[0]?.headers['webhook-signature'], undefined);
});

t.test('headers of the INVITE are replaced by name and keep their order and repeats', async (t) => {
  const { url, received } = await webhookReceiver(t);
  const emulator = await emulatorFor(t, { webhookUrl: url, webhookSecrets: [NEW] });
  const sipHeaders = [
    { name: 'x-twilio-accountsid', value: 'AC1' },
    { name: 'X-Again', value: '1' },
    { name: 'X-Again', value: '2' },
  ];
  await emulator.ring({ sipHeaders });
  const headers = verify(received[0], NEW).data.sip_headers;
  t.same(headers.slice(-3), sipHeaders);
  t.equal(headers.filter((each) => each.name.toLowerCase() === 'x-twilio-accountsid').length, 1);
});

t.test('a receiver that is not there is status 0', async (t) => {
  const emulator = await emulatorFor(t, { webhookUrl: 'http://127.0.0.1:1/' });
  const call = await emulator.ring();
  t.match(call.deliveries, [{ status: 0 }]);
});
