import type { Timer } from '../lib/clock.ts';
import { describeError } from '../errors.ts';
import type { CallRecord } from '../store/ports.ts';
import { raiseAlarm } from './alarm.ts';
import { LEASE_MS, type CallManager } from './manager.ts';
import type { CallReception } from './reception.ts';
import type { CallServices } from './services.ts';

/** A call without an owner is found within this. */
const SWEEP_MS = 1_000;
/** Calls taken per sweep: a process that comes back is not buried. */
const SWEEP_CALLS = 20;

/** Finds calls whose process died: one that still rings is accepted, one that was answered is ended at OpenAI. */
export class CallSweeper {
  readonly #services: CallServices;
  readonly #manager: CallManager;
  readonly #reception: CallReception;
  readonly #options: { readonly node: string; readonly staleMs: number };
  #timer: Timer | null = null;
  #closed = false;

  constructor(
    services: CallServices,
    manager: CallManager,
    reception: CallReception,
    options: { readonly node: string; readonly staleMs: number },
  ) {
    this.#services = services;
    this.#manager = manager;
    this.#reception = reception;
    this.#options = options;
  }

  /** Sweeps now, and from then on regularly. */
  async start(): Promise<void> {
    await this.#sweep();
    if (!this.#closed) this.#timer = this.#services.clock.setTimer(SWEEP_MS, () => void this.start());
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #sweep(): Promise<void> {
    if (this.#manager.draining) return;
    const { store, log } = this.#services;
    try {
      const lapsed = await store.takeLapsedCalls(
        this.#options.node,
        LEASE_MS,
        SWEEP_CALLS,
        this.#manager.callIds,
      );
      for (const call of lapsed) this.#recover(call);
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'Sweep failed, trying again');
    }
  }

  #recover(call: CallRecord): void {
    const { clock, log } = this.#services;
    const unanswered = call.state === 'claimed' || call.state === 'accepting';
    const young = clock.now() - call.eventCreatedAt <= this.#options.staleMs;
    log.warn({ call_id: call.callId, state: call.state, young }, 'Call without an owner found');
    if (unanswered && young) {
      this.#reception.resume(call);
    } else {
      this.#manager.seat(call.callId, call.epoch);
      void this.#end(call, unanswered);
    }
  }

  /** A call that nobody steers must not go on, and must not be billed. */
  async #end(call: CallRecord, unanswered: boolean): Promise<void> {
    raiseAlarm(this.#services, call.callId, unanswered ? 'call_missed' : 'call_orphaned');
    await this.#manager.hangUp(call.callId);
    await this.#manager.conclude(call.callId, call.epoch, {
      state: unanswered ? 'missed' : 'ended',
      reason: 'process_lost',
      party: 'denwaban',
      detail: null,
    });
  }
}
