import t from 'tap';
import { INITIAL } from '../../src/call/conversation.ts';
import { readProgress, restoreCase, writeProgress } from '../../src/call/takeover-progress.ts';
import { newCase, type CallCase } from '../../src/tools/call-case.ts';

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
