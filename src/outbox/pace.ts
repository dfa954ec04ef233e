import type { Random } from '../lib/random.ts';
import type { OutboundKind } from './ports.ts';

/** Tries of a message to a person, look-ups included. With the waits between them they fill about two hours. */
export const MESSAGE_TRIES = 12;
/** A message waits this long after its first failure, ms; then twice as long each time, up to the cap. */
const MESSAGE_BASE_MS = 5_000;
const MESSAGE_CAP_MS = 20 * 60_000;

/**
 * Waits after each failed delivery of a webhook, ms; the last one again and again. The tries end with the life of the
 * delivery, a day and an hour: no wait is longer than that hour, so the last try comes after 24 hours at least.
 */
const WEBHOOK_WAITS_MS: readonly number[] = [5_000, 60_000, 5 * 60_000, 15 * 60_000, 30 * 60_000, 3_600_000];

/** Half of each wait is chance, so that what failed together does not come back together. */
const CHANCE = 0.5;

/** A provider that asks for more patience than this is asked again after this, ms. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * Ms until the next try, or null when there is none. Of webhooks there is always one: see `notAfter`.
 *
 * @param attempts tries so far, at least 1
 * @param askedMs what the other side asked for, or null; it is never shortened below that, except to an hour
 */
export function nextWait(
  kind: OutboundKind,
  attempts: number,
  askedMs: number | null,
  random: Random,
): number | null {
  const full =
    kind === 'webhook'
      ? (WEBHOOK_WAITS_MS[attempts - 1] ?? WEBHOOK_WAITS_MS.at(-1))
      : attempts < MESSAGE_TRIES
        ? Math.min(MESSAGE_CAP_MS, MESSAGE_BASE_MS * 2 ** (attempts - 1))
        : undefined;
  if (full === undefined) return null;
  const wait = Math.round(full * (1 - CHANCE) + full * CHANCE * random.next());
  return Math.max(wait, Math.min(askedMs ?? 0, LONGEST_RETRY_AFTER_MS));
}
