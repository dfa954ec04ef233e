import { pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';

const ROUNDS = {
  short: ['black_hole'],
  long: ['refuse', 'black_hole', 'slow', 'refuse', 'black_hole', 'sliced'],
};
const GONE_MS = { short: 5_000, long: 10_000 };
const LINES = 12;
const LOOK_MS = 20;
/** Between two outages, ms. */
const BETWEEN_MS = 4_000;

/** The database goes away for everybody, and comes back. */
export const database: Scenario = {
  about: 'the database refuses, is a black hole, slow or sliced for 10 s while people talk',
  alone: false,
  tolerance: { unanswered: true, unhelped: true },
  run: async ({ house, callers, short, late, progress }) => {
    const rounds = short ? ROUNDS.short : ROUNDS.long;
    const lines = house.nodes.map(({ parts }) => parts.lines.database);
    const recoveries: number[] = [];
    const traffic = callers(LINES);
    const done: string[] = [];
    for (const kind of rounds) {
      if (late()) break;
      done.push(kind);
      await traffic.untilLive(LINES / 2, 20_000);
      progress(`database: ${kind.replace('_', ' ')}, ${traffic.live} calls live`);
      if (kind === 'refuse') await Promise.all(lines.map(async (line) => line.refuse()));
      else for (const line of lines) line.weather = kind as 'black_hole' | 'slow' | 'sliced';
      await pause(short ? GONE_MS.short : GONE_MS.long);
      for (const line of lines) line.weather = 'fair';
      await Promise.all(lines.map(async (line) => line.reopen()));
      const backAt = performance.now();
      await Promise.all(
        house.nodes.map(async (node) => {
          while (!(await node.probe())) await pause(LOOK_MS);
        }),
      );
      recoveries.push(performance.now() - backAt);
      await pause(short ? 0 : BETWEEN_MS);
    }
    return {
      placed: await traffic.stop(),
      breaches: [],
      figures: [
        { name: 'outages of the database', value: done.join(', ').replaceAll('_', ' ') },
        { name: 'all nodes ready again after it was back', value: spread(recoveries) },
      ],
    };
  },
};
