import { createHmac } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import t, { type Test } from 'tap';
import outboxPlugin from '../../plugins/outbox.ts';
import storePlugin from '../../plugins/store.ts';
import telemetry from '../../plugins/telemetry.ts';
import smsStatusRoute from '../../routes/sms-status.ts';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { pause } from '../../src/lib/deadline.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { MINIMAL, SECRET } from '../config/environments.ts';
import { requestOf } from '../outbox/desk.ts';
import { storeTemplate } from '../store/template.ts';

const template = await storeTemplate();

const TOKEN = '0123456789abcdef0123456789abcdef';

function appWith(t: Test, environment: Readonly<Record<string, string>>): FastifyInstance {
  const config = loadConfig({ ...MINIMAL, DATA_DIR: 'memory://', QUIET_HOURS: '', ...environment });
  const app = Fastify();
  app.register(
    fp(
      async (instance) => {
        instance.decorate('config', config);
      },
      { name: 'config' },
    ),
  );
  app.register(telemetry, { metrics: createMetrics({ process: false }) });
  app.register(storePlugin, { clock: systemClock, random: systemRandom, busy: () => false, template });
  app.register(outboxPlugin, { clock: systemClock, random: systemRandom });
  app.register(smsStatusRoute);
  t.teardown(async () => app.close());
  return app;
}

/** Stores a message and waits until it has left. @returns its id */
async function send(app: FastifyInstance): Promise<string> {
  const result = await app.store.transact(async ({ trx }) => app.outbox.queue.enqueue(trx, requestOf()));
  if (result.outcome !== 'queued') throw new Error(`the message was not taken: ${result.outcome}`);
  while ((await app.outbox.get(result.messageId))?.state !== 'sent') await pause(systemClock, 20);
  return result.messageId;
}

t.test('the app sends what was committed, counts it, and stops cleanly', async (t) => {
  const app = appWith(t, {});
  await app.ready();
  await send(app);
  t.match(await app.metrics.text(), /denwaban_outbox_sends_total\{kind="sms",outcome="sent"\} 1/);
  await app.close();
});

t.test('the app does not start with words that it cannot use', async (t) => {
  const app = appWith(t, { MESSAGES: 'none-such' });
  await t.rejects(Promise.resolve(app.ready()), { code: 'DW_SCENARIO', message: /none-such/ });
});

t.test('targets of the configuration get the changes', async (t) => {
  const app = appWith(t, { WEBHOOK_TARGETS: `ats=${SECRET}@http://127.0.0.1:1/` });
  await app.ready();
  const event = { type: 'a.b', at: 0, data: {}, naturalKey: '1' };
  t.equal(await app.store.transact(async ({ trx }) => app.outbox.queue.publish(trx, event)), 1);
});

t.test('a report with the signature of Twilio is stored, any other is refused alike', async (t) => {
  const app = appWith(t, { PUBLIC_URL: 'https://desk.example/', TWILIO_AUTH_TOKEN: TOKEN });
  await app.ready();
  const messageId = await send(app);
  const url = `/sms-status/${messageId}`;
  const signed = createHmac('sha1', TOKEN).update(`https://desk.example${url}MessageStatusdelivered`);
  const report = async (headers: Record<string, string>, payload = 'MessageStatus=delivered', path = url) =>
    app.inject({
      method: 'POST',
      url: path,
      payload,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const signature = { 'x-twilio-signature': signed.digest('base64') };

  t.equal((await report({})).statusCode, 401);
  t.equal((await report({ 'x-twilio-signature': 'AAAA' })).statusCode, 401);
  t.equal((await report(signature, 'MessageStatus=failed')).statusCode, 401);
  t.equal((await report(signature, undefined, `/sms-status/${systemRandom.uuid()}`)).statusCode, 401);
  t.equal((await report(signature, `X=${'a'.repeat(9_000)}`)).statusCode, 413);
  t.match(await app.outbox.get(messageId), { state: 'sent' });
  t.equal((await report(signature)).statusCode, 204);
  t.match(await app.outbox.get(messageId), { state: 'delivered' });
  t.equal((await report(signature)).statusCode, 204, 'a report that comes twice is welcome');
});

t.test('without a public address there is nothing to report to', async (t) => {
  const app = appWith(t, {});
  await app.ready();
  t.equal((await app.inject({ method: 'POST', url: '/sms-status/x' })).statusCode, 404);
});
