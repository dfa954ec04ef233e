import { tokyoTime } from '../briefing/spoken-calendar.ts';
import { describeError } from '../errors.ts';
import type { Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type RetentionParts, runRetention } from './retention.ts';

/** The day's run is due from 03:30 in Japan, ms after midnight: nobody calls, and the day before is over. */
const DUE_MS = 3.5 * 3_600_000;
/** Ms after the start before the first look: a process that comes up has calls to take over. */
const FIRST_LOOK_MS = 60_000;
/** Ms between looks. A run that another node was cut off from waits at most so long. */
const LOOK_MS = 10 * 60_000;
/** A run that waits for the end of calls is tried again after this many ms. */
const PAUSED_MS = 60_000;

export interface RetentionJobParts extends RetentionParts {
  readonly log: Log;
}

/** The daily run. */
export interface RetentionJob {
  /** Looks now whether a run is due, and does it. Never rejects. @returns ms until the next look */
  look(): Promise<number>;
  /** No further look begins; a run that is under way lets go after its batch. */
  close(): Promise<void>;
}

/** Removes once a day what is past its time, on one of the nodes that share the store. */
export function startRetention(parts: RetentionJobParts): RetentionJob {
  const { clock, log } = parts;
  let closed = false;
  let running: Promise<void> = Promise.resolve();
  let timer: Timer = clock.setTimer(FIRST_LOOK_MS, fire);

  function fire(): void {
    running = look().then((nextMs) => {
      if (!closed) timer = clock.setTimer(nextMs, fire);
    });
  }

  async function look(): Promise<number> {
    const day = tokyoTime(clock.now() - DUE_MS).day;
    try {
      const result = await runRetention({ ...parts, busy: () => closed || parts.busy() }, day);
      if (result.outcome === 'done') log.info({ day, removed: result.removed }, 'Retention run finished');
      return result.outcome === 'paused' ? PAUSED_MS : LOOK_MS;
    } catch (error) {
      log.error({ reason: describeError(error) }, 'Retention run failed, trying again');
      return LOOK_MS;
    }
  }

  return {
    look,
    close: async () => {
      closed = true;
      timer.cancel();
      await running;
    },
  };
}
