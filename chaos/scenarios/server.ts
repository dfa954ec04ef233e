import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from '../database.ts';
import { openHouse, type House } from '../house.ts';
import { pause } from '../node.ts';
import type { Outcome, Scenario, Stage } from '../scenario.ts';
import { openServer, type OwnServer } from '../server.ts';
import { spread } from '../stats.ts';
import { Traffic } from '../traffic.ts';
import { judge } from '../verdict.ts';

const ROUNDS = { short: ['crash'], long: ['crash', 'stop', 'crash', 'stop', 'crash', 'stop'] } as const;
/** The server stays away for so long, ms. */
const GONE_MS = 5_000;
const BETWEEN_MS = 4_000;
const LINES = 12;
/** People on the roster: while the server is away nobody can be put there. */
const PEOPLE = 300;
const LOOK_MS = 20;
const TOLERANCE = { unanswered: true, unhelped: true } as const;

/** A PostgreSQL server dies, or is stopped, and is started again: what it had acknowledged has to be there. */
export const server: Scenario = {
  about: 'a PostgreSQL server of its own killed or stopped, and started again, while people talk',
  alone: true,
  tolerance: TOLERANCE,
  run: async (stage) => {
    const own = await openServer();
    if (own === null)
      return {
        placed: [],
        breaches: [],
        figures: [{ name: 'a server of its own', value: 'not on this machine' }],
      };
    try {
      return await onServer(stage, own);
    } finally {
      await own.close();
    }
  },
};

/** Three nodes of their own on that server. Their calls are judged here: the store goes with the server. */
async function onServer(stage: Stage, own: OwnServer): Promise<Outcome> {
  const database = await createDatabase(own.url);
  if (database === null) throw new Error('the server does not answer');
  const directory = join(stage.house.directory, 'server');
  mkdirSync(directory, { recursive: true });
  const house = await openHouse(database, directory, stage.chance.branch('house'));
  try {
    await house.applicants.stock(PEOPLE);
    const traffic = new Traffic(house, stage.chance.branch('traffic'), stage.short).start(LINES);
    const figures = await rounds(stage, own, house, traffic);
    const placed = await traffic.stop();
    stage.progress(`judging ${placed.length} calls`);
    const breaches = await judge(
      house,
      placed.map((one) => ({ placed: one, tolerance: TOLERANCE })),
    );
    return {
      placed: [],
      breaches,
      figures: [{ name: 'calls on a server of its own', value: String(placed.length) }, ...figures],
    };
  } finally {
    await house.close();
  }
}

async function rounds(
  { short, late, progress }: Stage,
  own: OwnServer,
  house: House,
  traffic: Traffic,
): Promise<Outcome['figures']> {
  const recoveries: number[] = [];
  const done: string[] = [];
  let live = 0;
  for (const kind of short ? ROUNDS.short : ROUNDS.long) {
    if (late()) break;
    await traffic.untilLive(LINES / 2, 20_000);
    progress(`${kind}, ${traffic.live} calls live`);
    done.push(kind);
    live += traffic.live;
    await own[kind]();
    await pause(GONE_MS);
    await own.start();
    const backAt = performance.now();
    await Promise.all(
      house.nodes.map(async (node) => {
        while (!(await node.probe())) await pause(LOOK_MS);
      }),
    );
    recoveries.push(performance.now() - backAt);
    await pause(BETWEEN_MS);
  }
  return [
    { name: 'losses of the server', value: `${done.join(', ')}; ${live} calls live in them` },
    { name: 'all nodes ready again after it answered', value: spread(recoveries) },
  ];
}
