import { describeError } from '../errors.ts';
import type { TakenCall } from '../store/ports.ts';
import { raiseAlarm } from './alarm.ts';
import type { CallManager } from './manager.ts';
import { LEASE_MS } from './owner-rules.ts';
import { Poll } from './poll.ts';
import type { CallReception } from './reception.ts';
import type { CallServices } from './services.ts';
import { takeOver } from './takeover.ts';

/** A call without an owner is found within this, ms. */
const SWEEP_MS = 400;
/**
 * After an outage of the store all leases have lapsed, though their nodes live. These go first, ms: two tries of their
 * renewal.
 */
const OWNERS_FIRST_MS = LEASE_MS;
/** Calls taken per sweep: a process that comes back is not buried, and the others get their share. */
const SWEEP_CALLS = 20;

/** Finds calls whose process died or let go of them: one that still rings is accepted, one that was answered goes on. */
export class CallSweeper {
  readonly #services: CallServices;
  readonly #manager: CallManager;
  readonly #reception: CallReception;
  readonly #options: { readonly node: string; readonly staleMs: number };
  readonly #poll: Poll;
  /** Whether the store may have been away: a node that has just begun does not know, unless it is the only one. */
  #away: boolean;
  /** Nothing is taken before, monotonic ms. */
  #restUntil = 0;

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
    this.#away = manager.owner.shared;
    this.#poll = new Poll(services.clock, SWEEP_MS, async () => this.#sweep());
  }

  /** Sweeps now, and from then on regularly. */
  async start(): Promise<void> {
    await this.#poll.start();
  }

  /** A call may have been let go of: sweeps now. */
  hint(): void {
    this.#poll.hint();
  }

  close(): void {
    this.#poll.close();
  }

  async #sweep(): Promise<void> {
    if (this.#manager.draining) return;
    const { store, log, clock } = this.#services;
    const sentAt = clock.monotonic();
    if (sentAt < this.#restUntil) return;
    try {
      if (this.#away) {
        await store.ping();
        this.#away = false;
        this.#restUntil = clock.monotonic() + OWNERS_FIRST_MS;
        return;
      }
      const lapsed = await store.takeLapsedCalls(
        this.#options.node,
        LEASE_MS,
        SWEEP_CALLS,
        this.#manager.callIds,
      );
      for (const call of lapsed) {
        this.#manager.seat(call.callId, call.epoch, sentAt);
        void this.#recover(call);
      }
    } catch (error) {
      this.#away = true;
      log.warn({ reason: describeError(error) }, 'Sweep failed, trying again');
    }
  }

  async #recover(call: TakenCall): Promise<void> {
    const { clock, log, store } = this.#services;
    const { callId, state, handedOver } = call;
    try {
      const young = clock.now() - call.eventCreatedAt <= this.#options.staleMs;
      const progress = await store.readProgress(callId);
      const ringing = (state === 'claimed' || state === 'accepting') && progress?.body === null;
      log.warn({ call_id: callId, state, young, handed_over: handedOver }, 'Call without an owner found');
      if (progress === null) this.#manager.letGo(callId);
      else if (!ringing) {
        if (!handedOver) raiseAlarm(this.#services, callId, 'call_orphaned');
        await takeOver(this.#services, this.#manager, call, progress);
      } else if (young) this.#reception.resume(call);
      else await this.#miss(call);
    } catch (error) {
      // The lease lapses, and the next sweep that reaches the store goes on.
      log.error({ call_id: callId, reason: describeError(error) }, 'Call not recovered, trying again');
      this.#manager.letGo(callId);
    }
  }

  /** Nobody waits any more. Should the accept have taken effect, the call must not be billed. */
  async #miss(call: TakenCall): Promise<void> {
    raiseAlarm(this.#services, call.callId, 'call_missed');
    await this.#manager.hangUp(call.callId);
    await this.#manager.conclude(call.callId, call.epoch, {
      state: 'missed',
      reason: 'process_lost',
      party: 'denwaban',
      detail: null,
    });
  }
}
