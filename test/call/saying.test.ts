import t from 'tap';
import type { CallEvent } from '../../src/call/conversation.ts';
import { KEYPAD_VOICE_MS, REPLY_MS, RETRY_MS, SPEAK_MS, SPEECH_MS } from '../../src/call/timeouts.ts';
import { CALLER_TURN, endCall, greetedWalk, RULES, spoken, toolsAnswered, type Walk } from './walk.ts';

const SENTENCE = '11月24日火曜日の説明会に、ご出席ということで、よろしいでしょうか。';
const QUESTION = { kind: 'say', sentence: SENTENCE } as const;
const MENU = { purpose: 'keypad', sentence: '出席は1、欠席は2を押してください。' } as const;

const SPEAKS: CallEvent = { kind: 'speech_started', itemId: 'item_2' };
const TURN_ENDS: readonly CallEvent[] = [{ kind: 'speech_stopped' }, { kind: 'turn_committed' }];

function done(responseId: string, status: 'failed' | 'incomplete' | 'cancelled' | 'completed'): CallEvent {
  return { kind: 'response_done', responseId, status };
}

/** Sentences that were asked for after the greeting. */
function sentences(walk: Walk): (string | null)[] {
  return walk
    .all('respond')
    .slice(1)
    .map(({ request }) => request.say);
}

/** A question of a function call that is asked for. */
function asking(): Walk {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, ...spoken('resp_1'), toolsAnswered('resp_1', QUESTION));
  return walk;
}

const [created, started] = spoken('resp_2', 'read_back') as [CallEvent, CallEvent];

t.test('a question waits for the end of what the caller is saying, and for the answer to it', async (t) => {
  const walk = greetedWalk();
  const [answer, plays, ends] = spoken('resp_2');
  walk.send(SPEAKS, toolsAnswered('resp_1', QUESTION));
  walk.wait(3_000);
  walk.send(...TURN_ENDS);
  t.same(sentences(walk), [], 'turn detection answers them');
  walk.send(answer!, plays!);
  t.same(sentences(walk), []);
  walk.send(ends!);
  t.match(walk.all('respond').at(-1)?.request, {
    purpose: 'read_back',
    say: SENTENCE,
    outputs: ['call_resp_1'],
  });
  walk.send(...spoken('resp_3', 'read_back'));
  walk.wait(RETRY_MS);
  t.same(sentences(walk), [SENTENCE], 'once');
});

t.test('a question that comes when the caller has just ended waits for the answer to them', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, toolsAnswered('resp_1', QUESTION));
  t.same(sentences(walk), []);
  walk.send(...spoken('resp_2'));
  t.same(sentences(walk), [SENTENCE]);
});

t.test('a question gives way to another that the answer to the caller comes to', async (t) => {
  const walk = greetedWalk();
  const other = { kind: 'say', sentence: 'ご欠席ということで、よろしいでしょうか。' } as const;
  walk.send(SPEAKS, toolsAnswered('resp_1', QUESTION), ...TURN_ENDS);
  walk.send({ kind: 'response_created', responseId: 'resp_2', purpose: null }, { kind: 'tool_started' });
  walk.send(done('resp_2', 'completed'));
  t.same(sentences(walk), [], 'the function may want something else said');
  walk.send(toolsAnswered('resp_2', other));
  t.same(sentences(walk), [other.sentence]);
  walk.send(...spoken('resp_3', 'read_back'));
  walk.wait(RETRY_MS);
  t.same(sentences(walk), [other.sentence]);
});

t.test('a question follows what a function of the answer to the caller came to', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, toolsAnswered('resp_1', QUESTION), ...TURN_ENDS);
  walk.send({ kind: 'response_created', responseId: 'resp_2', purpose: null }, { kind: 'tool_started' });
  walk.send(done('resp_2', 'completed'), toolsAnswered('resp_2'));
  t.same(walk.asked.slice(1), ['tool_result']);
  walk.send(...spoken('resp_3', 'tool_result'));
  t.same(walk.asked.slice(1), ['tool_result', 'read_back']);
});

t.test('a question that waits for an answer that does not come is asked nevertheless', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, toolsAnswered('resp_1', QUESTION), ...TURN_ENDS);
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(sentences(walk), [SENTENCE]);
});

t.test('a question does not wait for ever for the end of a speech', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, toolsAnswered('resp_1', QUESTION));
  walk.wait(SPEECH_MS);
  t.same(sentences(walk), [SENTENCE]);
});

t.test('a question that fails is asked again word for word', async (t) => {
  for (const status of ['failed', 'incomplete'] as const) {
    const walk = asking();
    walk.send(created, done('resp_2', status));
    walk.wait(RETRY_MS);
    t.same(sentences(walk), [SENTENCE, SENTENCE], status);
  }
});

t.test('a question that is refused, stuck or not answered is asked again word for word', async (t) => {
  const refused = asking();
  refused.send({ kind: 'response_refused', purpose: 'read_back', code: 'server_error' });
  refused.wait(RETRY_MS);
  t.same(sentences(refused), [SENTENCE, SENTENCE], 'refused');
  const stuck = asking();
  stuck.send(created);
  stuck.wait(SPEAK_MS);
  stuck.send(done('resp_2', 'cancelled'));
  t.same(sentences(stuck), [SENTENCE], 'after a pause');
  stuck.wait(RETRY_MS);
  t.same(sentences(stuck), [SENTENCE, SENTENCE], 'stuck');
  const missing = asking();
  missing.wait(REPLY_MS + RETRY_MS);
  t.same(sentences(missing), [SENTENCE, SENTENCE], 'not answered');
});

