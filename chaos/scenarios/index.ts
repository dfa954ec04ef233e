import type { Scenario } from '../scenario.ts';
import { database } from './database.ts';
import { deploy } from './deploy.ts';
import { duplicates } from './duplicates.ts';
import { freeze } from './freeze.ts';
import { kill } from './kill.ts';
import { outage } from './outage.ts';
import { partition } from './partition.ts';
import { rate } from './rate.ts';
import { server } from './server.ts';
import { sideband } from './sideband.ts';
import { slowSockets } from './slow-sockets.ts';
import { soak } from './soak.ts';
import { stop } from './stop.ts';

/**
 * All scenarios in the order in which they run: first what is measured on a fresh store, then what cuts nobody off, then
 * what leaves some without an answer, and last what fills the store.
 */
export const SCENARIOS = {
  rate,
  'slow-sockets': slowSockets,
  duplicates,
  kill,
  freeze,
  sideband,
  deploy,
  stop,
  partition,
  database,
  server,
  outage,
  soak,
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;
