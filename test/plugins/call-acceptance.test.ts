import { sql } from 'kysely';
import t from 'tap';
import { acceptedByAnother, greetedByAnother } from '../e2e/dead-node.ts';
import { acceptStatuses, alarms, greetings, requests } from '../e2e/outcomes.ts';
import { greeted, hears, script } from '../e2e/service.ts';
import { asked, outputs, startTalk, until, type Talk } from '../e2e/talk.ts';
import type { EmulatedCall } from '../../emulator/index.ts';

const talk = await startTalk(t);
const { app, emulator, lines } = talk;
const { calls: store, db } = app.store;

/** Leaves a call as a node does that died: claimed by it, its lease run out. */
async function orphan(callId: string, ageMs = 0): Promise<void> {
  await store.claimCall({
    webhookId: `wh_${callId}`,
    eventId: `evt_${callId}`,
    eventType: 'realtime.call.incoming',
    eventCreatedAt: talk.clock.now() - ageMs,
    callId,
    sipCallId: null,
    callerNumber: '+819012345678',
    callerWithheld: false,
    dialledNumber: null,
    carrierCallId: null,
    scenario: 'attendance-ja',
    scenarioVersion: '1',
    node: 'another',
    leaseMs: -1,
    state: 'claimed',
    endReason: null,
  });
}

const accepted = async (from: Talk): Promise<EmulatedCall> => acceptedByAnother(from.emulator, script());

t.test('a call that a dead node claimed is accepted while its caller waits', async (t) => {
  const call = await talk.call(script(), { deliver: false });
  await orphan(call.id);
  await talk.pass(1_000);
  await greeted(call);
  t.same(acceptStatuses(call), [200]);
  t.equal(greetings(call), 1);
  call.hangUp();
  t.match(await talk.stored(call), { state: 'ended', endReason: 'caller_hangup', epoch: 2 });
});

t.test('a call that a dead node claimed long ago is missed, with an alarm', async (t) => {
  const call = await talk.call(script(), { deliver: false });
  await orphan(call.id, app.config.STALE_CALL_SECONDS * 1_000 + 1_000);
  await talk.pass(1_000);
  t.match(await talk.stored(call), { state: 'missed', endReason: 'process_lost', endParty: 'denwaban' });
  t.same(acceptStatuses(call), []);
  t.same(alarms(lines, call.id), ['call_missed']);
});

t.test('an answered call of a dead node goes on here, without a second greeting', async (t) => {
  const call = await accepted(talk);
  await greetedByAnother(emulator, call);
  await orphan(call.id);
  await sql`update calls set state = 'live' where call_id = ${call.id}`.execute(db);
  await talk.pass(1_000);
  await greeted(call);
  t.equal(greetings(call), 0);
  t.same(requests(call, 'hangup'), []);
  t.same(alarms(lines, call.id), ['call_orphaned']);
  t.match(await store.getCall(call.id), { state: 'live', epoch: 2 });
  call.hangUp();
  t.match(await talk.stored(call), {
    endReason: 'caller_hangup',
    endParty: 'caller',
    noticeProof: 'unproven',
  });
});

t.test(
  'function calls of a dead node are answered: done ones from the ledger, open ones by doing them',
  async (t) => {
    const call = await accepted(talk);
    await orphan(call.id);
    await sql`update calls set state = 'live' where call_id = ${call.id}`.execute(db);
    const at = talk.clock.now();
    const done = { callId: call.id, functionCallId: 'call_done', epoch: 1 };
    const message = (body: string) => JSON.stringify({ caller_name: 'ヤマダ', body });
    await store.beginToolCall(done, 'take_message', message('一つ目'), at);
    await store.finishToolCall(done, 'ok', '{"ok":true,"from":"the ledger"}', at);
    const open = { callId: call.id, functionCallId: 'call_open', epoch: 1 };
    await store.beginToolCall(open, 'take_message', message('二つ目'), at);
    await talk.pass(1_000);
    await until(() => outputs(call).length === 2);
    t.strictSame(
      outputs(call).find((output) => 'from' in output),
      { ok: true, from: 'the ledger' },
    );
    const messages = (await store.listMessages(100)).filter(({ callId }) => callId === call.id);
    t.same(
      messages.map(({ body }) => body),
      ['二つ目'],
      'what was done before the death is not done again',
    );
    await until(() => asked(call).includes('tool_result'));
    t.equal(greetings(call), 1, 'one response goes on from both outputs, and it is no greeting');
    call.hangUp();
    await talk.stored(call);
  },
);

t.test('an answered call of a dead node that is gone by now is ended in the store', async (t) => {
  const call = await accepted(talk);
  call.hangUp();
  await orphan(call.id);
  await sql`update calls set state = 'live' where call_id = ${call.id}`.execute(db);
  await talk.pass(1_000);
  t.match(await talk.stored(call), { state: 'ended', endReason: 'caller_hangup', endParty: 'caller' });
});

t.test('an accepted call that cannot be proven is hung up, however often that takes', async (t) => {
  const call = await talk.call(script(), { deliver: false });
  const failure = { kind: 'status', status: 500 } as const;
  emulator.failNext('accept', [{ kind: 'ok_no_effect' }], call.id);
  emulator.failNext('hangup', [failure, failure, failure], call.id);
  await call.deliver();
  await talk.pass(8_000);
  t.equal(requests(call, 'hangup').length, 3);
  t.match(await store.getCall(call.id), { endedAt: null });
  await talk.pass(7_000);
  t.match(await talk.stored(call), { state: 'failed', endReason: 'accept_unproven' });
  t.same(alarms(lines, call.id), ['accept_unproven', 'hangup_failed']);
});

t.test('a drain deadline in the middle of an accept leaves no call behind that nobody steers', async (t) => {
  const call = await talk.call(script(), { deliver: false });
  emulator.failNext('accept', [{ kind: 'delay', ms: 300 }], call.id);
  await call.deliver();
  let drained = false;
  void app.callManager.drain(0).then(() => {
    drained = true;
  });
  await talk.pass(1);
  t.notOk(drained, 'the drain waits for what the accept comes to');
  await hears(call, app.callServices.plan.rules.phrases.serviceClosing);
  await talk.pass(3_000);
  await call.ended();
  t.equal(call.endedBy, 'service');
  t.match(await talk.stored(call), { state: 'ended', endReason: 'drain_deadline' });
  t.same(alarms(lines, call.id), []);
  await talk.pass(1);
  await until(() => drained, 'the drain to end');
});
