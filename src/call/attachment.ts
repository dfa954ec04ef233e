import { settledWithin } from '../lib/deadline.ts';
import type { SidebandEvent } from '../realtime/events.ts';
import type { DetachCause } from '../realtime/sideband.ts';
import type { CallRow } from './call-row.ts';
import type { CallEvent, Conversation } from './conversation.ts';
import { CallLink, type AttachResult, type LinkOwner } from './link.ts';
import type { CallMinutes } from './minutes.ts';
import type { CallServices } from './services.ts';
import type { TurnDriver } from './turn-driver.ts';

/** What hangs on the sideband of one call. */
export interface AttachmentParts {
  readonly callId: string;
  readonly services: CallServices;
  readonly turns: TurnDriver;
  readonly minutes: CallMinutes;
  readonly row: CallRow;
  phase(): Conversation['phase'];
  dispatch(event: CallEvent): void;
  heard(event: SidebandEvent, frame: Buffer): void;
  /** There is a sideband that may be used: the conversation goes on, or begins. */
  goOn(): void;
}

/** A live call whose sideband is lost is tried again this long: a caller waits about as long in silence. */
const REATTACH_MS = 8_000;
/** The greeting waits this long for the row of its call, ms: a caller notices a pause of half a second. */
const INTENT_MS = 500;
/** Oversized events that one call may send before it is ended. */
const MAX_OVERSIZED = 2;

/** How one call comes by its sideband, and by another one when it is lost. */
export class CallAttachment implements LinkOwner {
  readonly #parts: AttachmentParts;
  readonly #link: CallLink;
  #oversized = 0;
  /** Sidebands so far. */
  #count = 0;
  /** Resolves when the greeting was asked for. */
  #begun: Promise<void> = Promise.resolve();

  constructor(parts: AttachmentParts) {
    this.#parts = parts;
    this.#link = new CallLink(parts.services, parts.callId, this);
  }

  get live(): boolean {
    return this.#link.live;
  }

  send(event: string): boolean {
    return this.#link.send(event);
  }

  close(): void {
    this.#link.close();
  }

  /** Attaches for the first time, to a call that was just accepted. */
  async open(budgetMs: number): Promise<AttachResult> {
    const { clock, observer } = this.#parts.services;
    const startedAt = clock.monotonic();
    const result = await this.#link.attach(budgetMs, true);
    observer.attached(result, clock.monotonic() - startedAt);
    await this.#begun;
    return result;
  }

  /** Attaches to a call that is live. One that is not there any more has ended. */
  async again(budgetMs: number): Promise<AttachResult> {
    const { clock, observer } = this.#parts.services;
    const startedAt = clock.monotonic();
    const result = await this.#link.attach(budgetMs, false);
    if (this.#parts.phase() === 'over') return result;
    observer.attached(result, clock.monotonic() - startedAt);
    if (result === 'not_found') this.#parts.dispatch({ kind: 'gone' });
    if (result === 'failed') this.#parts.dispatch({ kind: 'unreachable' });
    return result;
  }

  onAttached(): void {
    const { services, callId, phase, goOn } = this.#parts;
    services.log.info({ call_id: callId }, `WebSocket open: call ${callId}`);
    this.#count += 1;
    if (phase() === 'attaching') this.#begun = this.#begin(this.#count);
    else goOn();
  }

  onEvent(event: SidebandEvent, frame: Buffer): void {
    this.#parts.heard(event, frame);
  }

  onLost(cause: DetachCause): void {
    const { services, callId, phase, turns, minutes, dispatch } = this.#parts;
    if (phase() === 'over') return;
    services.observer.detached(cause);
    turns.detached();
    minutes.detached();
    dispatch({ kind: 'detached' });
    if (cause === 'oversized') this.#oversized += 1;
    if (this.#oversized >= MAX_OVERSIZED)
      return dispatch({
        kind: 'abort',
        reason: 'protocol_abuse',
        party: 'openai',
        detail: 'oversized_event',
      });
    services.log.warn({ call_id: callId, cause }, 'Sideband lost, attaching again');
    void this.again(REATTACH_MS);
  }

  onFlood(): void {
    const { services, phase, dispatch } = this.#parts;
    if (phase() === 'over') return;
    services.observer.alarm('event_flood');
    dispatch({ kind: 'close_requested', reason: 'protocol_abuse', party: 'openai' });
  }

  /**
   * That the greeting is asked for is stored first: whoever goes on with the call after this process died must not greet
   * again. A store that does not answer at once is not waited for.
   */
  async #begin(count: number): Promise<void> {
    const { services, row, phase, goOn } = this.#parts;
    await settledWithin(services.clock, INTENT_MS, row.live(services.plan.noticeVersion));
    if (count === this.#count && this.#link.live && phase() === 'attaching') goOn();
  }
}
