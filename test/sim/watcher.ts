import type { CallStore } from '../../src/store/ports.ts';
import type { Host } from './host.ts';
import type { Scheduler } from './scheduler.ts';

/** What a deadline may be overrun by: the process was asleep, or the loop was busy, ms. */
const SLACK_MS = 250;
/** Claims have a deadline of their own; operations in transactions of their own a longer one than the others, ms. */
export const CLAIM_TIMEOUT_MS = 500;
const OPERATION_MS = 1_500;
const TRANSACTION_MS = 5_000;

interface Pending {
  readonly host: Host;
  readonly what: string;
  readonly limitMs: number;
  readonly since: number;
}

/** Watches that every promise with a deadline keeps it. */
export class Watcher {
  readonly #scheduler: Scheduler;
  readonly #pending = new Set<Pending>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  async watch<T>(host: Host, what: string, limitMs: number, promise: Promise<T>): Promise<T> {
    const pending: Pending = { host, what, limitMs, since: this.#scheduler.now };
    this.#pending.add(pending);
    try {
      return await promise;
    } finally {
      this.#pending.delete(pending);
    }
  }

  /** The store with every operation watched. */
  store(host: Host, store: CallStore): CallStore {
    const watched = Object.entries(store).map(([name, operation]) => {
      const limitMs = limitOf(name);
      const run = operation as (...args: unknown[]) => Promise<unknown>;
      return [name, (...args: unknown[]) => this.watch(host, name, limitMs, run(...args))] as const;
    });
    return Object.fromEntries(watched) as unknown as CallStore;
  }

  /** What of a process is still awaited. */
  of(host: Host): string[] {
    return [...this.#pending].filter((one) => one.host === host).map(({ what }) => what);
  }

  /** The promise that is older than it may be; null: none is. The dead and the frozen keep nobody waiting. */
  overdue(): string | null {
    for (const pending of this.#pending) {
      const { host, what, limitMs, since } = pending;
      if (!host.alive) this.#pending.delete(pending);
      else if (host.running && this.#scheduler.now - Math.max(since, host.thawedAt) > limitMs + SLACK_MS)
        return `${host.name}: ${what} is pending for more than ${limitMs} ms`;
    }
    return null;
  }
}

function limitOf(name: string): number {
  if (name === 'claimCall') return CLAIM_TIMEOUT_MS;
  return ['transition', 'setCallFields', 'finishCall'].includes(name) ? TRANSACTION_MS : OPERATION_MS;
}
