import type { Breach } from '../oracle.ts';
import type { Scenario } from '../scenario.ts';
import { duration, spread } from '../stats.ts';
import { Takeovers } from '../takeovers.ts';

const LINES = { short: 15, long: 55 };
/** So many of the lines are in a conversation when the stop comes. */
const LIVE = { short: 12, long: 50 };

/** All calls are one node's, and that node is stopped. */
export const stop: Scenario = {
  about: 'one node with 50 live calls is stopped by SIGTERM while two others are there',
  alone: true,
  run: async ({ house, callers, short, progress }) => {
    const [only, ...others] = house.nodes;
    if (only === undefined) throw new Error('no node');
    progress('the first node alone takes all calls');
    await Promise.all(others.map(async (node) => node.kill()));
    const traffic = callers(short ? LINES.short : LINES.long);
    await traffic.untilLive(short ? LIVE.short : LIVE.long, 60_000);
    await Promise.all(others.map(async (node) => node.start()));
    const takeovers = new Takeovers(house);
    const { callIds } = only;
    progress(`stopping it with ${callIds.length} calls`);
    takeovers.watch(callIds, performance.now());
    const { exit, ms } = await only.stop();
    const breaches: Breach[] =
      exit === 0 ? [] : [{ invariant: 'stop', where: only.name, words: `ended with ${exit}` }];
    await only.start();
    const placed = await traffic.stop();
    await takeovers.done();
    return {
      placed,
      breaches: [...breaches, ...takeovers.breaches],
      figures: [
        { name: 'calls of the node when it was stopped', value: String(callIds.length) },
        { name: 'drain with hand-over', value: duration(ms) },
        { name: 'from the signal to the next owner', value: spread(takeovers.samples) },
      ],
    };
  },
};
