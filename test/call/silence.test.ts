import t from 'tap';
import { CLOSING_GRACE_MS } from '../../src/call/timeouts.ts';
import { CALLER_TURN, greetedWalk, RULES, spoken } from './walk.ts';

const [REPROMPT_MS, KEYPAD_MS, CLOSE_MS] = RULES.silenceMs;

t.test('silence is met by a question, the keypad and a goodbye', async (t) => {
  const walk = greetedWalk();
  walk.wait(REPROMPT_MS);
  t.equal(walk.asked.at(-1), 'reprompt');
  walk.send(...spoken('resp_1', 'reprompt'));
  walk.wait(KEYPAD_MS);
  t.equal(walk.asked.at(-1), 'keypad_offer');
  walk.send(...spoken('resp_2', 'keypad_offer'));
  walk.wait(CLOSE_MS);
  t.match(walk.all('respond').at(-1), { request: { purpose: 'closing', say: RULES.phrases.silenceClose } });
  walk.send(...spoken('resp_3', 'closing'));
  walk.wait(CLOSING_GRACE_MS);
  t.match(walk.state.ending, { reason: 'caller_silent', party: 'caller' });
});

t.test('the clock of silence starts when the last word was heard, not when it was generated', async (t) => {
  const walk = greetedWalk();
  const [created, started, done, stopped] = spoken('resp_1');
  walk.send(...CALLER_TURN, created!, started!, done!);
  walk.wait(REPROMPT_MS * 3);
  t.notOk(walk.asked.includes('reprompt'), 'the agent is still being heard');
  walk.send(stopped!);
  walk.wait(REPROMPT_MS - 1);
  t.notOk(walk.asked.includes('reprompt'));
  walk.wait(1);
  t.ok(walk.asked.includes('reprompt'));
});

t.test("a caller's turn starts the ladder from its first rung", async (t) => {
  const walk = greetedWalk();
  walk.wait(REPROMPT_MS);
  walk.send(...spoken('resp_1', 'reprompt'), ...CALLER_TURN, ...spoken('resp_2'));
  walk.wait(REPROMPT_MS);
  t.same(walk.asked, ['greeting', 'reprompt', 'reprompt']);
});

t.test('a caller who is speaking is not silent', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'speech_started', itemId: 'item_1' });
  walk.wait(REPROMPT_MS * 5);
  t.same(walk.asked, ['greeting']);
});

t.test('nobody is silent while a tool runs, be it the second of two', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'tool_started' }, { kind: 'tool_started' });
  walk.send(...spoken('resp_1'), {
    kind: 'tools_answered',
    responseId: 'resp_1',
    outputs: ['call_1'],
    control: null,
    spoken: '',
    failuresInRow: 0,
  });
  walk.send(...spoken('resp_2', 'tool_result'));
  walk.wait(REPROMPT_MS);
  t.notOk(walk.asked.includes('reprompt'));
});

t.test('who called a silent goodbye off is taken at their word', async (t) => {
  const walk = greetedWalk();
  walk.wait(REPROMPT_MS);
  walk.send(...spoken('resp_1', 'reprompt'));
  walk.wait(KEYPAD_MS);
  walk.send(...spoken('resp_2', 'keypad_offer'));
  walk.wait(CLOSE_MS);
  walk.send(...spoken('resp_3', 'closing').slice(0, 3), ...CALLER_TURN);
  walk.send({ kind: 'caller_text', itemId: 'item_1', text: 'もしもし、聞こえますか' });
  walk.send({ kind: 'playback_stopped', responseId: 'resp_3' });
  walk.wait(CLOSING_GRACE_MS);
  t.equal(walk.state.phase, 'conversing');
  t.equal(walk.state.silence, 0);
});
