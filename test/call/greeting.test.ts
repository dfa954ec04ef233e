import t from 'tap';
import { restoreConversation } from '../../src/call/takeover-progress.ts';
import {
  GREETING_PLAY_MS,
  GREETING_START_MS,
  NOTE_MS,
  REPLY_MS,
  SIGN_MS,
  SPEAK_MS,
} from '../../src/call/timeouts.ts';
import { CALLER_TURN, greetedWalk, RULES, spoken, Walk } from './walk.ts';

t.test('the greeting is asked for as soon as the sideband is there, word for word', async (t) => {
  const walk = new Walk();
  walk.send({ kind: 'attached' });
  t.same(walk.all('respond'), [
    { kind: 'respond', request: { purpose: 'greeting', say: RULES.greeting, outputs: [] } },
  ]);
});

t.test('ears open when the greeting was heard, not when it was generated', async (t) => {
  const walk = new Walk();
  const [created, started, done, stopped] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, done!);
  t.same(walk.all('listen'), [], 'generated, but still being played');
  walk.send(stopped!);
  t.same(walk.all('listen'), [{ kind: 'listen', mode: 'conversation' }]);
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'played' }]);
});

t.test('who speaks during the greeting is answered after it, once', async (t) => {
  const walk = new Walk();
  const [created, started, done, stopped] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, ...CALLER_TURN, done!);
  t.same(walk.asked, ['greeting']);
  walk.send(stopped!);
  t.same(walk.asked, ['greeting', 'reply']);
});

t.test('a greeting that was cut off is no proof', async (t) => {
  const walk = new Walk();
  const [created, started] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, { kind: 'playback_cleared', responseId: 'resp_1' });
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'cut' }]);
  t.equal(walk.state.phase, 'conversing');
});

t.test('a greeting that failed while it was spoken is no proof', async (t) => {
  const walk = new Walk();
  const [created, started, , stopped] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, {
    kind: 'response_done',
    responseId: 'resp_1',
    status: 'failed',
  });
  walk.send(stopped!);
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'cut' }]);
  t.same(walk.asked, ['greeting'], 'and is not begun anew');
});

t.test('a greeting whose end is never told is no proof, and the talk begins', async (t) => {
  const walk = new Walk();
  const [created, started] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!);
  walk.wait(GREETING_PLAY_MS);
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'unproven' }]);
  t.equal(walk.state.phase, 'conversing');
});

t.test('a greeting that does not start is asked for once more, then the call is given up', async (t) => {
  const walk = new Walk();
  walk.send({ kind: 'attached' });
  walk.wait(GREETING_START_MS);
  t.same(walk.asked, ['greeting'], 'first it is asked whether the line answers');
  walk.send({ kind: 'session_updated' });
  t.same(walk.asked, ['greeting', 'greeting']);
  walk.wait(GREETING_START_MS);
  walk.send({ kind: 'session_updated' });
  t.equal(walk.state.phase, 'hanging_up');
  t.same(walk.alarms, ['greeting_not_started']);
  t.match(walk.state.ending, { reason: 'model_unresponsive', party: 'openai' });
  walk.send({ kind: 'hung_up', ok: true });
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'not_played' }], 'nothing was played');
});

t.test('a refused greeting is asked for once more', async (t) => {
  const walk = new Walk();
  walk.send({ kind: 'attached' }, { kind: 'response_refused', purpose: 'greeting', code: 'server_error' });
  t.same(walk.asked, ['greeting', 'greeting']);
});

t.test('a stuck greeting is cancelled before it is asked for again', async (t) => {
  const walk = new Walk();
  walk.send({ kind: 'attached' }, { kind: 'response_created', responseId: 'resp_1', purpose: 'greeting' });
  walk.wait(GREETING_START_MS);
  walk.send({ kind: 'session_updated' });
  t.equal(walk.all('cancel_response').length, 1);
  t.same(walk.asked, ['greeting', 'greeting']);
});

t.test('a greeting of which the news is late is not asked for again', async (t) => {
  const walk = new Walk();
  walk.send({ kind: 'attached' });
  walk.wait(GREETING_START_MS);
  walk.send(...spoken('resp_1', 'greeting'), { kind: 'session_updated' });
  t.same(walk.asked, ['greeting']);
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'played' }]);
});

t.test('a line that does not answer is talked on as if the greeting may have been heard', async (t) => {
  const walk = new Walk();
  walk.send({ kind: 'attached' });
  walk.wait(2 * GREETING_START_MS);
  t.same(walk.asked, ['greeting']);
  t.equal(walk.state.phase, 'conversing');
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'unproven' }]);
});

t.test('a sideband that breaks during the greeting does not make it heard twice', async (t) => {
  const walk = new Walk();
  const [created, started] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, { kind: 'detached' });
  walk.wait(GREETING_PLAY_MS);
  walk.send({ kind: 'attached' });
  t.same(walk.asked.filter((purpose) => purpose === 'greeting').length, 1);
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'unproven' }]);
  t.equal(walk.state.phase, 'conversing');
});

