import t from 'tap';
import { INITIAL } from '../../src/call/conversation.ts';
import {
  readProgress,
  restoreCase,
  restoreConversation,
  writeProgress,
} from '../../src/call/takeover-progress.ts';
import { KEYPAD_PAUSE_MS } from '../../src/call/timeouts.ts';
import { newCase, type CallCase } from '../../src/tools/call-case.ts';
import { Walk } from './walk.ts';

/** The case of a call as the node finds it that takes the call over. */
function takenOver(callCase: CallCase): CallCase {
  const stored: unknown = JSON.parse(
    JSON.stringify(writeProgress({ ...INITIAL, phase: 'conversing' }, callCase)),
  );
  const progress = readProgress(stored);
  if (progress === null) throw new TypeError('nothing to go on with');
  const restored = newCase();
  restoreCase(restored, progress);
  return restored;
}

t.test('who was verified stays verified', async (t) => {
  const callCase = newCase();
  callCase.verified = { applicantId: 'a', level: 'change' };
  callCase.wrongTries = 2;
  callCase.references.set('slot_1', 's1');
  const restored = takenOver(callCase);
  t.same(restored.verified, callCase.verified);
  t.equal(restored.wrongTries, 2);
  t.equal(restored.references.get('slot_1'), 's1');
});

t.test(
  'a key pressed before counts only after it was read back: words after it were not heard here',
  async (t) => {
    const callCase = newCase();
    callCase.keypad.pending = {
      decision: 'attend',
      turn: 'keys_1',
      since: 7,
      informed: true,
      token: null,
      specific: true,
      noted: false,
    };
    t.match(takenOver(callCase).keypad.pending, { decision: 'attend', turn: 'keys_1', informed: false });
  },
);

t.test('what another version wrote is not guessed at', async (t) => {
  const progress = writeProgress({ ...INITIAL, phase: 'conversing' }, newCase());
  t.equal(readProgress({ ...progress, version: 999 }), null);
  t.equal(readProgress(null), null);
});

/** A walk that goes on where these keys were half of an entry. */
function goingOn(keys: string): Walk {
  const progress = writeProgress({ ...INITIAL, phase: 'conversing', notice: 'played', keys }, newCase());
  const walk = new Walk();
  walk.state = restoreConversation(readProgress(progress), 'played', false);
  walk.send({ kind: 'taken_over', ageMs: 0, unfinished: { kind: 'nothing' } }, { kind: 'attached' });
  return walk;
}

t.test("an entry that was half pressed at the old owner's is completed", async (t) => {
  const walk = goingOn('10');
  for (const key of '01#') walk.send({ kind: 'key_pressed', key });
  t.same(walk.all('keys'), [{ kind: 'keys', entries: ['1001#'] }]);
});

t.test('an entry that nobody completes ends with a pause, as ever', async (t) => {
  const walk = goingOn('0901');
  walk.wait(KEYPAD_PAUSE_MS);
  t.same(walk.all('keys'), [{ kind: 'keys', entries: ['0901'] }]);
});
