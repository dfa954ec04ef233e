import t from 'tap';
import { KEYPAD_MAX_KEYS, KEYPAD_PAUSE_MS } from '../../src/call/timeouts.ts';
import { endCall, greetedWalk, spoken, Walk } from './walk.ts';

const keys = (text: string) => Array.from(text, (key) => ({ kind: 'key_pressed', key }) as const);

t.test('a pause ends an entry, which is told to the model and answered', async (t) => {
  const walk = greetedWalk();
  walk.send(...keys('090'));
  walk.wait(KEYPAD_PAUSE_MS - 1);
  t.same(walk.all('tell'), []);
  walk.wait(1);
  t.same(walk.all('tell'), [{ kind: 'tell', text: '[キー入力] 090' }]);
  t.equal(walk.asked.at(-1), 'reply');
});

t.test('# ends an entry at once', async (t) => {
  const walk = greetedWalk();
  walk.send(...keys('12#'));
  t.same(walk.all('tell'), [{ kind: 'tell', text: '[キー入力] 12#' }]);
  t.equal(walk.timers.has('keypad'), false);
});

t.test('keys pressed during the greeting are told after it', async (t) => {
  const walk = new Walk();
  const [created, started, done, stopped] = spoken('resp_1', 'greeting');
  walk.send({ kind: 'attached' }, created!, started!, ...keys('1#'), done!);
  walk.wait(10_000);
  t.same(walk.all('tell'), []);
  walk.send(stopped!);
  walk.wait(KEYPAD_PAUSE_MS);
  t.same(walk.all('tell'), [{ kind: 'tell', text: '[キー入力] 1#' }]);
});

t.test('keys pressed before the sideband broke are told on the next one', async (t) => {
  const walk = greetedWalk();
  walk.send(...keys('2'), { kind: 'detached' });
  walk.wait(KEYPAD_PAUSE_MS);
  t.same(walk.all('tell'), [], 'there is nobody to tell');
  walk.send({ kind: 'attached' });
  walk.wait(KEYPAD_PAUSE_MS);
  t.same(walk.all('tell'), [{ kind: 'tell', text: '[キー入力] 2' }]);
});

t.test('an endless entry keeps its last keys', async (t) => {
  const walk = greetedWalk();
  walk.send(...keys('0'.repeat(40)), ...keys('#'));
  t.match(walk.all('tell'), [{ text: `[キー入力] ${'0'.repeat(KEYPAD_MAX_KEYS - 1)}#` }]);
});

t.test('keys during the goodbye change nothing', async (t) => {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1'), endCall('resp_1'), ...keys('1#'));
  t.same(walk.all('tell'), []);
});
