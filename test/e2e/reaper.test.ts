import { sql } from 'kysely';
import t from 'tap';
import { alarms, metric, requests } from './outcomes.ts';
import { script } from './service.ts';
import { startTalk, until } from './talk.ts';

const MAX_S = 600;
const talk = await startTalk(t, { env: { MAX_CALL_SECONDS: String(MAX_S) } });

/** The database's clock is not turned: the call is made older instead. */
async function age(callId: string, seconds: number): Promise<void> {
  await sql`update calls set claimed_at = clock_timestamp() - ${seconds}::float8 * interval '1 second'
    where call_id = ${callId}`.execute(talk.app.store.db);
}

t.test(
  'a live call far past its longest duration is ended and hung up, whatever its owner thinks',
  async (t) => {
    const call = await talk.greetedCall(script());
    await age(call.id, MAX_S + 50);
    await talk.pass(4_000);
    t.equal((await talk.app.store.calls.getCall(call.id))?.endedAt, null, 'its owner has its time');
    await age(call.id, MAX_S + 53);
    await talk.pass(4_000);
    t.match(await talk.stored(call), { endReason: 'max_duration', endDetail: 'reaped' });
    await call.ended();
    t.equal(requests(call, 'hangup').length, 1);
    t.ok(alarms(talk.lines, call.id).includes('call_reaped'));
    t.equal(talk.app.callManager.calls, 0, 'its seat is free');
    t.equal(await metric(talk, 'denwaban_calls_over_max'), 0);
  },
);

t.test('an owner that insists on a hang-up that fails is overridden, and the hang-up goes on', async (t) => {
  talk.emulator.failNext(
    'hangup',
    Array.from({ length: 8 }, () => ({ kind: 'status', status: 500 }) as const),
  );
  const call = await talk.greetedCall(script());
  talk.app.callManager.session(call.id)?.abort('completed', 'agent', null);
  await until(() => requests(call, 'hangup').length >= 1, 'a hang-up');
  await talk.pass(3_000);
  t.ok(alarms(talk.lines, call.id).includes('hangup_failed'));
  t.equal((await talk.app.store.calls.getCall(call.id))?.state, 'ending');
  await age(call.id, MAX_S + 53);
  await talk.pass(4_000);
  t.match(await talk.stored(call), { state: 'ended', endReason: 'max_duration', endDetail: 'reaped' });
  t.equal(talk.app.callManager.calls, 0);
  for (let i = 0; i < 20 && call.state !== 'over'; i += 1) await talk.pass(1_000);
  t.equal(call.state, 'over', 'it is hung up in the end');
});
