import t from 'tap';
import { Attempts } from '../../src/api/attempts.ts';
import { ManualClock } from '../store/manual-clock.ts';

t.test('one address that guesses leaves the others alone, until everybody guesses', async (t) => {
  const clock = new ManualClock(0);
  const attempts = new Attempts(clock);
  for (let index = 0; index < 10; index += 1) attempts.failed('192.0.2.1', 'h');
  t.ok(attempts.waitMs('192.0.2.1', 'h') > 0);
  t.equal(attempts.waitMs('192.0.2.2', 'h'), 0);
  for (let index = 0; index < 90; index += 1) attempts.failed(`198.51.100.${index}`, 'h');
  t.ok(attempts.waitMs('192.0.2.2', 'h') > 0);
  attempts.succeeded('good');
  t.equal(attempts.waitMs('192.0.2.1', 'good'), 0, 'who was let in before is not shut out');
  attempts.failed('192.0.2.1', 'good');
  t.ok(attempts.waitMs('192.0.2.1', 'good') > 0, 'unless the key has ended');
  clock.advance(6_000);
  t.equal(attempts.waitMs('192.0.2.2', 'h'), 0);
});

t.test('the addresses of one IPv6 network are one', async (t) => {
  const attempts = new Attempts(new ManualClock(0));
  for (let index = 0; index < 10; index += 1) attempts.failed(`2001:db8:1:2:${index}::1`, 'h');
  t.ok(attempts.waitMs('2001:db8:1:2:ffff::9', 'h') > 0);
  t.equal(attempts.waitMs('2001:db8:1:3::1', 'h'), 0);
});
