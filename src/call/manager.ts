import { fullJitter } from '../lib/backoff.ts';
import { pause } from '../lib/deadline.ts';
import { describeError } from '../errors.ts';
import type { CallEnd } from '../store/ports.ts';
import type { Ending } from './conversation.ts';
import { HangUps } from './hang-ups.ts';
import { handOver } from './handover.ts';
import { CallOwner } from './owner.ts';
import { RecentKeys } from './recent-keys.ts';
import type { CallServices } from './services.ts';
import { CallSession } from './session.ts';
import type { CallIdentity, SessionOwner } from './session-owner.ts';

/** The end of a call is stored with this patience while the store is away. */
const FINISH_RETRY = { baseMs: 500, capMs: 5_000 } as const;
/** Polite closings are over by then; what is left is hung up without words. */
const CLOSE_PATIENCE_MS = 15_000;
/** After a stop was asked for, others still send calls here for a moment: they are taken, and handed over, ms. */
const CLAIM_GRACE_MS = 3_000;
/** Calls lost to other nodes that are remembered, for the accepts still under way when they were lost. */
const REMEMBERED_LOSSES = 1_000;

/** Keeps the calls of this process: their seats, leases and ends. */
export class CallManager implements SessionOwner {
  readonly #services: CallServices;
  /** The leases of this process. A call has its seat here from the claim until its end is stored. */
  readonly owner: CallOwner;
  readonly #sessions = new Map<string, CallSession>();
  /** Calls whose end is being stored: it is decided, once. */
  readonly #finishing = new Set<string>();
  readonly #hangUps: HangUps;
  readonly #lost = new RecentKeys(REMEMBERED_LOSSES);
  #refusing = false;
  #draining = false;
  /** The drain deadline has passed. */
  #closing = false;
  #closed = false;
  #idle: (() => void)[] = [];

  /**
   * @param shared whether other processes may use the store, too
   * @param hasRoom whether one more call would be answered here
   */
  constructor(services: CallServices, node: string, shared = false, hasRoom: () => boolean = () => true) {
    this.#services = services;
    const listener = {
      onLost: (callId: string) => this.#disown(callId),
      onRegained: (callIds: readonly string[]) => {
        for (const callId of callIds) this.#sessions.get(callId)?.regained();
      },
    };
    this.owner = new CallOwner(services, node, shared, listener, hasRoom);
    this.#hangUps = new HangUps(services, this.owner);
  }

  /** Calls that hold a seat: ringing, live or being stored. */
  get calls(): number {
    return this.owner.size;
  }

  get live(): number {
    return this.#sessions.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Whether new calls are refused. Others that could go on with them, take them a little longer. */
  get refusing(): boolean {
    return this.#refusing;
  }

  /** Conversations that are under way here. */
  get sessions(): CallSession[] {
    return [...this.#sessions.values()];
  }

  mayAct(callId: string): boolean {
    return this.owner.mayAct(callId);
  }

  certain(callId: string, ms: number): Promise<boolean> {
    return this.owner.certain(callId, ms);
  }

  /** The calls that hold a seat. */
  get callIds(): string[] {
    return this.owner.callIds;
  }

  /** Whether another node took the call from this one. */
  lost(callId: string): boolean {
    return this.#lost.has(callId);
  }

  session(callId: string): CallSession | null {
    return this.#sessions.get(callId) ?? null;
  }

  /**
   * Gives a call a seat; its lease is renewed from now on.
   *
   * @param sentAt monotonic ms at which the statement that gave us the call was sent
   */
  seat(callId: string, epoch: number, sentAt: number): void {
    this.#lost.delete(callId);
    this.owner.seat(callId, epoch, sentAt);
  }

  /** Hands calls over whose sessions were discarded. */
  async release(callIds: readonly string[]): Promise<void> {
    for (const callId of callIds) this.#sessions.delete(callId);
    try {
      await this.owner.release(callIds);
    } finally {
      for (const callId of callIds) this.#unseat(callId);
    }
  }

  /** Lets go of a call that is not over: its lease lapses, and somebody takes it. */
  letGo(callId: string): void {
    this.#sessions.get(callId)?.discard();
    this.#sessions.delete(callId);
    this.#unseat(callId);
  }

  createSession(identity: CallIdentity): CallSession {
    const session = new CallSession(this.#services, this, identity);
    // A claim was under way when everything was let go of: the call is left to the next owner.
    if (this.#closed) session.discard();
    else this.#sessions.set(identity.callId, session);
    return session;
  }

  /** Stores how a call ended that never became a conversation, unless its end is decided already. */
  async conclude(callId: string, epoch: number, end: Omit<CallEnd, 'endedAt'>): Promise<void> {
    if (!this.owner.has(callId) || this.#finishing.has(callId)) return;
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
   * it is billed. Returns early when the process ends, or another node has the call: that one goes on.
   */
  async hangUp(callId: string): Promise<void> {
    await this.#hangUps.hangUp(callId, 'owned');
  }

  /** The call's row was made final over its owner's head: nobody serves it any more, and it is hung up. */
  async override(callId: string): Promise<void> {
    this.letGo(callId);
    await this.#hangUps.hangUp(callId, 'final');
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
    await this.#handOver();
    this.#refusing = true;
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
  async close(): Promise<void> {
    this.#closed = true;
    this.#hangUps.close();
    for (const session of this.#sessions.values()) session.discard();
    await this.owner.close();
  }

  /** With other nodes there, calls that are live go on with them; what nobody takes is taken back. */
  async #handOver(): Promise<void> {
    this.owner.drain();
    await this.owner.renew();
    if (this.owner.peers === 0) return;
    const graceOver = pause(this.#services.clock, CLAIM_GRACE_MS).then(() => {
      this.#refusing = true;
    });
    await Promise.all([graceOver, handOver(this.#services, this, graceOver)]);
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
    this.owner.unseat(callId);
    if (this.owner.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #exorcise(session: CallSession, ending: Ending): Promise<void> {
    await this.#hangUps.insist(session.callId, 'owned');
    if (!this.#closed && this.owner.has(session.callId))
      await this.#finishSession(session, { ...ending, detail: 'late_hangup' });
  }

  async #finishSession(session: CallSession, ending: Ending): Promise<void> {
    this.#finishing.add(session.callId);
    this.#sessions.delete(session.callId);
    await session.settled();
    const { reason, party, detail } = ending;
    await this.#finish(session.callId, session.epoch, { state: 'ended', reason, party, detail });
  }

  /** Another node owns the call, or it is final: this one stops acting on it. */
  #disown(callId: string): void {
    if (this.#finishing.has(callId)) return;
    this.#services.log.error({ call_id: callId }, 'Lease lost: another node owns the call');
    this.#lost.add(callId);
    this.letGo(callId);
  }

  #idleWithin(ms: number): Promise<boolean> {
    if (this.owner.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = this.#services.clock.setTimer(ms, () => resolve(this.owner.size === 0));
      this.#idle.push(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }
}
