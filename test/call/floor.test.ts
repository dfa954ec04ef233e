import t from 'tap';
import type { CallEvent } from '../../src/call/conversation.ts';
import { COMMIT_MS, REPLY_MS, RETRY_MS, SPEECH_MS } from '../../src/call/timeouts.ts';
import { CALLER_TURN, greetedWalk, spoken, toolsAnswered, Walk } from './walk.ts';

const SPEAKS: CallEvent = { kind: 'speech_started', itemId: 'item_2' };
const PAUSES: CallEvent = { kind: 'speech_stopped' };
const TURN_ENDS: readonly CallEvent[] = [PAUSES, { kind: 'turn_committed' }];

/** A walk past a greeting over which the caller said something, and at whose end they are speaking again. */
function speakingAtTheEndOfTheGreeting(): Walk {
  const walk = new Walk();
  const [created, started, done, stopped] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, done!, ...CALLER_TURN, SPEAKS, stopped!);
  return walk;
}

t.test('who speaks at the end of the greeting is heard out, and answered by turn detection', async (t) => {
  const walk = speakingAtTheEndOfTheGreeting();
  walk.wait(3_000);
  t.same(walk.asked, ['greeting'], 'what they said before is answered with it');
  walk.send(...TURN_ENDS, ...spoken('resp_2'));
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting']);
});

t.test('who spoke at the end of the greeting and is not answered is answered by hand', async (t) => {
  const walk = speakingAtTheEndOfTheGreeting();
  walk.send(...TURN_ENDS);
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting', 'reply']);
});

t.test('the answer of a tool does not talk over the caller: the answer to their words uses it', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'tool_started' }, SPEAKS, toolsAnswered('resp_1'));
  t.same(walk.asked, ['greeting']);
  walk.send(...TURN_ENDS, ...spoken('resp_2'));
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting']);
});

t.test('a filler does not talk over the caller', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'tool_started' }, SPEAKS, PAUSES, { kind: 'tool_slow' });
  t.same(walk.asked, ['greeting']);
});

t.test('what failed is not asked for again while the caller speaks', async (t) => {
  const walk = greetedWalk();
  const failed = { kind: 'response_done', responseId: 'resp_1', status: 'failed' } as const;
  walk.send(...CALLER_TURN, ...spoken('resp_1').slice(0, 1), failed, SPEAKS);
  walk.wait(RETRY_MS * 3);
  t.same(walk.asked, ['greeting']);
  walk.send(...TURN_ENDS);
  walk.wait(REPLY_MS + RETRY_MS * 2);
  t.same(walk.asked, ['greeting', 'reply']);
});

t.test('who goes on before they are answered is not missed an answer', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, SPEAKS);
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting']);
  t.same(walk.alarms, [], 'nothing is late: turn detection answers when they have ended');
});

t.test('what was no speech keeps nothing back for long', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, toolsAnswered('resp_1'), PAUSES);
  walk.wait(COMMIT_MS - 1);
  t.same(walk.asked, ['greeting']);
  walk.wait(1);
  t.same(walk.asked, ['greeting', 'reply']);
});

t.test('speech without an end keeps nothing back for ever', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, toolsAnswered('resp_1'));
  walk.wait(SPEECH_MS - 1);
  t.same(walk.asked, ['greeting']);
  walk.wait(1);
  t.same(walk.asked, ['greeting', 'reply']);
});

t.test('what was asked for before a speech without an end is asked for again', async (t) => {
  const walk = greetedWalk();
  walk.send(toolsAnswered('resp_1'), SPEAKS);
  walk.wait(SPEECH_MS + REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting', 'tool_result', 'reply']);
});

t.test('those who hold back what waits are told who has the word', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, PAUSES);
  t.same(walk.all('floor'), [{ kind: 'floor', caller: true }], 'what they said is not there yet');
  walk.send({ kind: 'turn_committed' });
  t.same(walk.all('floor').at(-1), { kind: 'floor', caller: false });
});

t.test('who ended while a response was made that does not know of it is answered after it', async (t) => {
  const walk = greetedWalk();
  const [created, started, done, stopped] = spoken('resp_1', 'tool_result');
  walk.send(toolsAnswered('resp_0'), SPEAKS, created!, started!, ...TURN_ENDS);
  t.same(walk.asked, ['greeting', 'tool_result']);
  walk.send(done!);
  t.same(walk.asked, ['greeting', 'tool_result', 'reply']);
  walk.send(...spoken('resp_2', 'reply'), stopped!);
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting', 'tool_result', 'reply']);
});

t.test('an utterance that outlives its sideband is waited for', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, { kind: 'detached' }, { kind: 'attached' });
  walk.wait(REPLY_MS - 1);
  t.same(walk.asked, ['greeting']);
  walk.send(...TURN_ENDS, ...spoken('resp_1'));
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting']);
});

t.test('an utterance whose end was missed with its sideband is answered by hand', async (t) => {
  const walk = greetedWalk();
  walk.send(SPEAKS, { kind: 'detached' }, { kind: 'attached' });
  walk.wait(REPLY_MS);
  t.same(walk.asked, ['greeting', 'reply']);
});

t.test('an utterance whose end was missed is not answered twice', async (t) => {
  for (const answer of spoken('resp_1').slice(0, 2)) {
    const walk = greetedWalk();
    walk.send(SPEAKS, { kind: 'detached' }, { kind: 'attached' }, answer);
    walk.wait(REPLY_MS + RETRY_MS);
    t.same(walk.asked, ['greeting'], answer.kind);
  }
});
