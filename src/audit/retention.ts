import { describeError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { tokyoTime } from '../briefing/spoken-calendar.ts';
import type { HeldRun, RetentionClass, RetentionCut, RetentionStore } from '../store/retention-ports.ts';
import type { RetentionPeriods } from '../lib/retention-periods.ts';
import { lifetimes } from './retention-periods.ts';

/** Rows removed in one transaction: a few ms of the embedded engine, which serves nobody else meanwhile. */
const BATCH_ROWS = 500;
/** A run whose node has died is taken up by another after this many ms: far longer than a batch may take. */
const LEASE_MS = 60_000;
/** Batches of one class in one run. What is left after a million rows follows the next day. */
const MAX_BATCHES = 2_000;

export interface RetentionParts {
  readonly store: RetentionStore;
  readonly periods: RetentionPeriods;
  readonly clock: Clock;
  /** Whether the work has to wait: on the embedded engine while a call is live. */
  readonly busy: () => boolean;
  /** Told what of a run's report could not be had. Default: nobody is. */
  readonly log?: Log;
  /** Default: 500. */
  readonly batchRows?: number;
  /** Default: a minute. */
  readonly leaseMs?: number;
}

/**
 * `done`: removed so many rows by class. `paused`: it goes on when it is asked for again. `not_ours`: somebody else is
 * at it, or the day's run is done.
 */
export type RetentionOutcome =
  | { readonly outcome: 'done'; readonly removed: Readonly<Record<string, number>> }
  | { readonly outcome: 'paused' | 'not_ours' };

/** What would go, and when something goes next. */
export interface RetentionForecast {
  readonly className: string;
  /** Rows that are due now. */
  readonly due: number;
  /** Ms; null: nothing is kept, or it goes with another class. */
  readonly nextDue: number | null;
}

/**
 * Removes everything that is past its time, class by class, in small transactions. One run at a time over all nodes;
 * one that was cut off is gone on with.
 *
 * @param day the daily run of this day in Japan; null: a run by hand
 * @throws DenwabanError DW_STORE_UNAVAILABLE; what was removed until then stays removed and counted
 */
export async function runRetention(parts: RetentionParts, day: string | null): Promise<RetentionOutcome> {
  const { store, clock, busy, leaseMs = LEASE_MS } = parts;
  if (busy()) return { outcome: 'paused' };
  const run = await store.begin({
    kind: day === null ? 'manual' : 'daily',
    day: day ?? tokyoTime(clock.now()).day,
    at: clock.now(),
    leaseMs,
  });
  if (run === null) return { outcome: 'not_ours' };
  const removed: Record<string, number> = {};
  for (const entry of store.classes) {
    const gone = await empty(parts, run, entry);
    if (typeof gone === 'string') return { outcome: gone };
    if (gone > 0) removed[entry.name] = gone;
  }
  const ended = await store.finish(run, clock.now(), await nextDue(parts));
  return ended ? { outcome: 'done', removed } : { outcome: 'not_ours' };
}

/** Looks without removing anything. */
export async function forecastRetention(
  parts: Pick<RetentionParts, 'store' | 'periods' | 'clock'>,
): Promise<RetentionForecast[]> {
  const found: RetentionForecast[] = [];
  for (const entry of parts.store.classes) {
    const cut = cutOf(parts, entry);
    const due = await parts.store.countDue(entry.name, cut);
    found.push({ className: entry.name, due, nextDue: await nextOf(parts, entry, cut) });
  }
  return found;
}

/** Removes what is due of one class, batch by batch, so that the event loop is never held for long. */
async function empty(
  parts: RetentionParts,
  run: HeldRun,
  entry: RetentionClass,
): Promise<number | 'paused' | 'not_ours'> {
  const { store, busy, batchRows = BATCH_ROWS, leaseMs = LEASE_MS } = parts;
  let total = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    if (busy()) {
      await store.release(run);
      return 'paused';
    }
    const gone = await store.remove(run, entry.name, cutOf(parts, entry), batchRows, leaseMs);
    if (gone === null) return 'not_ours';
    total += gone;
    if (gone < batchRows) break;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  return total;
}

/** A part of the report: a run has done its work without it. */
async function nextDue(parts: RetentionParts): Promise<Record<string, string | null>> {
  const next: Record<string, string | null> = {};
  for (const entry of parts.store.classes) {
    const at = await nextOf(parts, entry, cutOf(parts, entry)).catch((error: unknown) => {
      const fields = { class: entry.name, reason: describeError(error) };
      parts.log?.warn(fields, 'When something is due next was not to be found out');
      return null;
    });
    next[entry.name] = at === null ? null : new Date(at).toISOString();
  }
  return next;
}

async function nextOf(
  { store, periods }: Pick<RetentionParts, 'store' | 'periods'>,
  entry: RetentionClass,
  cut: RetentionCut,
): Promise<number | null> {
  const since = await store.oldestKept(entry.name, cut);
  return since === null ? null : lifetimes(periods)[entry.period].dueAt(since);
}

function cutOf(
  { periods, clock }: Pick<RetentionParts, 'periods' | 'clock'>,
  entry: RetentionClass,
): RetentionCut {
  const now = clock.now();
  return { cutoff: lifetimes(periods)[entry.period].cutoff(now), now };
}
