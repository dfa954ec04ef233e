import t from 'tap';
import { CallerRate, RATE_WINDOW_MS } from '../../src/call/caller-rate.ts';

const NUMBER = '+819011112222';
const NOON = Date.UTC(2026, 10, 25, 3);

t.test('calls of a number count for an hour, each for itself', async (t) => {
  const rate = new CallerRate();
  rate.add(NUMBER, NOON);
  rate.add(NUMBER, NOON + 1_000);
  t.equal(rate.recent(NUMBER, NOON + 1_000), 2);
  t.equal(rate.recent(NUMBER, NOON + RATE_WINDOW_MS - 1), 2);
  t.equal(rate.recent(NUMBER, NOON + RATE_WINDOW_MS), 1);
  t.equal(rate.recent(NUMBER, NOON + RATE_WINDOW_MS + 1_000), 0);
});

t.test('another number is not counted with it', async (t) => {
  const rate = new CallerRate();
  rate.add(NUMBER, NOON);
  t.equal(rate.recent('+819011112223', NOON), 0);
});

t.test(
  'a flood of numbers does not fill the memory: the one that called longest ago is forgotten',
  async (t) => {
    const rate = new CallerRate();
    for (let number = 0; number < 10_000; number += 1)
      rate.add(`+8190${String(number).padStart(8, '0')}`, NOON);
    rate.add('+819000000000', NOON + 1);
    rate.add(NUMBER, NOON + 2);
    t.equal(rate.recent('+819000000000', NOON + 2), 2, 'it called again meanwhile');
    t.equal(rate.recent('+819000000001', NOON + 2), 0);
    t.equal(rate.recent(NUMBER, NOON + 2), 1);
  },
);
