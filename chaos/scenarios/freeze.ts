import { busyNode } from '../busy.ts';
import { pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';
import { Takeovers } from '../takeovers.ts';

const ROUNDS = { short: 1, long: 12 };
const FROZEN_MS = { short: 4_000, long: 10_000 };
const LINES = 12;
const LOOK_MS = 20;

/** Owners that stand still and wake up again, believing that they still own their calls. */
export const freeze: Scenario = {
  about: 'SIGSTOP of a node for 10 s, then SIGCONT: what it does when it wakes must change nothing',
  alone: false,
  run: async ({ house, callers, chance, short, late, progress }) => {
    const rounds = short ? ROUNDS.short : ROUNDS.long;
    const takeovers = new Takeovers(house);
    let frozen = 0;
    let done = 0;
    const traffic = callers(LINES);
    await traffic.untilLive(LINES / 2, 20_000);
    for (let round = 1; round <= rounds && !late(); round += 1) {
      await pause(chance.between(200, 1_500));
      const node = await busyNode(house, chance);
      const { callIds } = node;
      frozen += callIds.length;
      done += 1;
      progress(`freeze ${round} of ${rounds}: node ${node.name} with ${callIds.length} calls`);
      const at = performance.now();
      node.freeze();
      takeovers.watch(callIds, at);
      await pause(short ? FROZEN_MS.short : FROZEN_MS.long);
      node.thaw();
      while (!node.ready) await pause(LOOK_MS);
    }
    const placed = await traffic.stop();
    await takeovers.done();
    return {
      placed,
      breaches: takeovers.breaches,
      figures: [
        { name: 'freezes', value: `${done}, ${frozen} calls live in them` },
        { name: 'takeover after SIGSTOP, p50 / p99 / max', value: spread(takeovers.samples) },
      ],
    };
  },
};
