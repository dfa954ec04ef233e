/** A timer that has been started; `cancel` is idempotent and safe after it fired. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time. Everything that waits or stamps takes a Clock, so that tests and the simulator
 * can turn it by hand.
 */
export interface Clock {
  /** Wall time in ms since the Unix epoch. Used for stamps and the webhook window, never for durations. */
  now(): number;
  /** Monotonic ms with sub-millisecond fraction; the origin is arbitrary. Used for durations. */
  monotonic(): number;
  /** Calls `fire` once after `ms`. The timer does not keep the process alive. */
  setTimer(ms: number, fire: () => void): Timer;
}

class SystemTimer implements Timer {
  readonly #handle: NodeJS.Timeout;

  constructor(ms: number, fire: () => void) {
    this.#handle = setTimeout(fire, ms);
    this.#handle.unref();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (ms, fire) => new SystemTimer(ms, fire),
};
