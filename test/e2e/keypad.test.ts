import t from 'tap';
import type { Model } from '../../emulator/index.ts';
import { KEYPAD_PAUSE_MS } from '../../src/call/timeouts.ts';
import { hears, script } from './service.ts';
import { asked, sent, settled, startTalk, until } from './talk.ts';

/** Where attendance is not changed, keys are for the model. */
const talk = await startTalk(t, { emulator: { playback: 'manual' }, env: { SCENARIO: 'reception-ja' } });

/** A model that tells what it was shown last. */
const echo = (): Model =>
  script(({ items }) => {
    const last = items.at(-1);
    return [{ say: last?.type === 'message' ? `${last.text} ですね。` : '？' }];
  });

async function call(model = echo()) {
  const ringing = await talk.call(model);
  await until(() => sent(ringing, 'output_audio_buffer.started').length === 1, 'the greeting');
  await settled(ringing);
  return ringing;
}

function press(ringing: { press(key: string): void }, keys: string): void {
  for (const key of keys) ringing.press(key);
}

await t.test('# ends an entry: the model is told as by the caller, and it is stored', async (t) => {
  const ringing = await call();
  ringing.finishPlayback();
  await settled(ringing);
  press(ringing, '0901#');
  await until(() => sent(ringing, 'output_audio_buffer.started').length === 2, 'the answer');
  ringing.finishPlayback();
  await hears(ringing, '[キー入力] 0901# ですね。');
  ringing.hangUp();
  await talk.stored(ringing);
  const turns = await talk.app.store.calls.listTurns(ringing.id);
  t.match(
    turns.filter(({ role }) => role === 'keypad'),
    [{ text: '[キー入力] 0901#', status: 'complete' }],
  );
});

await t.test('a pause ends an entry', async (t) => {
  const ringing = await call();
  ringing.finishPlayback();
  await settled(ringing);
  press(ringing, '12');
  await settled(ringing);
  await talk.pass(KEYPAD_PAUSE_MS - 1);
  t.same(asked(ringing), ['greeting']);
  await talk.pass(1);
  await until(() => asked(ringing).length === 2, 'the answer');
  ringing.hangUp();
  await talk.stored(ringing);
});

await t.test('keys pressed during the greeting are not lost', async (t) => {
  const ringing = await call();
  press(ringing, '2');
  await settled(ringing);
  await talk.pass(KEYPAD_PAUSE_MS * 2);
  t.same(asked(ringing), ['greeting'], 'the greeting is heard first');
  ringing.finishPlayback();
  await settled(ringing);
  await talk.pass(KEYPAD_PAUSE_MS);
  await until(() => sent(ringing, 'output_audio_buffer.started').length === 2, 'the answer');
  ringing.finishPlayback();
  await hears(ringing, '[キー入力] 2 ですね。');
  ringing.hangUp();
  await talk.stored(ringing);
});
