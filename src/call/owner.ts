import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { describeError } from '../errors.ts';
import type { CallSeat, CallStore } from '../store/ports.ts';
import {
  actingUntil,
  isFresh,
  LEASE_MS,
  mayAct,
  onSeen,
  onUnseen,
  RENEW_MS,
  STRANGER,
  type Solitude,
} from './owner-rules.ts';

export interface OwnerServices {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who hears what became of the leases. */
export interface OwnerListener {
  /** Another node owns the call, or it is final. */
  onLost(callId: string): void;
  /** The leases are ours again after a time in which they may not have been, or nobody else can have them. */
  onRegained(callIds: readonly string[]): void;
}

interface Seat {
  readonly epoch: number;
  actUntil: number;
}

/** The leases of this process: keeps them, and knows at any moment whether they still hold. */
export class CallOwner {
  readonly #services: OwnerServices;
  readonly #node: string;
  /** Whether other processes may use the store, too. */
  readonly #shared: boolean;
  readonly #listener: OwnerListener;
  /** Whether one more call would be answered here. */
  readonly #hasRoom: () => boolean;
  readonly #seats = new Map<string, Seat>();
  #timer: Timer | null = null;
  #peers = 0;
  #relieved = false;
  #solitude: Solitude = STRANGER;
  #draining = false;
  #closed = false;
  #waiting: (() => void)[] = [];

  constructor(
    services: OwnerServices,
    node: string,
    shared: boolean,
    listener: OwnerListener,
    hasRoom: () => boolean = () => true,
  ) {
    this.#services = services;
    this.#node = node;
    this.#shared = shared;
    this.#listener = listener;
    this.#hasRoom = hasRoom;
  }

  /** Whether other processes may own calls of the same store. */
  get shared(): boolean {
    return this.#shared;
  }

  /** Calls that are owned here. */
  get size(): number {
    return this.#seats.size;
  }

  get callIds(): string[] {
    return [...this.#seats.keys()];
  }

  /** The calls that are owned here, with their epochs. */
  get seats(): CallSeat[] {
    return this.#seatsOf(this.callIds);
  }

  /** Other nodes that could take calls, when last asked. */
  get peers(): number {
    return this.#peers;
  }

  /**
   * Whether another node had room when this one last told that it has none. Told first and asked then: of nodes that fill
   * up one after the other the last one knows that it is the last. False when nobody could be asked.
   */
  get relieved(): boolean {
    return this.#relieved;
  }

  has(callId: string): boolean {
    return this.#seats.has(callId);
  }

  /** Tells the other nodes that this one is there. Alone on its store, a node keeps quiet until it has a call. */
  async start(): Promise<void> {
    if (this.#shared) await this.renew();
  }

  /** @param sentAt monotonic ms at which the claim was sent: the lease runs from then or later */
  seat(callId: string, epoch: number, sentAt: number): void {
    this.#seats.set(callId, { epoch, actUntil: actingUntil(sentAt) });
    this.#schedule(this.#services.clock.monotonic());
  }

  unseat(callId: string): void {
    this.#seats.delete(callId);
  }

  /** From now on this node is nobody's peer. */
  drain(): void {
    this.#draining = true;
  }

  /** Whether this node may speak on the call. */
  mayAct(callId: string): boolean {
    const seat = this.#seats.get(callId);
    if (seat === undefined) return false;
    const tenure = { actUntil: seat.actUntil, awayUntil: this.#solitude.awayUntil };
    return !this.#shared || mayAct(tenure, this.#services.clock.monotonic());
  }

  /**
   * Waits until the call is certainly ours, at most `ms`.
   *
   * @returns false when it is not, or not yet
   */
  async certain(callId: string, ms: number): Promise<boolean> {
    const { clock } = this.#services;
    const deadline = clock.monotonic() + ms;
    for (;;) {
      const seat = this.#seats.get(callId);
      if (seat === undefined) return false;
      if (!this.#shared) return true;
      const now = clock.monotonic();
      if (isFresh(seat, now)) return true;
      if (now >= deadline || this.#closed) return false;
      await this.#news(deadline - now);
    }
  }

  /** Lets go of calls, so that another node takes them at once. */
  async release(callIds: readonly string[]): Promise<void> {
    const seats = this.#seatsOf(callIds);
    for (const callId of callIds) this.#seats.delete(callId);
    await this.#services.store.releaseCalls(this.#node, seats);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#wake();
    if (!this.#shared) return;
    try {
      await this.#services.store.forgetNode(this.#node);
    } catch (error) {
      this.#services.log.warn(
        { reason: describeError(error) },
        'The node is not signed off: it will be missed',
      );
    }
  }

  /** Renews every lease now. */
  async renew(): Promise<void> {
    const { store, clock, log } = this.#services;
    this.#timer?.cancel();
    this.#timer = null;
    const asked = this.#seatsOf(this.callIds);
    const standing = { draining: this.#draining, room: this.#hasRoom() };
    const sentAt = clock.monotonic();
    try {
      const { ours, peers, roomElsewhere } = await store.renewLeases(this.#node, asked, LEASE_MS, standing);
      this.#peers = peers;
      this.#relieved = !standing.room && roomElsewhere;
      this.#solitude = onSeen(this.#solitude, sentAt, peers);
      this.#apply(asked, new Set(ours), sentAt);
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'Leases not renewed, trying again');
      this.#relieved = false;
      this.#storeIsAway(sentAt);
    }
    this.#wake();
    this.#schedule(sentAt);
  }

  /** Calls that fell silent meanwhile may be spoken to again, if nobody else is there to take them. */
  #storeIsAway(sentAt: number): void {
    const silent = this.callIds.filter((callId) => !this.mayAct(callId));
    this.#solitude = onUnseen(this.#solitude, sentAt, this.#services.clock.monotonic());
    const again = silent.filter((callId) => this.mayAct(callId));
    if (again.length > 0) this.#listener.onRegained(again);
  }

  #apply(asked: readonly CallSeat[], ours: ReadonlySet<string>, sentAt: number): void {
    const now = this.#services.clock.monotonic();
    const regained: string[] = [];
    for (const { callId, epoch } of asked) {
      const seat = this.#seats.get(callId);
      if (seat?.epoch !== epoch) continue;
      if (!ours.has(callId)) {
        this.#listener.onLost(callId);
        continue;
      }
      if (!isFresh(seat, now)) regained.push(callId);
      seat.actUntil = actingUntil(sentAt);
    }
    if (regained.length > 0) this.#listener.onRegained(regained);
  }

  /** The next renewal follows the last one by its beginning: one that hung must not cost the time of the next, too. */
  #schedule(lastSentAt: number): void {
    if (this.#closed || (!this.#shared && this.#seats.size === 0)) return;
    const { clock } = this.#services;
    const ms = Math.max(0, lastSentAt + RENEW_MS - clock.monotonic());
    this.#timer ??= clock.setTimer(ms, () => void this.renew());
  }

  #seatsOf(callIds: readonly string[]): CallSeat[] {
    return callIds.flatMap((callId) => {
      const seat = this.#seats.get(callId);
      return seat === undefined ? [] : [{ callId, epoch: seat.epoch }];
    });
  }

  #news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#services.clock.setTimer(ms, resolve);
      this.#waiting.push(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
