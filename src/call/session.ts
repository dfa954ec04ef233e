import type { Log } from '../lib/log.ts';
import { settledWithin } from '../lib/deadline.ts';
import { describeError } from '../errors.ts';
import type { EndParty, EndReason } from '../store/ports.ts';
import { serviceMessage } from '../realtime/commands.ts';
import type { SidebandEvent } from '../realtime/events.ts';
import type { DetachCause } from '../realtime/sideband.ts';
import type { ResponsePurpose } from '../realtime/turns.ts';
import type { FunctionAnswer } from '../tools/runner.ts';
import { INITIAL, type CallEvent, type Conversation, type Ending } from './conversation.ts';
import { CallRow } from './call-row.ts';
import { newCase } from '../tools/call-case.ts';
import type { Evidence } from '../tools/evidence.ts';
import { FunctionDesk, type AnsweredBatch, type FunctionDeskOwner } from './function-desk.ts';
import { KeypadDesk, type KeypadOwner } from './keypad-desk.ts';
import { CallLink, type AttachResult, type LinkOwner } from './link.ts';
import { GuardedVoice } from './guarded-voice.ts';
import { applyEffect, type EffectParts } from './effects.ts';
import type { Ownership } from './last-requests.ts';
import { takesOrders, type OrderOutcome } from './orders.ts';
import { CallMinutes } from './minutes.ts';
import type { CallServices } from './services.ts';
import { step } from './state.ts';
import { conversationEvent, isResting } from './session-events.ts';
import type { Witness } from './overlap.ts';
import { keepCase, keepProgress, type Inheritance } from './takeover.ts';
import { standingMessage } from './takeover-plan.ts';
import { CallTimers } from './timers.ts';
import { TurnDriver, type TurnDriverOwner } from './turn-driver.ts';

/** What is known of a call when it is accepted. */
export interface CallIdentity {
  readonly callId: string;
  readonly epoch: number;
  /** E.164, or null. */
  readonly callerNumber: string | null;
}

/** Who keeps the sessions. */
export interface SessionOwner extends Ownership {
  /** The conversation is over; the call's end is to be stored. */
  onSessionEnded(session: CallSession, ending: Ending): void;
  /** The hang-up failed: the call may still be up, and billed. */
  onSessionAbandoned(session: CallSession, ending: Ending): void;
}

/** A live call whose sideband is lost is tried again this long: a caller waits about as long in silence. */
const REATTACH_MS = 8_000;
/** The greeting waits this long for the row of its call, ms: a caller notices a pause of half a second. */
const INTENT_MS = 500;
/** Oversized events that one call may send before it is ended. */
const MAX_OVERSIZED = 2;

/**
 * Runs one conversation: turns frames into events, lets the state machine decide, and carries out what it wants.
 * Nothing it does may throw into another call.
 */
export class CallSession implements LinkOwner, FunctionDeskOwner, KeypadOwner, TurnDriverOwner {
  readonly callId: string;
  readonly epoch: number;
  readonly callerNumber: string | null;
  readonly #services: CallServices;
  readonly #owner: SessionOwner;
  readonly #log: Log;
  readonly #link: CallLink;
  readonly #voice: GuardedVoice;
  readonly #turns: TurnDriver;
  readonly #row: CallRow;
  readonly callCase = newCase();
  readonly #minutes: CallMinutes;
  readonly #desk: FunctionDesk;
  readonly #keypad: KeypadDesk;
  readonly #timers: CallTimers;
  readonly #effects: EffectParts;
  readonly #pending: CallEvent[] = [];
  #state: Conversation = INITIAL;
  #dispatching = false;
  #oversized = 0;
  #inheritance: Inheritance | null = null;
  /** Sidebands so far. */
  #attachments = 0;
  /** Resolves when the greeting was asked for. */
  #begun: Promise<void> = Promise.resolve();
  /** The case as it was stored last. */
  #kept = '';
  #ordered: ((outcome: OrderOutcome) => void) | null = null;