t.test('a second sideband after the greeting does not greet', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'detached' }, { kind: 'attached' });
  t.same(walk.asked, ['greeting']);
  t.same(walk.all('listen').at(-1), { kind: 'listen', mode: 'conversation' });
});

t.test('a caller who leaves during the greeting leaves the proof open', async (t) => {
  const walk = new Walk();
  const [created, started] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, { kind: 'detached' }, { kind: 'gone' });
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'unproven' }]);
  t.match(walk.all('end'), [{ ending: { reason: 'caller_hangup', party: 'caller' } }]);
});

/** A call whose owner died between storing that it greets and the proof that it did. */
function inherited(silent = true): Walk {
  const walk = new Walk();
  walk.state = restoreConversation(null, 'pending', silent);
  walk.send({ kind: 'attached' });
  return walk;
}

t.test('a new owner whose message is the first of the conversation greets: nobody has', async (t) => {
  const walk = inherited();
  walk.send({ kind: 'note_added', first: true });
  t.same(walk.asked, [], 'what was asked for may still show itself');
  walk.wait(SIGN_MS);
  t.same(walk.asked, ['greeting']);
  walk.send(...spoken('resp_1', 'greeting'));
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'played' }]);
});

t.test('a new owner whose message is not the first does not greet again', async (t) => {
  const walk = inherited();
  walk.send({ kind: 'note_added', first: false }, { kind: 'note_added', first: true });
  t.same(walk.asked, []);
  t.same(walk.all('notice'), [{ kind: 'notice', proof: 'unproven' }]);
  t.equal(walk.state.phase, 'conversing');
});

t.test('a new owner who is not told the place of its message goes on without a greeting', async (t) => {
  const walk = inherited();
  walk.wait(NOTE_MS);
  walk.send({ kind: 'note_added', first: true });
  t.same(walk.asked.includes('greeting'), false);
  t.equal(walk.state.phase, 'conversing');
});

t.test(
  'a sign of the greeting, after the conversation was found empty: it is not asked for again',
  async (t) => {
    for (const sign of spoken('resp_old', null)) {
      const walk = inherited();
      walk.send({ kind: 'note_added', first: true }, sign);
      walk.wait(SIGN_MS);
      t.same(walk.asked, [], sign.kind);
      t.same(walk.all('notice'), [{ kind: 'notice', proof: 'unproven' }]);
    }
  },
);

t.test('a sideband that was lost before any sign of the greeting: it is asked for again', async (t) => {
  const walk = new Walk();
  walk.send({ kind: 'attached' }, { kind: 'detached' }, { kind: 'attached' }, { kind: 'detached' });
  walk.send({ kind: 'attached' }, { kind: 'note_added', first: true });
  walk.wait(SIGN_MS);
  t.same(walk.asked, ['greeting', 'greeting']);
});

t.test('a sideband that was lost after the greeting had begun: it is not asked for again', async (t) => {
  const walk = new Walk();
  const [created] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, { kind: 'detached' }, { kind: 'attached' });
  walk.send({ kind: 'note_added', first: true });
  walk.wait(SIGN_MS);
  t.same(walk.asked, ['greeting']);
  t.equal(walk.state.phase, 'conversing');
});

t.test('a new owner of a call that was being greeted lets nobody wait for the end of it', async (t) => {
  const walk = inherited();
  walk.send({ kind: 'note_added', first: false });
  walk.wait(REPLY_MS);
  t.same(walk.asked, ['reply'], 'the model goes on from what it knows');
});

t.test('a greeting that is made without an end does not hold the talk up', async (t) => {
  const walk = new Walk();
  walk.send({ kind: 'attached' }, { kind: 'response_created', responseId: 'resp_1', purpose: 'greeting' });
  walk.wait(2 * GREETING_START_MS);
  t.equal(walk.state.phase, 'conversing');
  walk.wait(SPEAK_MS);
  t.equal(walk.all('cancel_response').length, 1);
});

t.test('a call that a dead node may have answered: greeted only if nothing was said in it', async (t) => {
  for (const [first, asked] of [
    [true, ['greeting']],
    [false, []],
  ] as const) {
    const walk = new Walk();
    walk.state = { ...walk.state, greetingDoubt: 'open' };
    walk.send({ kind: 'attached' }, { kind: 'note_added', first });
    walk.wait(SIGN_MS);
    t.same(walk.asked, asked);
    t.ok(walk.timers.has('max_duration'));
  }
});

t.test('where something is stored of what was said, nobody looks whether to greet', async (t) => {
  t.equal(inherited(false).state.phase, 'conversing');
});

t.test('a later message of ours changes nothing', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'note_added', first: true });
  t.same(walk.asked, ['greeting']);
});
