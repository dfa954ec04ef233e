import t from 'tap';
import { CLOSING_GRACE_MS, HARD_STOP_MS } from '../../src/call/timeouts.ts';
import { requests } from './outcomes.ts';
import { script } from './service.ts';
import { asked, sent, settled, startTalk, until } from './talk.ts';

const MAX_CALL_MS = 30_000;

const talk = await startTalk(t, {
  emulator: { playback: 'manual' },
  env: { MAX_CALL_SECONDS: '30', SILENCE_REPROMPT_SECONDS: '120' },
});

async function talking() {
  const call = await talk.call(script());
  await until(() => sent(call, 'output_audio_buffer.started').length === 1, 'the greeting');
  await settled(call);
  call.finishPlayback();
  await settled(call);
  return call;
}

await t.test('at the longest duration the agent closes politely', async (t) => {
  const call = await talking();
  await talk.pass(MAX_CALL_MS);
  await until(() => sent(call, 'output_audio_buffer.started').length === 2, 'the closing words');
  await call.say('まだ話があります。');
  await settled(call);
  call.finishPlayback();
  await talk.pass(CLOSING_GRACE_MS);
  await call.ended();
  t.same(asked(call), ['greeting', 'closing'], 'and is not talked out of it');
  t.match(call.heard.at(-1), { text: /お時間の都合/, cut: false });
  t.match(await talk.stored(call), { endReason: 'max_duration', endParty: 'denwaban' });
});

await t.test('closing words without end do not hold the call', async (t) => {
  const call = await talking();
  await talk.pass(MAX_CALL_MS);
  await until(() => sent(call, 'output_audio_buffer.started').length === 2, 'the closing words');
  await talk.pass(HARD_STOP_MS);
  await call.ended();
  t.equal(call.endedBy, 'service');
  t.match(await talk.stored(call), { endReason: 'max_duration' });
});

await t.test('a call that was let go of is not hung up by its old keeper', async (t) => {
  const call = await talking();
  const session = talk.app.callManager.session(call.id);
  session?.discard();
  await talk.pass(MAX_CALL_MS);
  await talk.pass(HARD_STOP_MS);
  t.equal(session?.phase, 'over');
  t.equal(call.state, 'accepted', 'the caller is still there, with somebody else');
  t.same(requests(call, 'hangup'), []);
  t.same(asked(call), ['greeting']);
});
