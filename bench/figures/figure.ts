import type { Peer } from '../peer.ts';
import type { Target, TargetName } from '../target.ts';
import { median } from '../stats.ts';

/** What a figure is held against. `ratio`: service by floor. `plus`: service minus floor. `value`: the service alone. */
export type Goal =
  | { readonly kind: 'ratio'; readonly most: number }
  | { readonly kind: 'plus'; readonly most: number }
  | { readonly kind: 'value'; readonly most: number };

/** One line of the table. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Null: the floor has nothing of the kind. */
  readonly floor: number | null;
  readonly service: number;
  readonly goal: Goal | null;
}

/** What the measurements share. */
export interface Bench {
  readonly peer: Peer;
  /** Both processes, running. */
  readonly targets: readonly [floor: Target, service: Target];
  readonly quick: boolean;
  /** On the disk that holds the service's data. */
  readonly directory: string;
  /** Interleaved repetitions. */
  readonly rounds: number;
  /** Tells whoever waits what is being done. */
  progress(text: string): void;
}

/**
 * Measures the two targets in turn, over and over, so that whatever else the machine does meets both alike.
 *
 * @returns per target the median of each key over all rounds
 */
export async function interleave<K extends string>(
  bench: Bench,
  what: string,
  once: (target: Target) => Promise<Record<K, number>>,
): Promise<Record<TargetName, Record<K, number>>> {
  const seen: Record<TargetName, Record<K, number>[]> = { floor: [], service: [] };
  for (let round = 1; round <= bench.rounds; round += 1) {
    bench.progress(`${what}: round ${round} of ${bench.rounds}`);
    for (const target of bench.targets) seen[target.name].push(await once(target));
  }
  return { floor: medians(seen.floor), service: medians(seen.service) };
}

function medians<K extends string>(rounds: readonly Record<K, number>[]): Record<K, number> {
  const keys = Object.keys(rounds[0] ?? {}) as K[];
  return Object.fromEntries(keys.map((key) => [key, median(rounds.map((round) => round[key]))])) as Record<
    K,
    number
  >;
}

/** CPU time of the target's process for some work, in µs, until everything is stored. `held`: calls that stay up. */
export async function cpuOf(target: Target, work: () => Promise<void>, held = 0): Promise<number> {
  const before = await target.ask('settle', held);
  await work();
  const after = await target.ask('settle', held);
  return after.cpuUs - before.cpuUs;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
