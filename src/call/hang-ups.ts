import { pause } from '../lib/deadline.ts';
import { raiseAlarm } from './alarm.ts';
import { hangUpCall } from './hang-up.ts';
import { isOurs, type Ownership } from './last-requests.ts';
import type { CallServices } from './services.ts';

/** A hang-up that failed is tried again within this, ms; by chance up to a half earlier, so that many do not ask together. */
const ZOMBIE_RETRY_MS = 5_000;
/** OpenAI ends every session after this long: past it there is nothing left to hang up. */
const ZOMBIE_LIFE_MS = 60 * 60_000;

/** Why a call may be hung up: it is this node's, or its row is final and it is nobody's. */
export type HangUpRight = 'owned' | 'final';

/** Whose calls they are. */
export interface Seats extends Ownership {
  has(callId: string): boolean;
}

type HangUpServices = Pick<CallServices, 'calls' | 'clock' | 'random' | 'log' | 'observer'>;

/** Hang-ups that have to succeed, however long OpenAI fails: nobody steers these calls, and they are billed. */
export class HangUps {
  readonly #services: HangUpServices;
  readonly #seats: Seats;
  /** Calls whose hang-up failed and is tried again, and by what right. */
  readonly #insisting = new Map<string, HangUpRight>();
  #closed = false;

  constructor(services: HangUpServices, seats: Seats) {
    this.#services = services;
    this.#seats = seats;
  }

  /** Resolves when the call is over, or when it is for somebody else to end it. */
  async hangUp(callId: string, right: HangUpRight): Promise<void> {
    if (this.#insisting.has(callId)) {
      // A row that was made final takes the owner's right away, and leaves the hang-up to whoever tries it.
      this.#insisting.set(callId, right);
      return;
    }
    if ((await this.#once(callId, right)) || !this.#may(callId, right)) return;
    raiseAlarm(this.#services, callId, 'hangup_failed');
    await this.insist(callId, right);
  }

  /** The same after a first failure that was told of. */
  async insist(callId: string, right: HangUpRight): Promise<void> {
    const { clock, random } = this.#services;
    const giveUpAt = clock.monotonic() + ZOMBIE_LIFE_MS;
    this.#insisting.set(callId, right);
    const now = (): HangUpRight => this.#insisting.get(callId) ?? right;
    do await pause(clock, ZOMBIE_RETRY_MS * (1 - random.next() / 2));
    while (this.#may(callId, now()) && clock.monotonic() < giveUpAt && !(await this.#once(callId, now())));
    this.#insisting.delete(callId);
  }

  close(): void {
    this.#closed = true;
  }

  #once(callId: string, right: HangUpRight): Promise<boolean> {
    return hangUpCall(this.#services, callId, async () => right === 'final' || isOurs(this.#seats, callId));
  }

  #may(callId: string, right: HangUpRight): boolean {
    return !this.#closed && (right === 'final' || this.#seats.has(callId));
  }
}
