import t from 'tap';
import { PLANTS } from './planted.ts';
import { runWorld } from './world.ts';

/** A bug that is not found in as many worlds would hardly be found by night either. */
const WORLDS = 300;

for (const { bug, finds, planted, from = 1 } of PLANTS) {
  t.test(`found by ${finds}: ${bug}`, async (t) => {
    for (let seed = from; seed < from + WORLDS; seed += 1) {
      const { failure } = await runWorld(seed, { planted });
      if (failure?.name !== finds) continue;
      t.comment(`seed ${seed}: ${failure.detail}`);
      t.pass(failure.detail);
      return;
    }
    t.fail(`not found in ${WORLDS} worlds`);
  });
}
