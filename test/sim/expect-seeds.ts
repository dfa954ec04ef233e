import type { Test } from 'tap';
import { runWorld } from './world.ts';

/** Worlds that one file of tests plays: several files share the seeds, so that processes do. */
export const SEEDS_PER_FILE = 650;

/** Plays the share of one file: everything holds in every world, and nearly everybody is answered. */
export async function expectSeeds(t: Test, share: number): Promise<void> {
  const from = share * SEEDS_PER_FILE + 1;
  await t.test(`everything holds in the worlds ${from} to ${from + SEEDS_PER_FILE - 1}`, async (t) => {
    let answered = 0;
    let calls = 0;
    for (let seed = from; seed < from + SEEDS_PER_FILE; seed += 1) {
      const outcome = await runWorld(seed);
      answered += outcome.answered;
      calls += outcome.calls;
      if (outcome.failure === null) continue;
      const { name, detail } = outcome.failure;
      t.fail(`seed ${seed}: ${name}: ${detail}. Again: npm run sim -- --seed ${seed} --trace`);
    }
    t.ok(
      answered / calls > 0.85,
      `${answered} of ${calls} calls were answered: a world of silence proves nothing`,
    );
  });
}
