import type { Random } from './random.ts';

/** Shape of an exponential backoff, in ms. */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Full jitter: uniform in [0, min(cap, base · 2^attempt)]. It spreads a herd of callers best.
 *
 * @param attempt 0 for the first wait
 * @returns ms to wait
 */
export function fullJitter(policy: BackoffPolicy, attempt: number, random: Random): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** attempt);
  return Math.round(random.next() * ceiling);
}