t.test('that a transfer failed is told again until it is heard', async (t) => {
  const walk = greetedWalk();
  walk.send(toolsAnswered('resp_1', { kind: 'transfer', targetKey: 'office' }));
  walk.send(...spoken('resp_2', 'transfer_announce'), { kind: 'refer_answered', ok: false });
  walk.send(
    { kind: 'response_created', responseId: 'resp_3', purpose: 'transfer_failed' },
    done('resp_3', 'failed'),
  );
  walk.wait(RETRY_MS);
  const { transferAnnounce, transferFailed } = RULES.phrases;
  t.same(sentences(walk), [transferAnnounce, transferFailed, transferFailed]);
});

t.test('a question that began to be heard is not asked again by itself', async (t) => {
  const walk = asking();
  walk.send(created, started, SPEAKS, { kind: 'playback_cleared', responseId: 'resp_2' });
  walk.send(done('resp_2', 'cancelled'), ...TURN_ENDS, ...spoken('resp_3'));
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(sentences(walk), [SENTENCE]);
});

t.test('a question that was cut off before its first syllable is asked after the answer', async (t) => {
  const walk = asking();
  walk.send(created, SPEAKS, done('resp_2', 'cancelled'), ...TURN_ENDS);
  t.same(sentences(walk), [SENTENCE]);
  walk.send(...spoken('resp_3'));
  t.same(sentences(walk), [SENTENCE, SENTENCE]);
});

t.test('a question that was cut off, as it seems by nobody, is not asked again at once', async (t) => {
  const walk = asking();
  walk.send(created, done('resp_2', 'cancelled'));
  t.same(sentences(walk), [SENTENCE]);
  walk.send(SPEAKS, ...TURN_ENDS, ...spoken('resp_3'));
  t.same(sentences(walk), [SENTENCE, SENTENCE], 'the news of the caller came late');
});

t.test('a question that waited behind another sentence and was dropped is asked again', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, ...spoken('resp_1').slice(0, 3), toolsAnswered('resp_1', QUESTION));
  walk.send(created, done('resp_2', 'completed'), SPEAKS);
  walk.send({ kind: 'playback_cleared', responseId: 'resp_1' }, ...TURN_ENDS, ...spoken('resp_3'));
  t.same(sentences(walk), [SENTENCE, SENTENCE]);
});

t.test('a question that waits is asked on another sideband', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'detached' }, toolsAnswered('resp_1', QUESTION));
  t.same(sentences(walk), []);
  walk.send({ kind: 'attached' });
  t.same(sentences(walk), [SENTENCE]);
});

t.test(
  'a question of which nothing is known on another sideband is asked again, for good measure',
  async (t) => {
    const walk = asking();
    walk.send(created, { kind: 'detached' }, { kind: 'attached' });
    walk.wait(REPLY_MS);
    t.same(sentences(walk), [SENTENCE, SENTENCE]);
  },
);

t.test('a question that is lost with its sideband is asked again on another', async (t) => {
  const walk = asking();
  walk.send({ kind: 'detached' });
  walk.wait(REPLY_MS);
  walk.send({ kind: 'attached' });
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(sentences(walk), [SENTENCE, SENTENCE]);
});

t.test('a question that failed follows what somebody else says before it is asked again', async (t) => {
  const walk = asking();
  walk.send(created, done('resp_2', 'failed'), ...spoken('resp_3'));
  t.same(sentences(walk), [SENTENCE, SENTENCE]);
});

t.test('a question whose end is heard on another sideband was asked', async (t) => {
  const walk = asking();
  walk.send(created, { kind: 'detached' }, { kind: 'attached' });
  walk.send({ kind: 'playback_stopped', responseId: 'resp_2' });
  walk.wait(REPLY_MS);
  t.notOk(sentences(walk).slice(1).includes(SENTENCE));
});

t.test('the announcement of a transfer waits for the caller, the transfer not for ever', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, toolsAnswered('resp_1', { kind: 'transfer', targetKey: 'office' }));
  walk.wait(1_000);
  t.same(sentences(walk), []);
  walk.wait(SPEAK_MS);
  t.equal(walk.all('refer').length, 1);
  walk.send(...TURN_ENDS, ...spoken('resp_2'));
  t.same(sentences(walk), [], 'it would come too late');
});

t.test('a goodbye makes every other sentence pointless', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, toolsAnswered('resp_1', QUESTION), endCall('resp_2'), ...TURN_ENDS);
  t.same(sentences(walk), [RULES.phrases.farewell]);
});

t.test('keys whose answer waits for the caller are not settled without a voice', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, { kind: 'keys_answered', say: MENU, reply: false, open: true });
  walk.wait(KEYPAD_VOICE_MS * 1.5);
  walk.send(...TURN_ENDS);
  walk.wait(KEYPAD_VOICE_MS / 2);
  t.same(walk.all('settle_keys'), []);
  walk.send(...spoken('resp_1'));
  t.same(sentences(walk), [MENU.sentence]);
});

t.test('an answer to keys is out of date when the model is to answer the next ones', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, { kind: 'keys_answered', say: MENU, reply: false, open: true });
  walk.send({ kind: 'keys_answered', say: null, reply: true, open: true }, ...TURN_ENDS);
  walk.send(...spoken('resp_1'));
  walk.wait(RETRY_MS);
  t.same(sentences(walk), []);
});
