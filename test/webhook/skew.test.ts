import t from 'tap';
import { createSkewEstimator, EXCESSIVE_SKEW_MS } from '../../src/webhook/skew.ts';

/** A wall clock that can be set, and a monotonic one that only goes on. */
class TurnedClock {
  wall = 1_795_312_800_000;
  mono = 5_000;

  now = (): number => this.wall;
  monotonic = (): number => this.mono;

  pass(ms: number): void {
    this.wall += ms;
    this.mono += ms;
  }
}

t.test('says nothing before there are three deliveries', async (t) => {
  const clock = new TurnedClock();
  const skew = createSkewEstimator(clock);
  for (const id of ['a', 'b']) skew.record({ webhookId: id, timestamp: clock.wall / 1000 - 500 });
  t.equal(skew.skewMs(), null);
  t.equal(skew.excessive(), false);
  skew.record({ webhookId: 'c', timestamp: clock.wall / 1000 - 500 });
  t.equal(skew.skewMs(), -500_000);
  t.equal(skew.excessive(), true);
});

t.test('is the median, so that one late delivery does not count', async (t) => {
  const clock = new TurnedClock();
  const skew = createSkewEstimator(clock);
  for (const [id, offset] of [
    ['a', -1],
    ['b', 0],
    ['c', -3_000],
  ] as const) {
    skew.record({ webhookId: id, timestamp: clock.wall / 1000 + offset });
  }
  t.equal(skew.skewMs(), -1_000);
});

t.test('two minutes are not excessive, one millisecond more is, in both directions', async (t) => {
  for (const sign of [1, -1]) {
    const clock = new TurnedClock();
    const skew = createSkewEstimator(clock);
    for (const id of ['a', 'b', 'c']) {
      skew.record({ webhookId: id, timestamp: clock.wall / 1000 + (sign * EXCESSIVE_SKEW_MS) / 1000 });
    }
    t.equal(skew.excessive(), false);
    clock.wall -= sign;
    t.equal(skew.excessive(), true);
  }
});

t.test('is right the moment the wall clock is corrected, without a further delivery', async (t) => {
  const clock = new TurnedClock();
  clock.wall += 360_000;
  const skew = createSkewEstimator(clock);
  for (const id of ['a', 'b', 'c']) skew.record({ webhookId: id, timestamp: (clock.wall - 360_000) / 1000 });
  t.equal(skew.excessive(), true);
  clock.pass(60_000);
  clock.wall -= 360_000;
  t.equal(skew.skewMs(), 0);
  t.equal(skew.excessive(), false);
});

t.test('a delivery that is replayed later and later counts once', async (t) => {
  const clock = new TurnedClock();
  const skew = createSkewEstimator(clock);
  const captured = { webhookId: 'captured', timestamp: clock.wall / 1000 };
  for (const id of ['a', 'b']) skew.record({ webhookId: id, timestamp: clock.wall / 1000 });
  for (let count = 0; count < 100; count += 1) {
    skew.record(captured);
    clock.pass(60_000);
  }
  t.equal(skew.skewMs(), 0);
});

t.test('follows the last fifteen deliveries', async (t) => {
  const clock = new TurnedClock();
  const skew = createSkewEstimator(clock);
  const deliver = (id: string, offsetS: number): void =>
    skew.record({ webhookId: id, timestamp: clock.wall / 1000 + offsetS });
  for (let count = 0; count < 50; count += 1) deliver(`old${count}`, 100);
  for (let count = 0; count < 7; count += 1) deliver(`new${count}`, 10);
  t.equal(skew.skewMs(), 100_000);
  deliver('new7', 10);
  t.equal(skew.skewMs(), 10_000);
});
