import type { Clock, Timer } from '../lib/clock.ts';
import type { TimerName } from './conversation.ts';

export interface TimersOwner {
  /** Whether the call may be spoken to at this moment. */
  mayAct(): boolean;
  onTimer(name: TimerName): void;
}

/** Waits for what was asked for, or until something is asked for. While nothing can be asked for, nothing is missing. */
const NEED_THE_LINE: ReadonlySet<TimerName> = new Set([
  'greeting',
  'reply',
  'retry',
  'silence',
  'keypad_voice',
  'closing',
  'transfer',
]);

/** The timers of one call: one of each name at most. */
export class CallTimers {
  readonly #clock: Clock;
  readonly #owner: TimersOwner;
  readonly #running = new Map<TimerName, Timer>();
  /** Ran out while the call could not be spoken to, with their lengths in ms. */
  readonly #held = new Map<TimerName, number>();

  constructor(clock: Clock, owner: TimersOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Starts it anew if it is running. */
  start(name: TimerName, ms: number): void {
    this.stop(name);
    this.#running.set(
      name,
      this.#clock.setTimer(ms, () => this.#onOut(name, ms)),
    );
  }

  stop(name: TimerName): void {
    this.#running.get(name)?.cancel();
    this.#running.delete(name);
    this.#held.delete(name);
  }

  stopAll(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
    this.#held.clear();
  }

  /** The call may be spoken to again: what ran out meanwhile begins anew. */
  resume(): void {
    for (const [name, ms] of this.#held) this.start(name, ms);
  }

  #onOut(name: TimerName, ms: number): void {
    this.#running.delete(name);
    if (NEED_THE_LINE.has(name) && !this.#owner.mayAct()) this.#held.set(name, ms);
    else this.#owner.onTimer(name);
  }
}