  constructor(services: CallServices, owner: SessionOwner, identity: CallIdentity) {
    this.callId = identity.callId;
    this.epoch = identity.epoch;
    this.callerNumber = identity.callerNumber;
    this.#services = services;
    this.#owner = owner;
    this.#log = services.log;
    this.#link = new CallLink(services, this.callId, this);
    this.#voice = new GuardedVoice(
      {
        callId: this.callId,
        mayAct: () => owner.mayAct(this.callId),
        deliver: (event) => this.#link.send(event),
      },
      services.log,
    );
    this.#turns = new TurnDriver(services.clock, this, this.epoch === 1 ? undefined : `req${this.epoch}`);
    this.#row = new CallRow(services, this.callId, this.epoch);
    this.#timers = new CallTimers(services.clock, (name) => this.#dispatch({ kind: 'timer', name }));
    this.#minutes = new CallMinutes(this.callId, this.epoch, services);
    this.#desk = new FunctionDesk(services, this);
    this.#keypad = new KeypadDesk(services, this.#minutes, this);
    this.#effects = {
      callId: this.callId,
      services,
      owner,
      turns: this.#turns,
      voice: this.#voice,
      row: this.#row,
      timers: this.#timers,
      keypad: this.#keypad,
      dispatch: (event) => this.#dispatch(event),
      over: (ending, abandoned) => this.#over(ending, abandoned),
      ordered: (outcome) => this.#ordered?.(outcome),
    };
  }

  get evidence(): Evidence {
    return this.#minutes.evidence;
  }

  get phase(): Conversation['phase'] {
    return this.#state.phase;
  }

  /**
   * Attaches the first sideband. Unless the result is `live`, the session has done nothing and can be dropped.
   *
   * @param undecided whether the call may have been accepted, and greeted, by a node that died before it stored that
   */
  async open(budgetMs: number, undecided = false): Promise<AttachResult> {
    if (undecided && this.epoch > 1) this.#state = { ...this.#state, greetingDoubt: 'open' };
    const startedAt = this.#services.clock.monotonic();
    const result = await this.#link.attach(budgetMs, true);
    this.#services.observer.attached(result, this.#services.clock.monotonic() - startedAt);
    await this.#begun;
    return result;
  }

  /**
   * Goes on with a call that another node began. The greeting is not said again; what was unfinished is finished.
   *
   * @param budgetMs for the sideband; a call that is not there any more ends at once
   */
  async takeOver(inheritance: Inheritance, budgetMs: number): Promise<AttachResult> {
    this.#inheritance = inheritance;
    this.#state = inheritance.conversation;
    inheritance.restore(this.callCase);
    this.#minutes.startAt(inheritance.sequence);
    this.#turns.detached();
    this.#dispatch({ kind: 'taken_over', ageMs: inheritance.ageMs, unfinished: inheritance.unfinished });
    return this.#attachAgain(budgetMs);
  }

  /** It is certain again whose call this is: what was withheld goes out. */
  regained(): void {
    if (this.#voice.regained() && this.#link.live) this.#catchUp();
  }

  /** Whether this is a good moment to hand the call to another node. */
  get resting(): boolean {
    return isResting(this.#state);
  }

  /** Carries out an order of the team's. @returns null when this is not the moment; try again later */
  order(order: 'say' | 'transfer', argument: string): Promise<OrderOutcome> | null {
    if (!takesOrders(this.#state)) return null;
    return new Promise((resolve) => {
      this.#ordered = resolve;
      this.#dispatch({ kind: 'ordered', order, argument });
    });
  }

  /** Lets go of a call without ending it: it never became live, or somebody else serves it now. */
  discard(): void {
    this.#state = { ...this.#state, phase: 'over' };
    this.#keypad.drop();
    this.#stop();
  }

  /** Lets go of a call whose next owner is to attach before the sideband is closed: until then it is listened to. */
  letGo(): Witness {
    this.#state = { ...this.#state, phase: 'over' };
    this.#keypad.drop();
    this.#halt();
    this.#minutes.hold();
    return {
      callId: this.callId,
      epoch: this.epoch,
      close: (epoch) => {
        this.#link.close();
        if (epoch === this.epoch) this.#minutes.close();
        else this.#minutes.detached();
        this.#minutes.passOn(epoch);
      },
    };
  }

  /** Resolves when what the session wrote of itself is stored: the final state has to come last. */
  settled(): Promise<void> {
    return Promise.all([this.#row.settled(), this.#keypad.settled()]).then(() => {});
  }

  /** Ends the call after a polite sentence. */
  requestClose(reason: EndReason, party: EndParty): void {
    this.#dispatch({ kind: 'close_requested', reason, party });
  }

  /** Ends the call without words. */
  abort(reason: EndReason, party: EndParty, detail: string | null): void {
    this.#dispatch({ kind: 'abort', reason, party, detail });
  }

  onAttached(): void {
    this.#log.info({ call_id: this.callId }, `WebSocket open: call ${this.callId}`);
    this.#attachments += 1;
    if (this.#state.phase === 'attaching') this.#begun = this.#begin(this.#attachments);
    else this.#goOn();
  }

  /**
   * That the greeting is asked for is stored first: whoever goes on with the call after this process died must not greet
   * again. A store that does not answer at once is not waited for.
   */
  async #begin(attachment: number): Promise<void> {
    const stored = this.#row.live(this.#services.plan.noticeVersion);
    await settledWithin(this.#services.clock, INTENT_MS, stored);
    const here = attachment === this.#attachments && this.#link.live;
    if (here && this.#state.phase === 'attaching') this.#goOn();
  }

  #goOn(): void {
    const inheritance = this.#inheritance;
    this.#inheritance = null;
    // Its place in the conversation tells, too, whether anything was said.
    if (inheritance !== null) {
      this.send(serviceMessage('standing', inheritance.standing));
      // Shows who let go of the call that it is attached here.
      keepProgress(this.#services.recorder, this, this.#state);
    } else if (this.#state.greetingDoubt === 'open')
      this.send(serviceMessage('standing', standingMessage(null)));
    this.#dispatch({ kind: 'attached' });
    if (inheritance !== null && this.#state.phase === 'conversing')
      this.#desk.inherit(inheritance.unanswered);
    this.#catchUp();
  }

  onLost(cause: DetachCause): void {
    if (this.#state.phase === 'over') return;
    this.#services.observer.detached(cause);
    this.#turns.detached();
    this.#minutes.detached();
    this.#dispatch({ kind: 'detached' });
    if (cause === 'oversized') this.#oversized += 1;
    if (this.#oversized >= MAX_OVERSIZED) this.abort('protocol_abuse', 'openai', 'oversized_event');
    else void this.#reattach(cause);
  }

  onFlood(): void {
    if (this.#state.phase === 'over') return;
    this.#services.observer.alarm('event_flood');
    this.requestClose('protocol_abuse', 'openai');
  }

  onEvent(event: SidebandEvent, frame: Buffer): void {
    try {
      this.#handle(event, frame);
    } catch (error) {
      this.#crash(error);
    }
  }

  send(event: string): boolean {
    return this.#voice.send(event);
  }

  certain(ms: number): Promise<boolean> {
    return this.#owner.certain(this.callId, ms);
  }

  async keepCase(): Promise<void> {
    this.#kept = await keepCase(this.#services, this, this.#state, this.#kept);
  }

  onToolStarted(): void {
    this.#dispatch({ kind: 'tool_started' });
  }

  onToolSlow(): void {
    this.#dispatch({ kind: 'tool_slow' });
  }

  onToolAnswered(name: string, answer: FunctionAnswer, ms: number): void {
    this.#services.observer.toolAnswered(name, answer.status, ms);
    this.#minutes.tool(name, answer.status);
    keepProgress(this.#services.recorder, this, this.#state);
  }

  onResponseRefused(purpose: ResponsePurpose, code: string): void {
    this.#dispatch({ kind: 'response_refused', purpose, code });
  }

  onKeysAnswered(answer: CallEvent & { kind: 'keys_answered' }): void {
    this.#dispatch(answer);
  }

  onBatchAnswered(batch: AnsweredBatch): void {
    this.#dispatch({ kind: 'tools_answered', ...batch, spoken: this.#minutes.spokenIn(batch.responseId) });
  }

  #handle(event: SidebandEvent, frame: Buffer): void {
    this.#minutes.hear(event, frame);
    // It was let go of: whatever is to be done about it, is done by another node.
    if (this.#state.phase === 'over') return;
    if (event.kind === 'response_created') {
      const purpose = this.#turns.created(event.responseId, event.key);
      this.#dispatch({ kind: 'response_created', responseId: event.responseId, purpose });
    } else if (event.kind === 'response_done') this.#onResponseDone(event);
    else if (event.kind === 'function_call' && event.complete) this.#desk.take(event);
    else if (event.kind === 'output_added') {
      this.#turns.outputAdded(event.functionCallId);
      this.#desk.delivered(event.functionCallId);
    } else if (event.kind === 'error') this.#onError(event.code, event.eventId);
    else {
      const told = conversationEvent(event);
      if (told !== null) this.#dispatch(told);
    }
  }

  #onResponseDone(event: SidebandEvent & { kind: 'response_done' }): void {
    this.#log.info(
      { call_id: this.callId, response_id: event.responseId, status: event.status, reason: event.reason },
      'Assistant response done.',
    );
    this.#turns.done(event.responseId, event.status === 'completed');
    this.#dispatch({ kind: 'response_done', responseId: event.responseId, status: event.status });
    this.#desk.responseDone(event.responseId);
  }

  #onError(code: string, eventId: string | null): void {
    if (code === 'session_expired') {
      this.abort('session_expired', 'openai', code);
      return;
    }
    this.#log.warn({ call_id: this.callId, code, event: eventId }, 'Realtime API reported an error');
    this.#turns.failed(eventId, code);
  }

  /** Events that an effect causes wait for their turn: a step always sees the state its predecessor left. */
  #dispatch(event: CallEvent): void {
    this.#pending.push(event);
    if (this.#dispatching) return;
    this.#dispatching = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        const { state, effects } = step(this.#state, next, this.#services.plan.rules);
        const moved =
          state.phase !== this.#state.phase || state.transfer?.stage !== this.#state.transfer?.stage;
        this.#state = state;
        if (moved) keepProgress(this.#services.recorder, this, this.#state);
        for (const effect of effects) applyEffect(this.#effects, effect);
      }
    } catch (error) {
      this.#dispatching = false;
      this.#crash(error);
    } finally {
      this.#dispatching = false;
    }
  }

  #over(ending: Ending, abandoned: boolean): void {
    this.#keypad.close(this.#state.keys);
    this.#stop();
    if (abandoned) this.#owner.onSessionAbandoned(this, ending);
    else this.#owner.onSessionEnded(this, ending);
  }

  async #reattach(cause: DetachCause): Promise<void> {
    this.#log.warn({ call_id: this.callId, cause }, 'Sideband lost, attaching again');
    await this.#attachAgain(REATTACH_MS);
  }

  async #attachAgain(budgetMs: number): Promise<AttachResult> {
    const { clock, observer } = this.#services;
    const startedAt = clock.monotonic();
    const result = await this.#link.attach(budgetMs, false);
    if (this.#state.phase === 'over') return result;
    observer.attached(result, clock.monotonic() - startedAt);
    if (result === 'not_found') this.#dispatch({ kind: 'gone' });
    if (result === 'failed') this.#dispatch({ kind: 'unreachable' });
    return result;
  }

  /** What waited for a sideband that may be used goes out. */
  #catchUp(): void {
    this.#desk.reattached();
    this.#keypad.reattached();
    this.#turns.attached();
  }

  /** A defect of ours: this call ends, the others never hear of it. */
  #crash(error: unknown): void {
    this.#log.error({ call_id: this.callId, reason: describeError(error) }, 'Call crashed');
    this.#services.observer.alarm('call_crashed');
    this.abort('internal_error', 'denwaban', null);
  }

  #stop(): void {
    this.#halt();
    this.#link.close();
    this.#minutes.close();
  }

  #halt(): void {
    this.#timers.stopAll();
    this.#turns.stop();
    this.#desk.close();
  }
}
