import t from 'tap';
import type { TimerName } from '../../src/call/conversation.ts';
import { CallTimers } from '../../src/call/timers.ts';
import { ManualClock } from '../store/manual-clock.ts';

/** Timers of a call that may be spoken to, or not. */
function timersOf() {
  const clock = new ManualClock();
  const fired: TimerName[] = [];
  const line = { ours: true };
  const timers = new CallTimers(clock, {
    mayAct: () => line.ours,
    onTimer: (name) => fired.push(name),
  });
  return { clock, fired, line, timers };
}

t.test('what cannot be asked for is not missing, and has its whole time afterwards', async (t) => {
  const { clock, fired, line, timers } = timersOf();
  timers.start('reply', 6_000);
  timers.start('hard_stop', 60_000);
  line.ours = false;
  clock.advance(60_000);
  t.same(fired, ['hard_stop'], 'the longest duration counts whatever happens');
  line.ours = true;
  timers.resume();
  clock.advance(5_999);
  t.same(fired, ['hard_stop']);
  clock.advance(1);
  t.same(fired, ['hard_stop', 'reply']);
  timers.resume();
  clock.advance(60_000);
  t.same(fired, ['hard_stop', 'reply'], 'once');
});

t.test('a timer that was stopped or started anew meanwhile is held no longer', async (t) => {
  const { clock, fired, line, timers } = timersOf();
  timers.start('silence', 1_000);
  timers.start('retry', 1_000);
  line.ours = false;
  clock.advance(1_000);
  timers.stop('silence');
  timers.start('retry', 9_000);
  line.ours = true;
  timers.resume();
  clock.advance(8_999);
  t.same(fired, []);
  clock.advance(1);
  t.same(fired, ['retry']);
});

t.test('a call that was let go of has no timers', async (t) => {
  const { clock, fired, line, timers } = timersOf();
  timers.start('closing', 1_000);
  line.ours = false;
  clock.advance(1_000);
  timers.stopAll();
  line.ours = true;
  timers.resume();
  clock.advance(60_000);
  t.same(fired, []);
});
