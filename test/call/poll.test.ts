import t from 'tap';
import { Poll } from '../../src/call/poll.ts';
import { ManualClock } from '../store/manual-clock.ts';

const EVERY_MS = 400;

/** A poll whose looks last until they are told to end. */
function slowPoll() {
  const clock = new ManualClock();
  const ends: (() => void)[] = [];
  let under = 0;
  let most = 0;
  const poll = new Poll(clock, EVERY_MS, async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise<void>((resolve) => ends.push(resolve));
    under -= 1;
  });
  /** Ends the look that is under way. */
  const end = async (): Promise<void> => {
    ends.at(-1)?.();
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, poll, end, looks: () => ends.length, most: () => most };
}

t.test('a hint has it look at once, and leaves the regular looks where they are', async (t) => {
  const { clock, poll, end, looks } = slowPoll();
  void poll.start();
  await end();
  clock.advance(EVERY_MS - 100);
  poll.hint();
  t.equal(looks(), 2);
  await end();
  clock.advance(100);
  t.equal(looks(), 3, 'when it was due anyhow');
  poll.close();
});

t.test('hints during a look are answered by one more, never by two at a time', async (t) => {
  const { poll, end, looks, most } = slowPoll();
  poll.hint();
  for (let i = 0; i < 10; i += 1) poll.hint();
  t.equal(looks(), 1);
  await end();
  t.equal(looks(), 2);
  await end();
  t.equal(looks(), 2);
  t.equal(most(), 1);
  poll.close();
});

t.test('a look that is due while another one lasts waits for it', async (t) => {
  const { clock, poll, end, looks, most } = slowPoll();
  void poll.start();
  await end();
  poll.hint();
  clock.advance(EVERY_MS);
  t.equal(looks(), 2);
  await end();
  clock.advance(EVERY_MS);
  t.equal(looks(), 3);
  t.equal(most(), 1);
  poll.close();
});

t.test('once closed it looks no more', async (t) => {
  const { clock, poll, end, looks } = slowPoll();
  void poll.start();
  await end();
  poll.close();
  poll.hint();
  clock.advance(10 * EVERY_MS);
  t.equal(looks(), 1);
});
