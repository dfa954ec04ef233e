import t from 'tap';
import type { CallEvent } from '../../src/call/conversation.ts';
import {
  KEYPAD_MAX_KEYS,
  KEYPAD_PAUSE_MS,
  KEYPAD_VOICE_MS,
  KEYPAD_WAIT_MS,
  MAX_STALLS,
} from '../../src/call/timeouts.ts';
import { CALLER_TURN, endCall, greetedWalk, RULES, spoken, Walk } from './walk.ts';

const keys = (text: string) => Array.from(text, (key) => ({ kind: 'key_pressed', key }) as const);

const MENU = { purpose: 'keypad', sentence: '出席は1、欠席は2を押してください。' } as const;
const READ_BACK = { purpose: 'read_back', sentence: 'ご出席ということで、よろしいでしょうか。' } as const;

/** The desk's answer to an entry. */
function answered(fields: Partial<CallEvent & { kind: 'keys_answered' }> = {}): CallEvent {
  return { kind: 'keys_answered', say: null, reply: false, open: true, ...fields };
}

/** Entries that were handed to the desk. */
function entered(walk: Walk): string[] {
  return walk.all('keys').flatMap(({ entries }) => entries);
}

function settled(walk: Walk): number {
  return walk.all('settle_keys').length;
}

t.test('a pause ends an entry', async (t) => {
  const walk = greetedWalk();
  walk.send(...keys('090'));
  walk.wait(KEYPAD_PAUSE_MS - 1);
  t.same(entered(walk), []);
  walk.wait(1);
  t.same(entered(walk), ['090']);
});

t.test('# ends an entry at once', async (t) => {
  const walk = greetedWalk();
  walk.send(...keys('12#'));
  t.same(entered(walk), ['12#']);
  t.equal(walk.timers.has('keypad'), false);
});

t.test('entries pressed during the greeting come after it, each by itself', async (t) => {
  const walk = new Walk();
  const [created, started, done, stopped] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, ...keys('1001#1#'), done!);
  walk.wait(10_000);
  t.same(entered(walk), []);
  walk.send(stopped!);
  walk.wait(KEYPAD_PAUSE_MS);
  t.same(entered(walk), ['1001#', '1#']);
});

t.test('keys pressed before the sideband broke wait for the next one', async (t) => {
  const walk = greetedWalk();
  walk.send(...keys('2'), { kind: 'detached' });
  walk.wait(KEYPAD_PAUSE_MS);
  t.same(entered(walk), [], 'there is nobody to tell');
  walk.send({ kind: 'attached' });
  walk.wait(KEYPAD_PAUSE_MS);
  t.same(entered(walk), ['2']);
});

t.test('an endless entry keeps its last keys', async (t) => {
  const walk = greetedWalk();
  walk.send(...keys('0'.repeat(200)), ...keys('#'));
  t.same(entered(walk), [`${'0'.repeat(KEYPAD_MAX_KEYS - 1)}#`]);
});

t.test('keys over the goodbye do not stop it, and are kept for the end of the call', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1'), endCall('resp_1'), ...keys('1#'));
  walk.wait(60_000);
  t.same(entered(walk), []);
  t.equal(walk.state.phase, 'hanging_up');
  t.equal(walk.state.keys, '1#');
});

t.test('keys over a goodbye that is called off count', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1'), endCall('resp_1'), ...keys('1#'));
  const [created, started, done, stopped] = spoken('resp_2', 'closing');
  walk.send(created!, started!, done!, ...CALLER_TURN, {
    kind: 'caller_text',
    itemId: 'item_1',
    text: '待って',
  });
  walk.send(stopped!);
  walk.wait(KEYPAD_PAUSE_MS + 2_000);
  t.equal(walk.state.phase, 'conversing');
  t.same(entered(walk), ['1#']);
});

t.test('an entry waits until the question is heard to its end, which it answers', async (t) => {
  const walk = greetedWalk();
  const [created, started, done, stopped] = spoken('resp_1', 'read_back');
  walk.send(answered({ say: READ_BACK }), created!, started!, done!, ...keys('1#'));
  walk.wait(KEYPAD_PAUSE_MS * 2);
  t.same(entered(walk), []);
  walk.send(stopped!);
  walk.wait(KEYPAD_PAUSE_MS);
  t.same(entered(walk), ['1#']);
});

t.test('a menu need not be heard to its end', async (t) => {
  const walk = greetedWalk();
  const [created, started] = spoken('resp_1', 'keypad');
  walk.send(answered({ say: MENU }), created!, started!, ...keys('1#'));
  t.same(entered(walk), ['1#']);
});

t.test('what the desk wants said is said word for word', async (t) => {
  const walk = greetedWalk();
  walk.send(answered({ say: MENU }));
  t.match(walk.all('respond').at(-1)?.request, { purpose: 'keypad', say: MENU.sentence });
});

t.test('an entry for the model is answered by the model', async (t) => {
  const walk = greetedWalk();
  walk.send(answered({ reply: true }));
  t.match(walk.all('respond').at(-1)?.request, { purpose: 'reply', say: null });
});

