import type { Timer } from '../lib/clock.ts';
import { fullJitter } from '../lib/backoff.ts';
import { pause } from '../lib/deadline.ts';
import { describeError } from '../errors.ts';
import type { CallEnd } from '../store/ports.ts';
import type { Ending } from './conversation.ts';
import { raiseAlarm } from './alarm.ts';
import { hangUpCall } from './hang-up.ts';
import { RecentKeys } from './recent-keys.ts';
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
/** OpenAI ends every session after this long: past it there is nothing left to hang up. */
const ZOMBIE_LIFE_MS = 60 * 60_000;
/** Calls lost to other nodes that are remembered, for the accepts still under way when they were lost. */
const REMEMBERED_LOSSES = 1_000;

/** Keeps the calls of this process: their seats, leases and ends. */
export class CallManager implements SessionOwner {
  readonly #services: CallServices;
  readonly #node: string;
  readonly #sessions = new Map<string, CallSession>();
  /** Calls that hold a seat: claimed here and not stored as final yet. */
  readonly #seats = new Map<string, number>();
  /** Calls whose end is being stored: it is decided, once. */
  readonly #finishing = new Set<string>();
  readonly #lost = new RecentKeys(REMEMBERED_LOSSES);
  #renewTimer: Timer | null = null;
  #draining = false;
  /** The drain deadline has passed. */
  #closing = false;
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

  /** The calls that hold a seat. */
  get callIds(): string[] {
    return [...this.#seats.keys()];
  }

  /** Whether another node took the call from this one. */
  lost(callId: string): boolean {
    return this.#lost.has(callId);
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

  /** Stores how a call ended that never became a conversation, unless its end is decided already. */
  async conclude(callId: string, epoch: number, end: Omit<CallEnd, 'endedAt'>): Promise<void> {
    if (!this.#seats.has(callId) || this.#finishing.has(callId)) return;
    this.#sessions.get(callId)?.discard();
    await this.#finish(callId, epoch, end);
  }

  /** A call that was accepted is live. */
  onAnswered(session: CallSession): void {
    if (this.#closing) this.#close(session);
  }

  onSessionEnded(session: CallSession, ending: Ending): void {
    this.#services.log.info(
      { call_id: session.callId, reason: ending.reason, party: ending.party },
      'Call ended',
    );
    void this.#finishSession(session, ending);
  }

  /**
   * Hangs up at OpenAI and does not return before the call is over, however long the API fails: nobody steers it, and
   * it is billed. Returns early when the process ends; the next one finds the row and goes on.
   */
  async hangUp(callId: string): Promise<void> {
    if (await hangUpCall(this.#services.calls, this.#services.clock, callId)) return;
    raiseAlarm(this.#services, callId, 'hangup_failed');
    await this.#insist(callId);
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
    this.#closing = true;
    // A call that is being accepted is left to its accept: what took effect must not be let go of. See onAnswered.
    for (const session of this.#sessions.values()) if (session.phase !== 'attaching') this.#close(session);
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
    this.#finishing.add(callId);
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
    this.#finishing.delete(callId);
    this.#unseat(callId);
  }

  #close(session: CallSession): void {
    session.requestClose('drain_deadline', 'denwaban');
  }

  #unseat(callId: string): void {
    this.#seats.delete(callId);
    if (this.#seats.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #exorcise(session: CallSession, ending: Ending): Promise<void> {
    await this.#insist(session.callId);
    if (!this.#closed) await this.#finishSession(session, { ...ending, detail: 'late_hangup' });
  }

  async #insist(callId: string): Promise<void> {
    const { calls, clock } = this.#services;
    const giveUpAt = clock.monotonic() + ZOMBIE_LIFE_MS;
    do await pause(clock, ZOMBIE_RETRY_MS);
    while (
      !this.#closed &&
      !this.#lost.has(callId) &&
      clock.monotonic() < giveUpAt &&
      !(await hangUpCall(calls, clock, callId))
    );
  }

  async #finishSession(session: CallSession, ending: Ending): Promise<void> {
    this.#finishing.add(session.callId);
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
    if (this.#finishing.has(callId)) return;
    this.#services.log.error({ call_id: callId }, 'Lease lost: another node owns the call');
    this.#lost.add(callId);
    this.#sessions.get(callId)?.discard();
    this.#sessions.delete(callId);
    this.#unseat(callId);
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
