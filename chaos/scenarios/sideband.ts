import { busyNode } from '../busy.ts';
import { pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';
import { Takeovers } from '../takeovers.ts';

const RESETS = { short: 10, long: 300 };
const HOLES = { short: 1, long: 8 };
const WEATHER_MS = { short: 1_000, long: 15_000 };
const LINES = 12;
/** Between two resets at most, ms. */
const LATEST_MS = 250;

/** The way to OpenAI breaks in every way a network knows; the nodes stay up. */
export const sideband: Scenario = {
  about: 'sidebands that are reset, black-holed, slow and sliced while people talk',
  alone: false,
  run: async ({ house, callers, chance, short, late, progress }) => {
    const resets = short ? RESETS.short : RESETS.long;
    const holes = short ? HOLES.short : HOLES.long;
    const back = new Takeovers(house);
    const found = new Takeovers(house);
    const traffic = callers(LINES);
    await traffic.untilLive(LINES / 2, 20_000);
    progress(`${resets} sidebands reset`);
    for (let count = 0; count < resets && !late();) {
      await pause(chance.between(20, LATEST_MS));
      const node = house.nodes[chance.between(0, house.nodes.length)];
      const callIds = node?.callIds ?? [];
      const callId = callIds[chance.between(0, callIds.length)];
      if (callId === undefined) continue;
      count += 1;
      back.watch([callId], performance.now());
      node?.parts.lines.openai.reset(callId);
    }
    for (let count = 1; count <= holes && !late(); count += 1) {
      await traffic.untilLive(LINES / 2, 20_000);
      const node = await busyNode(house, chance);
      const { callIds } = node;
      progress(`black hole ${count} of ${holes}: ${callIds.length} sidebands`);
      found.watch(callIds, performance.now());
      node.parts.lines.openai.freezeOpen();
      await found.done();
    }
    for (const weather of ['slow', 'sliced'] as const) {
      progress(`sidebands ${weather}`);
      for (const { parts } of house.nodes) parts.lines.openai.weather = weather;
      await pause(short ? WEATHER_MS.short : WEATHER_MS.long);
    }
    for (const { parts } of house.nodes) parts.lines.openai.weather = 'fair';
    const placed = await traffic.stop();
    await back.done();
    return {
      placed,
      breaches: [...back.breaches, ...found.breaches],
      figures: [
        { name: 'sideband back after a reset', value: spread(back.samples) },
        { name: 'sideband back after a black hole', value: spread(found.samples) },
      ],
    };
  },
};
