import t, { type Test } from 'tap';
import { FastClock } from '../../emulator/demo/fast-clock.ts';

function start(t: Test, speed: number): FastClock {
  const clock = new FastClock(speed);
  t.teardown(() => clock.stop());
  // The clock's own steps keep no process alive, and neither does a promise.
  const alive = setInterval(() => {}, 1_000);
  t.teardown(() => clearInterval(alive));
  return clock;
}

function wait(clock: FastClock, ms: number): Promise<number> {
  return new Promise((resolve) => {
    clock.setTimer(ms, () => resolve(clock.monotonic()));
  });
}

t.test('a minute passes in a fraction of it', async (t) => {
  const clock = start(t, 1_000);
  const before = performance.now();
  const wall = clock.now();
  await wait(clock, 60_000);
  t.ok(performance.now() - before < 10_000);
  t.ok(clock.now() - wall >= 60_000, 'wall time goes along');
});

t.test('timers fire in the order in which they are due, each at its time', async (t) => {
  const clock = start(t, 100);
  const from = clock.monotonic();
  const fired = await Promise.all([wait(clock, 300), wait(clock, 100), wait(clock, 200)]);
  t.same(
    fired.map((at) => at - from),
    [300, 100, 200],
  );
});

t.test('a cancelled timer stays silent, even when it is due in the same step', async (t) => {
  const clock = start(t, 1_000);
  const late = clock.setTimer(11, () => t.fail('was cancelled'));
  clock.setTimer(10, () => late.cancel());
  await wait(clock, 5_000);
  t.pass('nothing fired');
});

t.test('time that the process was held up does not count', async (t) => {
  const clock = start(t, 1);
  const before = clock.monotonic();
  const until = performance.now() + 300;
  while (performance.now() < until);
  await wait(clock, 0);
  t.ok(clock.monotonic() - before < 100);
});
