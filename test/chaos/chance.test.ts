import t from 'tap';
import { seededChance } from '../../chaos/chance.ts';
import { readOptions } from '../../chaos/options.ts';

t.test('the same seed is the same chance, another one is not', async (t) => {
  const row = (seed: number): number[] => {
    const chance = seededChance(seed);
    return Array.from({ length: 20 }, () => chance.between(0, 1_000));
  };
  t.same(row(7), row(7));
  t.notSame(row(7), row(8));
});

t.test('what one part uses does not move another', async (t) => {
  const quiet = seededChance(7);
  const busy = seededChance(7);
  busy.next();
  t.equal(busy.branch('kill').next(), quiet.branch('kill').next());
});

t.test('the command line: what is not an option is refused with its remedy', async (t) => {
  const read = (...args: string[]) => readOptions(args, () => 5);
  t.match(read('--short', '--seed', '9', '--scenario', 'deploy, kill'), {
    short: true,
    seed: 9,
    scenarios: ['kill', 'deploy'],
  });
  t.equal(read()?.seed, 5);
  t.ok(read()?.scenarios.includes('soak'), 'everything, unless it says what');
  t.notOk(read('--short')?.scenarios.includes('soak'), 'what takes long is no part of the short form');
  t.equal(read('--help'), null);
  t.throws(() => read('--scenario', 'flood'), /flood is none of .*kill/);
  t.equal(read('--minutes', '2.5')?.minutes, 2.5);
  t.throws(() => read('--minutes', 'ten'), /above 0/);
  t.throws(() => read('--seed', '-1'));
  t.throws(() => read('--seed', '4294967296'), /0 to 4294967295/);
});
