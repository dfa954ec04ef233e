import type { Clock, Timer } from '../../src/lib/clock.ts';
import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** Wall time at the beginning of every run, ms since the Unix epoch. */
export const WALL = 1_790_000_000_000;

interface Waiting {
  readonly kind: 'timer' | 'message';
  readonly run: () => void;
}

/**
 * One process: its memory dies with it. What reaches it from outside comes through `post`, and every timer of it
 * through its clock; so a process that crashed hears and does nothing more, and a frozen one hears it all when it thaws.
 */
export class Host {
  readonly name: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  readonly #timers = new Set<object>();
  readonly #onDeath: (() => void)[] = [];
  #backlog: Waiting[] = [];
  #state: 'running' | 'frozen' | 'dead' = 'running';
  /** When it began, virtual ms. */
  readonly bornAt: number;
  /** When it last woke up, virtual ms. */
  thawedAt = 0;

  constructor(
    name: string,
    parts: { scheduler: Scheduler; trace: Trace; chance: Chance },
    skew: { readonly ms: number; readonly rate: number },
  ) {
    this.name = name;
    this.chance = parts.chance;
    this.#scheduler = parts.scheduler;
    this.#trace = parts.trace;
    this.bornAt = parts.scheduler.now;
    const monotonic = (): number => parts.scheduler.now * skew.rate + 1_000;
    this.clock = {
      now: () => Math.round(WALL + parts.scheduler.now * skew.rate + skew.ms),
      monotonic,
      setTimer: (ms, fire) => this.#setTimer(ms / skew.rate, fire),
    };
  }

  get alive(): boolean {
    return this.#state !== 'dead';
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  /** Timers that were started and have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Something from outside reaches the process after `ms`. @param what for the trace; null: too small to tell of */
  post(ms: number, what: string | null, run: () => void): void {
    this.#scheduler.after(ms, () => this.#arrive({ kind: 'message', run }, what));
  }

  /** Dies without a word. */
  crash(): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.#note('CRASH');
    this.#timers.clear();
    this.#backlog = [];
    for (const tell of this.#onDeath) tell();
  }

  onDeath(tell: () => void): void {
    this.#onDeath.push(tell);
  }

  freeze(): void {
    if (this.#state !== 'running') return;
    this.#state = 'frozen';
    this.#note('FREEZE');
  }

  /** Goes on: everything that came meanwhile happens now. Timers first or messages first, as it may be. */
  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    this.thawedAt = this.#scheduler.now;
    this.#note('THAW');
    const backlog = this.#backlog;
    this.#backlog = [];
    const first = this.chance.happens(0.5) ? 'timer' : 'message';
    const ordered = [
      ...backlog.filter((one) => one.kind === first),
      ...backlog.filter((one) => one.kind !== first),
    ];
    for (const one of ordered) this.#scheduler.after(0, () => this.#arrive(one, null));
  }

  #arrive(one: Waiting, what: string | null): void {
    if (this.#state === 'dead') return;
    if (this.#state === 'frozen') {
      this.#backlog.push(one);
      return;
    }
    if (what !== null && this.#trace.on) this.#note(what);
    one.run();
  }

  #setTimer(ms: number, fire: () => void): Timer {
    const token = {};
    if (this.#state !== 'dead') this.#timers.add(token);
    const run = (): void => {
      if (this.#timers.delete(token)) fire();
    };
    const task = this.#scheduler.after(ms, () => {
      if (this.#timers.has(token)) this.#arrive({ kind: 'timer', run }, null);
    });
    return {
      cancel: () => {
        this.#timers.delete(token);
        task.cancel();
      },
    };
  }

  #note(what: string): void {
    if (this.#trace.on) this.#trace.add(this.#scheduler.now, this.name, what);
  }
}
