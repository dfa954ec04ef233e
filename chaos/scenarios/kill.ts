import { pause } from '../node.ts';
import { HARRIED } from '../oracle.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';
import { Takeovers } from '../takeovers.ts';

const KILLS = { short: 4, long: 220 };
const LINES = { short: 12, long: 20 };
/** Between the moment in which a kill is possible and the kill: any point of any call, ms. */
const LATEST_MS = { short: 900, long: 2_500 };
const LOOK_MS = 20;
/** One kill in so many does not wait until the calls of the last one have an owner again: then the next owner may die, too. */
const RUTHLESS_OF = 3;

/** Ends processes between two instructions while people talk; each is started again at once. */
export const kill: Scenario = {
  about: 'kill -9 of random nodes at random moments, restarted at once, while calls are live',
  alone: false,
  run: async ({ house, callers, chance, short, late, progress }) => {
    const kills = short ? KILLS.short : KILLS.long;
    const lines = short ? LINES.short : LINES.long;
    const takeovers = new Takeovers(house);
    const boots: number[] = [];
    const starting = new Set<Promise<void>>();
    let live = 0;
    let done = 0;
    const traffic = callers(lines);
    await traffic.untilLive(lines / 2, 20_000);
    for (let count = 1; count <= kills && !late(); count += 1) {
      // Killed faster than it is taken over, a call is served by nobody most of the time: then callers despair, and rightly.
      if (chance.between(0, RUTHLESS_OF) > 0) await takeovers.done();
      // Somebody has to be there who takes over: a fleet that is down altogether is another scenario.
      while (house.nodes.filter(({ ready, healthy }) => ready && healthy).length < 2) await pause(LOOK_MS);
      await pause(chance.between(0, short ? LATEST_MS.short : LATEST_MS.long));
      const up = house.nodes.filter(({ ready, healthy }) => ready && healthy);
      const busy = up.filter(({ callIds }) => callIds.length > 0);
      const [first, ...others] = busy;
      if (first === undefined || up.length < 2) {
        count -= 1;
        continue;
      }
      const node = chance.pick([first, ...others]);
      const { callIds } = node;
      progress(`kill ${count} of ${kills}: node ${node.name} with ${callIds.length} calls`);
      live += callIds.length;
      done += 1;
      const at = performance.now();
      await node.kill();
      takeovers.watch(callIds, at);
      const start: Promise<void> = node.start().then((ms) => {
        boots.push(ms);
        starting.delete(start);
      });
      starting.add(start);
      // One that fails stays in the set, and the end of the scenario tells of it.
      start.catch(() => undefined);
    }
    const placed = await traffic.stop();
    await Promise.all(starting);
    await takeovers.done();
    const harried = placed.filter(({ call }) => call.connections > HARRIED);
    return {
      placed,
      breaches: takeovers.breaches,
      figures: [
        { name: 'kills', value: `${done}, ${live} calls live in them` },
        { name: 'takeover after kill -9, p50 / p99 / max', value: spread(takeovers.undisturbed) },
        { name: 'the same where the next owner may have died too', value: spread(takeovers.samples) },
        {
          name: `callers whose call lost its owner ${HARRIED} times or more; of these, given up`,
          value: `${harried.length}, ${harried.filter(({ outcome }) => outcome !== 'done').length}`,
        },
        { name: 'a killed node takes calls again after', value: spread(boots) },
      ],
    };
  },
};
