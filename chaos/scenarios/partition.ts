import { busyNode } from '../busy.ts';
import { pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';
import { Takeovers } from '../takeovers.ts';

const ROUNDS = { short: 1, long: 10 };
const GONE_MS = { short: 4_000, long: 10_000 };
const LINES = 12;
const LOOK_MS = 20;

/** One node loses the store while the others have it: it must fall silent before they speak. */
export const partition: Scenario = {
  about: 'one node loses the database, and keeps its sidebands, while the others keep both',
  alone: false,
  tolerance: { unhelped: true },
  run: async ({ house, callers, chance, short, late, progress }) => {
    const rounds = short ? ROUNDS.short : ROUNDS.long;
    const takeovers = new Takeovers(house);
    let done = 0;
    const traffic = callers(LINES);
    await traffic.untilLive(LINES / 2, 20_000);
    for (let round = 1; round <= rounds && !late(); round += 1) {
      await pause(chance.between(200, 1_500));
      const node = await busyNode(house, chance);
      const { callIds } = node;
      done += 1;
      progress(`partition ${round} of ${rounds}: node ${node.name} with ${callIds.length} calls`);
      const at = performance.now();
      const line = node.parts.lines.database;
      const refused = chance.next() < 0.5;
      if (refused) await line.refuse();
      else line.weather = 'black_hole';
      takeovers.watch(callIds, at);
      await pause(short ? GONE_MS.short : GONE_MS.long);
      if (refused) await line.reopen();
      line.weather = 'fair';
      while (!(await node.probe())) await pause(LOOK_MS);
    }
    const placed = await traffic.stop();
    await takeovers.done();
    return {
      placed,
      breaches: takeovers.breaches,
      figures: [
        { name: 'nodes without a database', value: String(done) },
        { name: 'takeover from a node without a database', value: spread(takeovers.samples) },
      ],
    };
  },
};
