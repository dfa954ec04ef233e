import t from 'tap';
import { MAX_STALLS, PLAYBACK_MS, REPLY_MS, RETRY_MS, SPEAK_MS } from '../../src/call/timeouts.ts';
import { CALLER_TURN, greetedWalk, spoken, toolsAnswered } from './walk.ts';

const failed = (responseId: string) => [
  { kind: 'response_created', responseId, purpose: null } as const,
  { kind: 'response_done', responseId, status: 'failed' } as const,
];

t.test('a failed response is asked for again after a pause that grows', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, ...failed('resp_1'));
  walk.wait(RETRY_MS - 1);
  t.same(walk.asked, ['greeting']);
  walk.wait(1);
  t.same(walk.asked, ['greeting', 'reply']);
  walk.send(...failed('resp_2'));
  walk.wait(2 * RETRY_MS - 1);
  t.equal(walk.asked.length, 2);
  walk.wait(1);
  t.equal(walk.asked.length, 3);
});

t.test('a model that fails again and again is given up', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN);
  for (let i = 0; i < MAX_STALLS; i += 1) {
    t.equal(walk.state.phase, 'conversing');
    walk.send(...failed(`resp_${i}`));
    walk.wait(RETRY_MS * 4);
  }
  t.equal(walk.state.phase, 'hanging_up');
  t.match(walk.state.ending, { reason: 'model_unresponsive', party: 'openai' });
});

t.test('a response that completes forgives the failures before it', async (t) => {
  const walk = greetedWalk();
  for (let i = 0; i < MAX_STALLS * 2; i += 1) {
    walk.send(...CALLER_TURN, ...failed(`resp_a${i}`));
    walk.wait(RETRY_MS);
    walk.send(...spoken(`resp_b${i}`, 'reply'));
  }
  t.equal(walk.state.phase, 'conversing');
});

t.test('a caller who was answered in the meantime is not answered again', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, ...failed('resp_1'), ...CALLER_TURN, ...spoken('resp_2'));
  walk.wait(RETRY_MS * 4);
  t.same(walk.asked, ['greeting']);
});

t.test('a turn that turn detection does not answer is answered by hand', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN);
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting', 'reply']);
  t.same(walk.alarms, ['no_response']);
});

t.test('a response that takes long is no reason to ask for another', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'response_created', responseId: 'resp_1', purpose: null });
  walk.send({ kind: 'playback_started', responseId: 'resp_1' });
  walk.send(
    { kind: 'tool_started' },
    {
      kind: 'tools_answered',
      responseId: 'resp_0',
      outputs: ['call_1'],
      control: null,
      spoken: '',
      failuresInRow: 0,
    },
  );
  walk.wait(REPLY_MS + RETRY_MS);
  t.same(walk.asked, ['greeting', 'tool_result'], 'the result waits behind the running response');
  t.same(walk.alarms, []);
});

t.test('whatever was asked for and does not come is asked for again', async (t) => {
  for (const ask of ['reprompt', 'transfer_failed', 'reply'] as const) {
    const walk = greetedWalk();
    if (ask === 'reprompt') walk.wait(10_000);
    else if (ask === 'reply') {
      walk.send(...CALLER_TURN, { kind: 'detached' }, { kind: 'attached' });
    } else {
      walk.send(...spoken('resp_1'), {
        kind: 'tools_answered',
        responseId: 'resp_1',
        outputs: ['call_1'],
        control: { kind: 'transfer', targetKey: 'office' },
        spoken: '',
        failuresInRow: 0,
      });
      walk.send(...spoken('resp_2', 'transfer_announce'), { kind: 'refer_answered', ok: false });
    }
    t.equal(walk.asked.at(-1), ask);
    const before = walk.asked.length;
    walk.wait(REPLY_MS + RETRY_MS);
    t.equal(walk.asked.length, before + 1, `${ask}: asked again`);
  }
});

t.test('a response that neither speaks nor ends is cancelled', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, { kind: 'response_created', responseId: 'resp_1', purpose: null });
  walk.wait(SPEAK_MS);
  t.equal(walk.all('cancel_response').length, 1);
  t.same(walk.alarms, ['response_stuck']);
});

t.test('a response that ends before its first syllable is asked for again', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, { kind: 'response_created', responseId: 'resp_1', purpose: null });
  walk.send({ kind: 'response_done', responseId: 'resp_1', status: 'incomplete' });
  walk.wait(RETRY_MS);
  t.same(walk.asked, ['greeting', 'reply']);
  t.same(walk.alarms, ['response_incomplete']);
});

t.test('a response that ends before its last syllable was an answer', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, ...spoken('resp_1').slice(0, 2));
  walk.send({ kind: 'response_done', responseId: 'resp_1', status: 'incomplete' });
  walk.send({ kind: 'playback_stopped', responseId: 'resp_1' });
  walk.wait(RETRY_MS);
  t.same(walk.asked, ['greeting']);
});

t.test('a response that ends after a function call goes on with its output', async (t) => {
  const walk = greetedWalk();
  walk.send(...CALLER_TURN, { kind: 'response_created', responseId: 'resp_1', purpose: null });
  walk.send({ kind: 'tool_started' }, { kind: 'response_done', responseId: 'resp_1', status: 'incomplete' });
  walk.wait(RETRY_MS);
  walk.send(toolsAnswered('resp_1'));
  t.same(walk.asked, ['greeting', 'tool_result']);
});

t.test('a stuck response is found out behind one that is being played', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1').slice(0, 3));
  walk.send({ kind: 'response_created', responseId: 'resp_2', purpose: null });
  walk.wait(SPEAK_MS);
  t.same(walk.all('cancel_response'), [], 'somebody is being heard');
  walk.send({ kind: 'playback_stopped', responseId: 'resp_1' });
  walk.wait(SPEAK_MS);
  t.equal(walk.all('cancel_response').length, 1);
});

t.test('a playback whose end is never told is taken as ended', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1').slice(0, 3));
  walk.wait(PLAYBACK_MS);
  t.equal(walk.state.playing, null);
});
