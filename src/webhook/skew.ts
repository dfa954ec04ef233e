import type { Clock } from '../lib/clock.ts';

/** One authentic delivery, inside the window or not. `timestamp` is in unix seconds. */
export interface SkewSample {
  readonly webhookId: string;
  readonly timestamp: number;
}

export interface SkewEstimator {
  /** Takes a delivery in. Only authentic ones may be given: others could push the estimate anywhere. */
  record(sample: SkewSample): void;
  /** The sender's clock minus ours, in ms: negative when ours is ahead. null before there are enough samples. */
  skewMs(): number | null;
  /** Whether this node's clock is wrong enough to be taken out of service. */
  excessive(): boolean;
}

/** Deliveries the median is taken over: odd, and few enough to follow a change within a quiet hour. */
const WINDOW = 15;

/** Below this a single replayed capture could speak for all. */
const MIN_SAMPLES = 3;

/** Well inside the 300 s within which deliveries are still believed. */
export const EXCESSIVE_SKEW_MS = 120_000;

/**
 * Estimates how wrong our wall clock is from the timestamps OpenAI signs.
 *
 * Samples are kept against the monotonic clock and compared with the wall clock when asked. So the estimate is right
 * the moment the wall clock is corrected; a node out of service gets no deliveries from which it could learn that.
 */
export function createSkewEstimator(clock: Pick<Clock, 'now' | 'monotonic'>): SkewEstimator {
  const samples: { readonly key: string; readonly offsetMs: number }[] = [];

  const skewMs = (): number | null => {
    if (samples.length < MIN_SAMPLES) return null;
    const ours = clock.now() - clock.monotonic();
    return Math.round(median(samples.map((sample) => sample.offsetMs)) - ours);
  };

  return {
    record: ({ webhookId, timestamp }) => {
      const key = `${webhookId}.${timestamp}`;
      // A delivery that is replayed looks older each time; its first arrival is the true one.
      if (samples.some((sample) => sample.key === key)) return;
      samples.push({ key, offsetMs: timestamp * 1000 - clock.monotonic() });
      if (samples.length > WINDOW) samples.shift();
    },
    skewMs,
    excessive: () => Math.abs(skewMs() ?? 0) > EXCESSIVE_SKEW_MS,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
