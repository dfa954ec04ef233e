import t from 'tap';
import type { CallEvent } from '../../src/call/conversation.ts';
import { isCallerClosing } from '../../src/call/closing.ts';
import {
  CLOSING_GRACE_MS,
  CLOSING_PLAY_MS,
  CLOSING_SPEECH_MS,
  CLOSING_START_MS,
  CLOSING_WORDS_MS,
  HARD_STOP_MS,
  RESUMED_CLOSING_MS,
} from '../../src/call/timeouts.ts';
import { endCall, greetedWalk, RULES, spoken, type Walk } from './walk.ts';

const FAREWELL = spoken('resp_bye', 'closing');

/** A goodbye that is being played. */
function sayingGoodbye(): Walk {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1'), endCall('resp_1'));
  walk.send(...FAREWELL.slice(0, 3));
  return walk;
}

function utterance(itemId: string): CallEvent[] {
  return [{ kind: 'speech_started', itemId }, { kind: 'speech_stopped' }, { kind: 'turn_committed' }];
}

t.test('the hang-up waits for the end of the goodbye and a moment more', async (t) => {
  const walk = sayingGoodbye();
  walk.wait(5_000);
  t.equal(walk.state.phase, 'closing', 'the response is done, but not heard');
  walk.send(...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS - 1);
  t.same(walk.all('hang_up'), []);
  walk.wait(1);
  t.equal(walk.all('hang_up').length, 1);
  t.match(walk.state.ending, { reason: 'completed', party: 'agent', detail: 'other' });
});

