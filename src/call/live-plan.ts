import { describeError } from '../errors.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { partsOf, tokyoTime, weekdayOf, WEEKDAYS, type Day } from '../briefing/spoken-calendar.ts';
import { withKeywords } from '../scenario/keywords.ts';
import { withToday } from '../scenario/today.ts';
import { missingTargets } from '../scenario/transfer-targets.ts';
import { planCalls, type PlanOptions } from './plan.ts';
import type { CallPlan } from './services.ts';

export interface LivePlanOptions extends PlanOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Names that callers may say, from the store. Has its own deadline. */
  readonly names: () => Promise<readonly string[]>;
}

/** The plan of calls, kept up to date beside them: no call waits for it. */
export interface LivePlan {
  readonly current: CallPlan;
  /** Looks for new names now. Never rejects: the plan stays what it was. */
  refresh(): Promise<void>;
  close(): void;
}

/** A roster that was imported counts for the calls a minute later; asking more often would find nothing new, ms. */
const REFRESH_MS = 60_000;

/** Makes the plan without names at once, and again whenever the names or the day in Japan have changed. */
export function keepPlan(options: LivePlanOptions): LivePlan {
  const { clock, log, scenario } = options;
  const make = (names: readonly string[], day: Day): CallPlan =>
    planCalls({ ...options, scenario: withToday(withKeywords(scenario, names), inWords(day), day) });
  const today = (): Day => tokyoTime(clock.now()).day;
  const missing = missingTargets(scenario, options.transferTargets);
  if (missing.length > 0) log.warn({ missing }, 'Transfer targets of the scenario lack in TRANSFER_TARGETS');
  let names: readonly string[] = [];
  let day = today();
  let current = make(names, day);
  let timer: Timer | null = null;
  let closed = false;

  async function refresh(): Promise<void> {
    timer?.cancel();
    try {
      const found = await options.names();
      if (JSON.stringify(found) !== JSON.stringify(names)) {
        names = found;
        current = make(names, day);
      }
    } catch (error) {
      log.warn(
        { reason: describeError(error) },
        'Names of briefings could not be read; the last ones are used',
      );
    }
    if (!closed) timer = clock.setTimer(REFRESH_MS, () => void refresh());
  }

  return {
    get current() {
      if (today() !== day) {
        day = today();
        current = make(names, day);
      }
      return current;
    },
    refresh,
    close: () => {
      closed = true;
      timer?.cancel();
    },
  };
}

/** `2026年11月24日、火曜日` */
function inWords(day: Day): string {
  const parts = partsOf(day);
  return `${parts.year}年${parts.month}月${parts.day}日、${WEEKDAYS[weekdayOf(day)] ?? ''}曜日`;
}
