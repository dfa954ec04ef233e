import type { SeatLimits } from '../../src/store/ports.ts';
import type { Chance } from './chance.ts';

/** One thing that goes wrong. `point`: not at an instant, but when a process has got so far. */
export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
  /** How many of what leaves a process, or comes of it, are let pass; null: at the instant. */
  readonly point: number | null;
  readonly forMs: number;
  /** Which process, by its place. */
  readonly node: number;
}

export type FaultKind = (typeof KINDS)[number];

const KINDS = [
  'crash',
  'crash',
  'crash',
  'freeze',
  'freeze',
  'all_crash',
  'drain',
  'store_down',
  'store_hang',
  'store_slow',
  'store_flaky',
  'storeless',
  'api_down',
  'api_errors',
  'api_lossy',
  'wires_cut',
  'wires_stall',
  'wires_refused',
] as const;

/** Faults begin before this and are over soon after, ms: then the world has to come to rest. */
export const STORM_MS = 20_000;
/** Longest fault, ms. */
const LONGEST_MS = 8_000;
/** Everything is repaired by then, ms. */
export const CALM_MS = STORM_MS + LONGEST_MS;

/** What a seed decides of a world before it begins. */
export interface Fate {
  readonly nodes: number;
  readonly calls: number;
  /** Over all nodes; 0: no limit. */
  readonly limits: SeatLimits;
  /** Clocks of the nodes beside the real time, ms, and how fast they run. */
  readonly skews: readonly { readonly ms: number; readonly rate: number }[];
  readonly storeSkewMs: number;
  readonly faults: readonly Fault[];
}

/** Clocks run this much faster or slower, at most. */
const DRIFT = 0.001;
const SKEW_MS = 3_000;

/** Worlds with more calls, and limits for numbers and callers, by probability. */
const CROWDED = 1 / 6;

/** A world as chance has it: one in eight is a good day, the others have up to seven faults. */
export function newFate(chance: Chance): Fate {
  const nodes = chance.pick([1, 2, 2, 3, 3]);
  const faults = chance.happens(1 / 8)
    ? 0
    : chance.happens(0.5)
      ? chance.integer(1, 2)
      : chance.integer(3, 7);
  const fate = {
    nodes,
    calls: chance.pick([1, 1, 1, 2, 2, 3]),
    limits: { fleet: chance.pick([0, 0, 0, 0, 1, 2]), perNumber: 0, perCaller: 0, perCallerAndHour: 0 },
    skews: Array.from({ length: nodes }, () => ({
      ms: chance.integer(-SKEW_MS, SKEW_MS),
      rate: 1 + (chance.next() - 0.5) * 2 * DRIFT,
    })),
    storeSkewMs: chance.integer(-SKEW_MS, SKEW_MS),
    faults: Array.from({ length: faults }, () => newFault(chance, nodes)),
  };
  if (!chance.happens(CROWDED)) return fate;
  const perNumber = chance.pick([0, 1, 2]);
  const perCaller = chance.pick([0, 1, 2]);
  const limits = { ...fate.limits, perNumber, perCaller, perCallerAndHour: chance.pick([0, 1, 2, 3]) };
  return { ...fate, calls: fate.calls + chance.integer(1, 4), limits };
}

function newFault(chance: Chance, nodes: number): Fault {
  const kind = chance.pick(KINDS);
  const pointed = (kind === 'crash' || kind === 'freeze') && chance.happens(0.6);
  return {
    kind,
    atMs: chance.integer(0, STORM_MS),
    point: pointed ? chance.integer(1, 60) : null,
    forMs: chance.happens(0.5) ? chance.integer(100, 1_500) : chance.integer(1_500, LONGEST_MS),
    node: chance.integer(0, nodes - 1),
  };
}
