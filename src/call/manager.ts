import type { Timer } from '../lib/clock.ts';
import { fullJitter } from '../lib/backoff.ts';
import { pause } from '../lib/deadline.ts';
import { describeError } from '../errors.ts';
import type { CallEnd } from '../store/ports.ts';
import type { Ending } from './conversation.ts';
import { hangUpCall } from './hang-up.ts';
import type { CallServices } from './services.ts';
import { CallSession, type CallIdentity, type SessionOwner } from './session.ts';

/** A lease outlives its holder by this; renewed well before. */
export const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
/** The end of a call is stored with this patience while the store is away. */
const FINISH_RETRY = { baseMs: 500, capMs: 5_000 } as const;
/** Polite closings are over by then; what is left is hung up without words. */
const CLOSE_PATIENCE_MS = 15_000;
/** A hang-up that failed is tried again this often. */
const ZOMBIE_RETRY_MS = 5_000;

/** Keeps the calls of this process: their seats, leases and ends. */
export class CallManager implements SessionOwner {
  readonly #services: CallServices;
  readonly #node: string;
  readonly #sessions = new Map<string, CallSession>();
  /** Calls that hold a seat: claimed here and not stored as final yet. */
  readonly #seats = new Map<string, number>();
  #renewTimer: Timer | null = null;
  #draining = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(services: CallServices, node: string) {
    this.#services = services;
    this.#node = node;
  }

  /** Calls that hold a seat: ringing, live or being stored. */
  get calls(): number {
    return this.#seats.size;
  }

  get live(): number {
    return this.#sessions.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  has(callId: string): boolean {
    return this.#seats.has(callId);
  }

  session(callId: string): CallSession | null {
    return this.#sessions.get(callId) ?? null;
  }

  /** Gives a claimed call a seat; its lease is renewed from now on. */
  seat(callId: string, epoch: number): void {
    this.#seats.set(callId, epoch);
    this.#renewTimer ??= this.#services.clock.setTimer(RENEW_MS, () => void this.#renew());
  }

  createSession(identity: CallIdentity): CallSession {
    const session = new CallSession(this.#services, this, identity);
    this.#sessions.set(identity.callId, session);
    return session;
  }

  /** Stores how a call ended that never became a conversation. */
  async conclude(callId: string, epoch: number, end: Omit<CallEnd, 'endedAt'>): Promise<void> {
    this.#sessions.get(callId)?.discard();
    await this.#finish(callId, epoch, end);
  }

  onSessionEnded(session: CallSession, ending: Ending): void {
    this.#services.log.info(
      { call_id: session.callId, reason: ending.reason, party: ending.party },
      'Call ended',
    );
    void this.#finishSession(session, ending);
  }

  onSessionAbandoned(session: CallSession, ending: Ending): void {
    this.#services.log.error(
      { call_id: session.callId },
      'Hang-up failed, going on trying: the call is being billed',
    );
    void this.#exorcise(session, ending);
  }

  /** A defect was traced to this call: it ends, the others go on. */
  crash(callId: string): boolean {
    const session = this.#sessions.get(callId);
    session?.abort('internal_error', 'denwaban', 'unhandled_rejection');
    return session !== undefined;
  }

  /**
   * Takes no new calls and waits until the live ones have ended; after `graceMs` they are closed politely,
   * a little later without words. A second call joins the first.
   */
  async drain(graceMs: number): Promise<void> {
    const { clock, log } = this.#services;
    this.#draining = true;
    if (await this.#idleWithin(graceMs)) return;
    log.warn({ calls: this.calls }, 'Drain deadline reached, closing the remaining calls');
    for (const session of this.#sessions.values()) session.requestClose('drain_deadline', 'denwaban');
    if (await this.#idleWithin(CLOSE_PATIENCE_MS)) return;
    for (const session of this.#sessions.values()) session.abort('drain_deadline', 'denwaban', 'no_words');
    await this.#idleWithin(CLOSE_PATIENCE_MS);
    await pause(clock, 0);
  }

  /** Lets go of everything at once. Calls that are still live go on without us: `drain` first. */
  close(): void {
    this.#closed = true;
    this.#renewTimer?.cancel();
    for (const session of this.#sessions.values()) session.discard();
  }

  async #finish(callId: string, epoch: number, end: Omit<CallEnd, 'endedAt'>): Promise<void> {
    const { store, recorder, clock, random, log, observer } = this.#services;
    const endedAt = clock.now();
    this.#sessions.delete(callId);
    observer.ended(end.reason, end.party);
    for (let attempt = 0; !this.#closed; attempt += 1) {
      try {
        if (await recorder.flush()) {
          const stored = await store.finishCall(callId, epoch, { ...end, endedAt });
          if (!stored) log.warn({ call_id: callId }, 'The end of the call was stored by somebody else');
          break;
        }
      } catch (error) {
        log.error({ call_id: callId, reason: describeError(error) }, 'End of call not stored, trying again');
      }
      await pause(clock, FINISH_RETRY.baseMs + fullJitter(FINISH_RETRY, attempt, random));
    }
    this.#seats.delete(callId);
    if (this.#seats.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #exorcise(session: CallSession, ending: Ending): Promise<void> {
    const { calls, clock } = this.#services;
    do {
      await pause(clock, ZOMBIE_RETRY_MS);
      if (this.#closed) return;
    } while (!(await hangUpCall(calls, clock, session.callId)));
    await this.#finishSession(session, { ...ending, detail: 'late_hangup' });
  }

  async #finishSession(session: CallSession, ending: Ending): Promise<void> {
    this.#sessions.delete(session.callId);
    await session.settled();
    const { reason, party, detail } = ending;
    await this.#finish(session.callId, session.epoch, { state: 'ended', reason, party, detail });
  }

  async #renew(): Promise<void> {
    const { store, clock, log } = this.#services;
    this.#renewTimer = null;
    const callIds = [...this.#seats.keys()];
    if (callIds.length === 0) return;
    try {
      const ours = new Set(await store.renewLeases(this.#node, callIds, LEASE_MS));
      for (const callId of callIds) if (!ours.has(callId) && this.#seats.has(callId)) this.#disown(callId);
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'Leases not renewed, trying again');
    }
    if (!this.#closed) this.#renewTimer ??= clock.setTimer(RENEW_MS, () => void this.#renew());
  }

  /** Another node owns the call, or it is final: this one stops acting on it. */
  #disown(callId: string): void {
    const session = this.#sessions.get(callId);
    if (session === undefined) return;
    this.#services.log.error({ call_id: callId }, 'Lease lost: another node owns the call');
    session.discard();
    this.#sessions.delete(callId);
    this.#seats.delete(callId);
  }

  #idleWithin(ms: number): Promise<boolean> {
    if (this.#seats.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = this.#services.clock.setTimer(ms, () => resolve(this.#seats.size === 0));
      this.#idle.push(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }
}
