import { sql } from 'kysely';
import t from 'tap';
import { alarms, requests } from '../e2e/outcomes.ts';
import { calls as functionCall, hears, script } from '../e2e/service.ts';
import { startTalk, until } from '../e2e/talk.ts';

const RENEW_MS = 5_000;
const ZOMBIE_RETRY_MS = 5_000;

const talk = await startTalk(t);
const { app, emulator, lines } = talk;
const { db, calls: store } = app.store;

const lapse = async (callId: string): Promise<unknown> =>
  sql`update calls set lease_until = clock_timestamp() - interval '1 minute' where call_id = ${callId}`.execute(
    db,
  );

t.test(
  'a call that cannot be hung up stays open, is tried again, and then ends with its reason',
  async (t) => {
    const call = await talk.greetedCall(script([functionCall('end_call', { outcome: 'other' })]));
    const failure = { kind: 'status', status: 500 } as const;
    emulator.failNext('hangup', [failure, failure, failure, failure, failure, failure], call.id);
    await call.say('以上です。');
    await hears(call, '失礼いたします');
    await talk.pass(4_000);
    t.equal(requests(call, 'hangup').length, 3);
    t.match(await store.getCall(call.id), { state: 'ending', endedAt: null });
    t.same(alarms(lines, call.id), ['hangup_failed']);
    t.equal(app.callManager.calls, 1, 'it keeps its seat: it is billed');

    await talk.pass(ZOMBIE_RETRY_MS + 2_000);
    t.equal(requests(call, 'hangup').length, 6);
    t.equal(call.state, 'accepted');
    await talk.pass(ZOMBIE_RETRY_MS + 1_000);
    t.equal(call.endedBy, 'service');
    t.match(await talk.stored(call), {
      state: 'ended',
      endReason: 'completed',
      endParty: 'agent',
      endDetail: 'late_hangup',
    });
    await until(() => app.callManager.calls === 0, 'the seat to be free');
  },
);

t.test(
  'a lease of ours that lapsed in an outage is renewed: the call goes on as if nothing was',
  async (t) => {
    const call = await talk.greetedCall(script([{ say: 'はい、聞こえています。' }]));
    const before = await store.getCall(call.id);
    await lapse(call.id);
    await talk.pass(RENEW_MS + 1_000);
    await call.say('もしもし。');
    await hears(call, '聞こえています');
    t.equal(
      (await store.getCall(call.id))?.epoch,
      before?.epoch,
      'nobody took it, and so not we from ourselves',
    );
    call.hangUp();
    t.match(await talk.stored(call), { state: 'ended', endReason: 'caller_hangup' });
  },
);

t.test('a call that another node took is let go: no word, no hang-up, no end from here', async (t) => {
  const call = await talk.greetedCall(script());
  await sql`update calls set node = 'another', epoch = epoch + 1 where call_id = ${call.id}`.execute(db);
  await talk.pass(RENEW_MS + 1_000);
  t.equal(app.callManager.calls, 0);
  t.notOk(call.attached, 'its sideband is closed');
  const [events, greeted] = [call.wire.length, call.heard.length];
  await talk.pass(60_000);
  t.equal(call.wire.length, events, 'past all the times of silence');
  t.equal(call.heard.length, greeted);
  t.same(requests(call, 'hangup'), []);
  t.match(await store.getCall(call.id), { state: 'live', endedAt: null, node: 'another' });
  await sql`update calls set lease_until = clock_timestamp() + interval '1 hour' where call_id = ${call.id}`.execute(
    db,
  );
});

t.test('a drain does not wait for a call that another node took', async (t) => {
  const call = await talk.greetedCall(script());
  await sql`update calls set node = 'another', epoch = epoch + 1,
    lease_until = clock_timestamp() + interval '1 hour' where call_id = ${call.id}`.execute(db);
  let drained = false;
  void app.callManager.drain(60_000).then(() => {
    drained = true;
  });
  await talk.pass(RENEW_MS + 1_000);
  await until(() => drained, 'the drain to end');
  t.ok(drained);
});
