import t from 'tap';
import type { EmulatedCall } from '../../emulator/index.ts';
import { hears, script } from './service.ts';
import { sent, settled, startTalk } from './talk.ts';

const talk = await startTalk(t);
const store = talk.app.store.calls;

async function turnsOf(call: EmulatedCall) {
  call.hangUp();
  const stored = await talk.stored(call);
  return { stored, turns: await store.listTurns(call.id), usage: await store.listUsage(call.id) };
}

await t.test('turns stand in the order of the talk, though transcripts come late', async (t) => {
  const call = await talk.greetedCall(script([{ say: 'お名前をどうぞ。' }], [{ say: '承りました。' }]));
  await call.say('欠席します。', { transcript: 'late' });
  await hears(call, 'お名前');
  await call.say('山田です。', { transcript: 'late' });
  await hears(call, '承りました');
  await settled(call);
  const { turns } = await turnsOf(call);
  t.same(
    turns.slice(1).map(({ role, text, status }) => [role, text, status]),
    [
      ['caller', '欠席します。', 'complete'],
      ['agent', 'お名前をどうぞ。', 'complete'],
      ['caller', '山田です。', 'complete'],
      ['agent', '承りました。', 'complete'],
    ],
  );
  t.same(
    turns.map(({ sequence }) => sequence),
    [1, 2, 3, 4, 5],
  );
  for (const { startedAt, endedAt } of turns) t.ok(startedAt <= endedAt);
});

await t.test('what could not be transcribed, or never was, is a turn without words', async (t) => {
  const call = await talk.greetedCall(script([{ say: 'はい。' }], [{ say: 'ええ。' }]));
  await call.say('……', { transcript: 'failed' });
  await hears(call, 'はい。');
  await call.say('……', { transcript: 'never' });
  await hears(call, 'ええ。');
  await settled(call);
  const { turns } = await turnsOf(call);
  t.same(
    turns.filter(({ role }) => role === 'caller').map(({ text, status }) => [text, status]),
    [
      ['', 'partial'],
      ['', 'partial'],
    ],
  );
});

await t.test('the transcript is what was transcribed, not what the model heard', async (t) => {
  const call = await talk.greetedCall(script([{ say: 'はい。' }]));
  await call.say('欠席します。', { heardAs: 'ご視聴ありがとうございました' });
  await hears(call, 'はい。');
  const { turns } = await turnsOf(call);
  t.equal(turns[1]?.text, 'ご視聴ありがとうございました');
});

await t.test('words of any kind are stored as words', async (t) => {
  const text = '<img src=x onerror=alert(1)> 𠮷野\u202Eです 😀 \uD83D =1+1';
  const call = await talk.greetedCall(script([{ say: 'はい。' }]));
  await call.say(text);
  await hears(call, 'はい。');
  const { turns } = await turnsOf(call);
  t.equal(turns[1]?.text, text.replace('\uD83D =', '\uFFFD ='), 'but half a character');
});

interface Details {
  readonly text_tokens: number;
  readonly audio_tokens: number;
}

await t.test(
  'each response and transcription is paid for once, cached tokens at their own rate',
  async (t) => {
    const call = await talk.greetedCall(
      script([{ say: 'お名前をどうぞ。' }], [{ say: 'お日にちをどうぞ。' }], [{ say: '承りました。' }]),
    );
    for (const [words, answer] of [
      ['欠席します。', 'お名前'],
      ['山田太郎です。', 'お日にち'],
      ['十月一日です。', '承りました'],
    ] as const) {
      await call.say(words);
      await hears(call, answer);
    }
    const { stored, usage } = await turnsOf(call);

    let expected = 0;
    let cached = 0;
    for (const { event } of sent(call, 'response.done')) {
      const { response } = event as unknown as {
        response: {
          usage: {
            input_token_details: Details & { cached_tokens_details: Details };
            output_token_details: Details;
          };
        };
      };
      const { input_token_details: input, output_token_details: output } = response.usage;
      const from = input.cached_tokens_details;
      cached += from.text_tokens + from.audio_tokens;
      expected +=
        (input.text_tokens - from.text_tokens) * 4 +
        from.text_tokens * 0.4 +
        (input.audio_tokens - from.audio_tokens) * 32 +
        from.audio_tokens * 0.4 +
        output.text_tokens * 24 +
        output.audio_tokens * 64;
    }
    let seconds = 0;
    for (const { event } of sent(call, 'conversation.item.input_audio_transcription.completed')) {
      seconds += (event as unknown as { usage: { seconds: number } }).usage.seconds;
    }
    const dollars = expected / 1_000_000 + (seconds / 60) * 0.0045;
    t.ok(cached > 0, 'some of it was cached');
    t.ok(Math.abs((stored.costUsd ?? 0) - dollars) < 1e-6, `${stored.costUsd} is ${dollars}`);
    t.same(usage.map(({ kind }) => kind).sort(), [
      'response',
      'response',
      'response',
      'response',
      'transcription',
      'transcription',
      'transcription',
    ]);
  },
);