t.test('an answer that is not heard in time is settled without a voice, once', async (t) => {
  const walk = greetedWalk();
  const [created] = spoken('resp_1', 'read_back');
  walk.send(answered({ say: READ_BACK }), created!);
  walk.wait(KEYPAD_VOICE_MS - 1);
  t.equal(settled(walk), 0);
  walk.wait(1);
  t.equal(settled(walk), 1);
  t.equal(walk.all('cancel_response').length, 1, 'the question would come too late');
  t.same(walk.alarms, ['keypad_without_voice']);
});

t.test('an answer that begins to be heard in time is not settled', async (t) => {
  const walk = greetedWalk();
  const [created, started] = spoken('resp_1', 'read_back');
  walk.send(answered({ say: READ_BACK }), created!, started!);
  walk.wait(KEYPAD_VOICE_MS * 3);
  t.equal(settled(walk), 0);
});

t.test('whatever else is being heard is waited for', async (t) => {
  const walk = greetedWalk();
  const [created, started, done, stopped] = spoken('resp_0');
  walk.send(created!, started!, done!, answered({ say: READ_BACK }));
  walk.wait(KEYPAD_VOICE_MS);
  t.equal(settled(walk), 0);
  walk.send(stopped!);
  walk.wait(KEYPAD_VOICE_MS);
  t.equal(settled(walk), 1);
});

t.test('a response that fails is asked for again with the same sentence', async (t) => {
  const walk = greetedWalk();
  walk.send(answered({ say: MENU }), { kind: 'response_created', responseId: 'resp_1', purpose: 'keypad' });
  walk.send({ kind: 'response_done', responseId: 'resp_1', status: 'failed' });
  walk.wait(2_000);
  t.same(
    walk
      .all('respond')
      .map(({ request }) => request.say)
      .slice(-2),
    [MENU.sentence, MENU.sentence],
  );
});

/** A walk whose model fails whatever is asked, until it is given up. */
function failing(walk: Walk): void {
  for (let stall = 0; stall < MAX_STALLS; stall += 1) {
    const responseId = `resp_${stall}`;
    walk.send({ kind: 'response_created', responseId, purpose: null });
    walk.send({ kind: 'response_done', responseId, status: 'failed' });
    if (stall < MAX_STALLS - 1) walk.fireNext();
  }
}

t.test('a model that is given up does not end the call of somebody who uses keys', async (t) => {
  const walk = greetedWalk();
  walk.send(answered({ say: MENU }));
  failing(walk);
  t.equal(walk.state.phase, 'conversing');
  t.equal(settled(walk), 1);
  walk.wait(KEYPAD_WAIT_MS - 1);
  walk.send(...keys('1#'));
  t.same(entered(walk), ['1#']);
  walk.wait(KEYPAD_WAIT_MS - 1);
  t.equal(walk.state.phase, 'conversing', 'each key is given the whole time');
  walk.wait(1);
  t.match(walk.state, { phase: 'hanging_up', ending: { reason: 'model_unresponsive' } });
});

t.test('a model that is given up ends the call when no key is waited for', async (t) => {
  const walk = greetedWalk();
  walk.send(answered({ say: MENU, open: false }));
  failing(walk);
  t.match(walk.state, { phase: 'hanging_up', ending: { reason: 'model_unresponsive' } });
});

t.test('a voice that comes back ends the wait for keys alone', async (t) => {
  const walk = greetedWalk();
  walk.send(answered({ say: MENU }));
  failing(walk);
  walk.send(...keys('1#'), answered({ say: READ_BACK }), ...spoken('resp_9', 'read_back'));
  t.equal(walk.timers.has('keypad_wait'), false);
});

t.test('silence after a sentence of the desk hears it again', async (t) => {
  const walk = greetedWalk();
  walk.send(answered({ say: READ_BACK }), ...spoken('resp_1', 'read_back'));
  walk.wait(10_000);
  t.match(walk.all('respond').at(-1)?.request, { purpose: 'read_back', say: READ_BACK.sentence });
});

t.test('silence after the caller has spoken is asked about as always', async (t) => {
  const walk = greetedWalk();
  walk.send(answered({ say: MENU }), ...spoken('resp_1', 'keypad'), ...CALLER_TURN, ...spoken('resp_2'));
  walk.wait(10_000);
  t.equal(walk.asked.at(-1), 'reprompt');
});

t.test('a voice that comes back while keys are waited for leaves nobody waiting for ever', async (t) => {
  const walk = greetedWalk();
  walk.send({ kind: 'keys_answered', say: null, reply: false, open: true });
  for (let refusal = 0; refusal < MAX_STALLS; refusal += 1)
    walk.send({ kind: 'response_refused', purpose: 'reply', code: 'server_error' });
  t.equal(walk.state.keypad.waiting, true);
  walk.send({ kind: 'playback_started', responseId: 'resp_late' });
  walk.send({ kind: 'playback_stopped', responseId: 'resp_late' });
  while (walk.state.phase === 'conversing' && walk.fireNext() !== null);
  t.ok(walk.now < RULES.maxCallMs, 'silence ended the call, not its longest duration');
});
