import { fullJitter } from '../lib/backoff.ts';
import { pause } from '../lib/deadline.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { decodeEvent, UNPARSED, type SidebandEvent } from '../realtime/events.ts';
import { peekType } from '../realtime/peek.ts';
import type {
  AttachFailure,
  DetachCause,
  Sideband,
  SidebandListener,
  Sidebands,
} from '../realtime/sideband.ts';

/** How an attachment ended up: `live` means that session.created has come. */
export type AttachResult = 'live' | 'not_found' | 'failed';

export interface LinkOwner {
  /** session.created arrived on a sideband. */
  onAttached(): void;
  onEvent(event: SidebandEvent, frame: Buffer): void;
  /** A live sideband was lost; the call may go on. */
  onLost(cause: DetachCause): void;
  /** The peer sends faster than any conversation could. */
  onFlood(): void;
}

export interface LinkServices {
  readonly clock: Clock;
  readonly random: Random;
  readonly sidebands: Sidebands;
}

/** session.created follows the handshake at once; past this the session is dead. */
const SESSION_CREATED_MS = 3_000;
/** A call that was just accepted may be unknown for a moment: waits between tries, doubled up to the cap. */
const NOT_FOUND_BASE_MS = 100;
const NOT_FOUND_CAP_MS = 800;
/** Waits between tries after any other failure. A caller is waiting, so they stay short. */
const RETRY = { baseMs: 100, capMs: 1_000 } as const;
/** A sideband that is lost sooner than this was of no use. */
const MIN_LIFE_MS = 1_000;
/** Useless sidebands in a row after which the next one is waited for. */
const MAX_SHORT_LIVES = 2;
/** A talkative turn sends some 50 events a second. */
const MAX_EVENTS_PER_SECOND = 2_000;
const RATE_WINDOW_MS = 1_000;

/** The sideband of one call over its life: attaches, attaches again, and turns frames into events. */
export class CallLink implements SidebandListener {
  readonly #services: LinkServices;
  readonly #callId: string;
  readonly #owner: LinkOwner;
  #sideband: Sideband | null = null;
  #live = false;
  #closed = false;
  #settle: ((failure: AttachFailure | null) => void) | null = null;
  #createdTimer: Timer | null = null;
  #liveSince = 0;
  /** Sidebands in a row that were lost at once. */
  #shortLives = 0;
  #windowStart = 0;
  #windowEvents = 0;

  constructor(services: LinkServices, callId: string, owner: LinkOwner) {
    this.#services = services;
    this.#callId = callId;
    this.#owner = owner;
  }

  get live(): boolean {
    return this.#live;
  }

  /**
   * Attaches, trying again until `budgetMs` is used up.
   *
   * @param fresh the call was accepted a moment ago, so that `not found` may mean `not yet`
   */
  async attach(budgetMs: number, fresh: boolean): Promise<AttachResult> {
    const { clock, random } = this.#services;
    const deadline = clock.monotonic() + budgetMs;
    if (this.#shortLives > MAX_SHORT_LIVES)
      await pause(clock, Math.min(RETRY.capMs, RETRY.baseMs * 2 ** this.#shortLives));
    for (let attempt = 0; !this.#closed; attempt += 1) {
      const failure = await this.#tryOnce();
      if (failure === null) return 'live';
      const missing = failure.kind === 'not_found';
      if (missing && !fresh) return 'not_found';
      const wait = missing
        ? Math.min(NOT_FOUND_CAP_MS, NOT_FOUND_BASE_MS * 2 ** attempt)
        : fullJitter(RETRY, attempt, random);
      if (clock.monotonic() + wait >= deadline) return missing ? 'not_found' : 'failed';
      await pause(clock, wait);
    }
    return 'failed';
  }

  /** @returns false when there is no live sideband */
  send(event: string): boolean {
    return this.#live && this.#sideband !== null && this.#sideband.send(event);
  }

  close(): void {
    this.#closed = true;
    this.#drop();
    this.#resolve({ kind: 'unreachable', code: 'closed' });
  }

  onOpen(): void {
    this.#createdTimer = this.#services.clock.setTimer(SESSION_CREATED_MS, () => {
      this.#drop();
      this.#resolve({ kind: 'unreachable', code: 'no_session' });
    });
  }

  onFrame(frame: Buffer): void {
    const type = peekType(frame);
    const known = type === null ? undefined : UNPARSED.get(type);
    if (this.#overRate(known !== undefined)) return;
    const event = known ?? parse(frame);
    if (event.kind === 'session_created') this.#onSessionCreated();
    else if (!this.#live && event.kind === 'error') this.#onErrorBeforeSession(event.code);
    if (this.#live) this.#owner.onEvent(event, frame);
  }

  onAttachFailed(failure: AttachFailure): void {
    this.#drop();
    this.#resolve(failure);
  }

  onDetached(cause: DetachCause, code: number): void {
    const wasLive = this.#live;
    if (wasLive) this.#countLife();
    this.#drop();
    if (wasLive) this.#owner.onLost(cause);
    else this.#resolve({ kind: 'unreachable', code: String(code) });
  }

  #tryOnce(): Promise<AttachFailure | null> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#sideband = this.#services.sidebands.connect(this.#callId, this);
    });
  }

  #onSessionCreated(): void {
    this.#createdTimer?.cancel();
    this.#createdTimer = null;
    if (this.#live) return;
    this.#live = true;
    this.#liveSince = this.#services.clock.monotonic();
    this.#resolve(null);
    this.#owner.onAttached();
  }

  #onErrorBeforeSession(code: string): void {
    this.#drop();
    this.#resolve(code === 'call_id_not_found' ? { kind: 'not_found' } : { kind: 'unreachable', code });
  }

  /** Deltas beyond the limit are dropped; what the conversation needs still passes. */
  #overRate(droppable: boolean): boolean {
    const now = this.#services.clock.monotonic();
    if (now - this.#windowStart >= RATE_WINDOW_MS) {
      this.#windowStart = now;
      this.#windowEvents = 0;
    }
    this.#windowEvents += 1;
    if (this.#windowEvents === MAX_EVENTS_PER_SECOND + 1) this.#owner.onFlood();
    return droppable && this.#windowEvents > MAX_EVENTS_PER_SECOND;
  }

  #countLife(): void {
    const lived = this.#services.clock.monotonic() - this.#liveSince;
    this.#shortLives = lived < MIN_LIFE_MS ? this.#shortLives + 1 : 0;
  }

  #drop(): void {
    this.#createdTimer?.cancel();
    this.#createdTimer = null;
    this.#live = false;
    this.#sideband?.close();
    this.#sideband = null;
  }

  #resolve(failure: AttachFailure | null): void {
    this.#settle?.(failure);
    this.#settle = null;
  }
}

function parse(frame: Buffer): SidebandEvent {
  try {
    return decodeEvent(JSON.parse(frame.toString('utf8')));
  } catch {
    return { kind: 'malformed', type: 'unparsable' };
  }
}
