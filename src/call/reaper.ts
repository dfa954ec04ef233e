import { describeError } from '../errors.ts';
import type { Timer } from '../lib/clock.ts';
import type { CallReaper } from '../store/ports.ts';
import { raiseAlarm } from './alarm.ts';
import type { CallManager } from './manager.ts';
import type { CallServices } from './services.ts';

/** Calls are looked at this often, ms. */
const REAP_MS = 4_000;
/** A call is ended by force when it is longer than the longest by this, ms: its owner should have hung up long before. */
const REAP_AFTER_MS = 52_000;
/** No call may be open this long after its longest duration, ms: the promise that the above keeps. */
const OVER_MAX_MS = 60_000;

/**
 * The last resort: a call that is far too long is ended in the store, whoever owns it and whatever its owner is busy
 * with. The hang-up at OpenAI goes on until it is confirmed.
 */
export class Reaper {
  readonly #services: CallServices;
  readonly #store: CallReaper;
  readonly #manager: CallManager;
  #timer: Timer | null = null;
  #closed = false;
  #overMax = 0;

  constructor(services: CallServices, store: CallReaper, manager: CallManager) {
    this.#services = services;
    this.#store = store;
    this.#manager = manager;
  }

  /** Calls past their longest duration by more than a minute, on all nodes, when last looked at. */
  get overMax(): number {
    return this.#overMax;
  }

  /** Looks now, and from then on regularly. */
  async start(): Promise<void> {
    await this.#reap();
    if (!this.#closed) this.#timer = this.#services.clock.setTimer(REAP_MS, () => void this.start());
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #reap(): Promise<void> {
    const { plan, log } = this.#services;
    const { maxCallMs } = plan.rules;
    try {
      const { reaped, overMax } = await this.#store.reap(maxCallMs + REAP_AFTER_MS, maxCallMs + OVER_MAX_MS);
      this.#overMax = overMax;
      for (const callId of reaped) void this.#end(callId);
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'Calls that are too long not looked for, trying again');
    }
  }

  async #end(callId: string): Promise<void> {
    raiseAlarm(this.#services, callId, 'call_reaped');
    this.#services.observer.ended('max_duration', 'denwaban');
    try {
      await this.#manager.override(callId);
    } catch (error) {
      this.#services.log.error({ call_id: callId, reason: describeError(error) }, 'Reaped call not hung up');
    }
  }
}
