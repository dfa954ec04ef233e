import { pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';
import { Takeovers } from '../takeovers.ts';

const ROUNDS = { short: 1, long: 10 };
const LINES = 15;
/** Between two outages, ms. */
const BETWEEN_MS = 4_000;

/** All nodes at once: nobody is there who could take over until the first is up again. */
export const outage: Scenario = {
  about: 'all three nodes killed in one moment and started again together',
  alone: false,
  tolerance: { unanswered: true },
  run: async ({ house, callers, chance, short, late, progress }) => {
    const rounds = short ? ROUNDS.short : ROUNDS.long;
    const afterFirst: number[] = [];
    const boots: number[] = [];
    const breaches = [];
    let live = 0;
    let done = 0;
    const traffic = callers(LINES);
    for (let round = 1; round <= rounds && !late(); round += 1) {
      await traffic.untilLive(LINES / 2, 20_000);
      await pause(chance.between(0, 1_000));
      const callIds = house.nodes.flatMap((node) => node.callIds);
      live += callIds.length;
      done += 1;
      progress(`outage ${round} of ${rounds}: ${callIds.length} calls`);
      await Promise.all(house.nodes.map(async (node) => node.kill()));
      // Instants, not durations: they are counted from the first node that is up.
      const takeovers = new Takeovers(house);
      takeovers.watch(callIds, 0);
      const started = house.nodes.map(async (node) => {
        boots.push(await node.start());
        return performance.now();
      });
      const firstUp = await Promise.any(started);
      await Promise.all(started);
      await takeovers.done();
      breaches.push(...takeovers.breaches);
      afterFirst.push(...takeovers.samples.map((at) => Math.max(0, at - firstUp)));
      await pause(short ? 0 : BETWEEN_MS);
    }
    return {
      placed: await traffic.stop(),
      breaches,
      figures: [
        { name: 'outages of all nodes', value: `${done}, ${live} calls live in them` },
        { name: 're-owned after the first node was up', value: spread(afterFirst) },
        { name: 'start of three nodes at once', value: spread(boots) },
      ],
    };
  },
};