t.test('words of parting over the goodbye do not call it off', async (t) => {
  const walk = sayingGoodbye();
  walk.send(...utterance('item_a'), { kind: 'caller_text', itemId: 'item_a', text: 'はい、失礼します。' });
  walk.send(...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('a question over the goodbye calls it off, and is answered', async (t) => {
  const walk = sayingGoodbye();
  walk.send(...utterance('item_a'), {
    kind: 'caller_text',
    itemId: 'item_a',
    text: 'あ、すみません、場所は。',
  });
  walk.send(...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'conversing');
  t.equal(walk.all('resumed').length, 1);
  t.same(walk.all('listen').at(-1), { kind: 'listen', mode: 'conversation' });
  t.equal(walk.asked.at(-1), 'reply');
});

t.test('the second goodbye is the last', async (t) => {
  const walk = sayingGoodbye();
  walk.send(...utterance('item_a'), { kind: 'caller_text', itemId: 'item_a', text: '場所は。' });
  walk.send(...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS);
  walk.send(...spoken('resp_3', 'reply'), endCall('resp_3'));
  walk.send(...spoken('resp_bye2', 'closing').slice(0, 3));
  walk.send(...utterance('item_b'), { kind: 'caller_text', itemId: 'item_b', text: 'あの、まだ。' });
  walk.send({ kind: 'playback_stopped', responseId: 'resp_bye2' });
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'hanging_up');
  t.equal(walk.all('resumed').length, 1);
});

t.test('the transcript of what was said over the goodbye is waited for a moment', async (t) => {
  const walk = sayingGoodbye();
  walk.send(...utterance('item_a'), ...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'closing');
  walk.send({ kind: 'caller_text', itemId: 'item_a', text: '失礼します' });
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('without a transcript the caller is believed to have gone on', async (t) => {
  const walk = sayingGoodbye();
  walk.send(...utterance('item_a'), ...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS + CLOSING_WORDS_MS);
  t.equal(walk.state.phase, 'conversing');
});

t.test('a late transcript of an earlier turn is not taken for words over the goodbye', async (t) => {
  const walk = greetedWalk();
  walk.send(...utterance('item_early'), ...spoken('resp_1'), endCall('resp_1'));
  walk.send(...FAREWELL.slice(0, 3), ...utterance('item_bye'));
  walk.send({ kind: 'caller_text', itemId: 'item_early', text: '説明会は欠席します。' });
  walk.send({ kind: 'caller_text', itemId: 'item_bye', text: 'はい、失礼します。' });
  walk.send(...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('a late transcript of an earlier turn does not stand for words not heard yet', async (t) => {
  const walk = sayingGoodbye();
  walk.send(...utterance('item_bye'), ...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS);
  walk.send({ kind: 'caller_text', itemId: 'item_early', text: 'はい。' });
  t.equal(walk.state.phase, 'closing', 'still waiting for the words over the goodbye');
});

t.test('a caller who speaks without a pause does not hold the line', async (t) => {
  const walk = sayingGoodbye();
  walk.send({ kind: 'speech_started', itemId: 'item_a' }, ...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS + CLOSING_SPEECH_MS);
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('a caller who pauses and goes on while their words are waited for is not hung up on', async (t) => {
  const walk = sayingGoodbye();
  walk.send({ kind: 'speech_started', itemId: 'item_a' }, { kind: 'speech_stopped' }, ...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS + 700);
  walk.send({ kind: 'speech_started', itemId: 'item_b' });
  walk.wait(CLOSING_WORDS_MS);
  t.same(walk.all('hang_up'), [], 'they are speaking');
  walk.send({ kind: 'speech_stopped' }, { kind: 'turn_committed' });
  walk.wait(CLOSING_WORDS_MS);
  t.equal(walk.state.phase, 'conversing', 'and called it off');
});

t.test('who goes on without a pause while their words are waited for does not hold the line', async (t) => {
  const walk = sayingGoodbye();
  walk.send(...utterance('item_a'), ...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS + 700);
  walk.send({ kind: 'speech_started', itemId: 'item_b' });
  walk.wait(CLOSING_SPEECH_MS);
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('a goodbye that failed is asked for once more, then the call ends', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1'), endCall('resp_1'));
  for (const responseId of ['resp_bye1', 'resp_bye2']) {
    t.equal(walk.state.phase, 'closing');
    walk.send(
      { kind: 'response_created', responseId, purpose: 'closing' },
      { kind: 'response_done', responseId, status: 'failed' },
    );
  }
  t.equal(walk.asked.filter((purpose) => purpose === 'closing').length, 2);
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('a goodbye that does not start ends the call with an alarm', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1'), endCall('resp_1'));
  walk.wait(CLOSING_START_MS);
  t.equal(walk.state.phase, 'hanging_up');
  t.same(walk.alarms, ['closing_not_started']);
});

t.test('a goodbye whose end is never told ends the call', async (t) => {
  const walk = sayingGoodbye();
  walk.wait(CLOSING_PLAY_MS + CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('a goodbye that was said beside end_call is not said twice', async (t) => {
  const walk = greetedWalk();
  const [created, started, done, stopped] = spoken('resp_1');
  walk.send(created!, started!, done!, endCall('resp_1', 'それでは失礼いたします。'));
  t.notOk(walk.asked.includes('closing'));
  walk.wait(3_000);
  t.equal(walk.state.phase, 'closing', 'it is still being heard');
  walk.send(stopped!);
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('a goodbye said beside end_call is waited for behind what is still being played', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1').slice(0, 3));
  walk.send(
    { kind: 'response_created', responseId: 'resp_2', purpose: 'tool_result' },
    { kind: 'response_done', responseId: 'resp_2', status: 'completed' },
    endCall('resp_2', '承りました。失礼いたします。'),
  );
  walk.wait(CLOSING_GRACE_MS + 1_000);
  t.equal(walk.state.phase, 'closing', 'resp_1 is being heard, resp_2 waits behind it');
  walk.send(
    { kind: 'playback_stopped', responseId: 'resp_1' },
    { kind: 'playback_started', responseId: 'resp_2' },
    { kind: 'playback_stopped', responseId: 'resp_2' },
  );
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'hanging_up');
  t.same(walk.alarms, []);
});

t.test('a goodbye said beside end_call that was heard already is followed by the hang-up', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1'), endCall('resp_1', '失礼いたします。'));
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'hanging_up');
});

t.test('a model that ends the call again and again hangs up once', async (t) => {
  const walk = greetedWalk();
  for (let i = 0; i < 300; i += 1) walk.send(...spoken(`resp_${i}`), endCall(`resp_${i}`));
  walk.wait(CLOSING_START_MS);
  t.equal(walk.all('hang_up').length, 1);
  t.equal(walk.asked.filter((purpose) => purpose === 'closing').length, 1);
});

t.test('at the longest duration the agent says so and hangs up', async (t) => {
  const walk = greetedWalk();
  keepTalking(walk, RULES.maxCallMs);
  t.match(walk.all('respond').at(-1), { request: { purpose: 'closing', say: RULES.phrases.maxDuration } });
  walk.send(...FAREWELL);
  walk.wait(CLOSING_GRACE_MS);
  t.match(walk.state.ending, { reason: 'max_duration', party: 'denwaban' });
});

t.test('the longest duration makes a goodbye under way the last one', async (t) => {
  const walk = greetedWalk();
  keepTalking(walk, RULES.maxCallMs - 1_000);
  walk.send(...spoken('resp_1'), endCall('resp_1'));
  walk.send(...FAREWELL.slice(0, 3), ...utterance('item_a'), ...FAREWELL.slice(3));
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.closing?.stage, 'words');
  walk.wait(400);
  walk.send({ kind: 'caller_text', itemId: 'item_a', text: 'ところで、場所は。' });
  t.equal(walk.state.phase, 'hanging_up');
  t.same(walk.all('resumed'), []);
});

t.test('past the longest duration a call that does not end is hung up without words', async (t) => {
  const walk = greetedWalk();
  keepTalking(walk, RULES.maxCallMs);
  walk.send(...FAREWELL.slice(0, 3));
  walk.wait(HARD_STOP_MS);
  t.equal(walk.state.phase, 'hanging_up');
  t.match(walk.state.ending, { reason: 'max_duration' });
});

t.test('a request from outside to close is polite, final and made once', async (t) => {
  const walk = greetedWalk();
  const close = { kind: 'close_requested', reason: 'drain_deadline', party: 'denwaban' } as const;
  walk.send(close, close);
  t.equal(walk.asked.filter((purpose) => purpose === 'closing').length, 1);
  t.equal(walk.state.closing?.cancellable, false);
});

t.test('a hang-up that failed is handed to the sweeper', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'abort', reason: 'internal_error', party: 'denwaban', detail: null });
  walk.send({ kind: 'hung_up', ok: false });
  t.equal(walk.state.phase, 'over');
  t.equal(walk.all('abandon').length, 1);
  t.same(walk.all('end'), []);
  t.same(walk.alarms, ['hangup_failed']);
});

t.test('only words of parting are words of parting', async (t) => {
  const closings = RULES.callerClosings;
  for (const text of [
    'はい、失礼します。',
    'ありがとうございました！',
    'では、失礼いたします',
    '',
    'はい はい',
    '以上です。',
    'はい、大丈夫です。',
    '特にありません。',
    'それだけです、失礼致します。',
  ])
    t.ok(isCallerClosing(text, closings), text);
  for (const text of [
    'いいえ。',
    '時間がありません。',
    '以上ですが、場所は。',
    'はい、場所は',
    '失礼ですが、お名前は',
    'ありがとうございます、あと一つ',
  ])
    t.notOk(isCallerClosing(text, closings), text);
});

/** A talk that neither falls silent nor stalls. */
function keepTalking(walk: Walk, until: number): void {
  for (let i = 0; walk.now < until; i += 1) {
    walk.send(...utterance(`item_talk_${i}`), ...spoken(`resp_talk_${i}`));
    walk.wait(Math.min(5_000, until - walk.now));
  }
}

t.test(
  'the end of a goodbye that may have been missed with the sideband is not waited for long',
  async (t) => {
    const walk = sayingGoodbye();
    walk.wait(1_000);
    walk.send({ kind: 'detached' }, { kind: 'attached' });
    walk.wait(RESUMED_CLOSING_MS - 1);
    t.same(walk.all('hang_up'), [], 'it may still be playing');
    walk.wait(1);
    t.equal(walk.all('hang_up').length, 1);
  },
);

t.test('a goodbye that ends on another sideband is heard to its end', async (t) => {
  const walk = sayingGoodbye();
  walk.send({ kind: 'detached' }, { kind: 'attached' });
  walk.wait(5_000);
  walk.send({ kind: 'playback_stopped', responseId: 'resp_bye' });
  walk.wait(CLOSING_GRACE_MS - 1);
  t.same(walk.all('hang_up'), []);
  walk.wait(1);
  t.equal(walk.all('hang_up').length, 1);
});
