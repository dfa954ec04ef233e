import type { Clock, Timer } from '../lib/clock.ts';

/** A repeated piece of work. */
export interface Schedule {
  /** No further run begins; resolves when the current one has ended. */
  stop(): Promise<void>;
}

/**
 * Runs `work` after `firstMs` and then after the ms it returns, never twice at once.
 *
 * @param work must not reject
 */
export function startSchedule(clock: Clock, firstMs: number, work: () => Promise<number>): Schedule {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: Timer = clock.setTimer(firstMs, fire);

  function fire(): void {
    running = work().then((nextMs) => {
      if (!stopped) timer = clock.setTimer(nextMs, fire);
    });
  }

  return {
    stop: async () => {
      stopped = true;
      timer.cancel();
      await running;
    },
  };
}
