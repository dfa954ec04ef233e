import type { Breach } from '../oracle.ts';
import { pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';

const ROUNDS = { short: 1, long: 20 };
const LINES = { short: 15, long: 24 };
/** Between one node's start and the next one's stop, ms. */
const BETWEEN_MS = 400;

/** Node after node is stopped and started again, as a deploy does it. */
export const deploy: Scenario = {
  about: 'rolling restarts by SIGTERM under load: 20 times all three nodes, no call may be cut',
  alone: false,
  run: async ({ house, callers, short, late, progress }) => {
    const rounds = short ? ROUNDS.short : ROUNDS.long;
    const lines = short ? LINES.short : LINES.long;
    const drains: number[] = [];
    const breaches: Breach[] = [];
    let live = 0;
    const traffic = callers(lines);
    await traffic.untilLive(lines / 2, 20_000);
    for (let round = 1; round <= rounds && !late(); round += 1) {
      for (const node of house.nodes) {
        const { callIds } = node;
        live += callIds.length;
        progress(`restart ${round} of ${rounds}: node ${node.name} with ${callIds.length} calls`);
        const { exit, ms } = await node.stop();
        drains.push(ms);
        if (exit !== 0) breaches.push({ invariant: 'stop', where: node.name, words: `ended with ${exit}` });
        await node.start();
        await pause(BETWEEN_MS);
      }
    }
    const placed = await traffic.stop();
    return {
      placed,
      breaches,
      figures: [
        { name: 'stops', value: `${drains.length}, ${live} calls live in them` },
        { name: 'drain with hand-over, p50 / p99 / max', value: spread(drains) },
      ],
    };
  },
};
