import type { Scenario } from '../scenario.ts';
import { database } from './database.ts';
import { deploy } from './deploy.ts';
import { duplicates } from './duplicates.ts';
import { freeze } from './freeze.ts';
import { kill } from './kill.ts';
import { outage } from './outage.ts';
import { partition } from './partition.ts';
import { rate } from './rate.ts';
import { sideband } from './sideband.ts';
import { slowSockets } from './slow-sockets.ts';
import { soak } from './soak.ts';
import { stop } from './stop.ts';

/** All scenarios in the order in which they run. */
export const SCENARIOS = {
  duplicates,
  kill,
  freeze,
  partition,
  sideband,
  database,
  deploy,
  outage,
  stop,
  rate,
  'slow-sockets': slowSockets,
  soak,
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;
