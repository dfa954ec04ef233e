import type { Log } from '../lib/log.ts';
import { describeError } from '../errors.ts';
import type { EndParty, EndReason } from '../store/ports.ts';
import { callerMessage, responseCancel } from '../realtime/commands.ts';
import type { SidebandEvent } from '../realtime/events.ts';
import type { DetachCause } from '../realtime/sideband.ts';
import type { ResponsePurpose } from '../realtime/turns.ts';
import type { FunctionAnswer } from '../tools/runner.ts';
import { INITIAL, type CallEvent, type Conversation, type Effect, type Ending } from './conversation.ts';
import { CallRow } from './call-row.ts';
import { newCase } from '../tools/call-case.ts';
import type { Evidence } from '../tools/evidence.ts';
import { FunctionDesk, type AnsweredBatch, type DeskOwner } from './function-desk.ts';
import { CallLink, type AttachResult, type LinkOwner } from './link.ts';
import { hangUpCall } from './hang-up.ts';
import { CallMinutes } from './minutes.ts';
import type { CallServices } from './services.ts';
import { step } from './state.ts';
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
export interface SessionOwner {
  /** The conversation is over; the call's end is to be stored. */
  onSessionEnded(session: CallSession, ending: Ending): void;
  /** The hang-up failed: the call may still be up, and billed. */
  onSessionAbandoned(session: CallSession, ending: Ending): void;
}

/** A live call whose sideband is lost is tried again this long: a caller waits about as long in silence. */
const REATTACH_MS = 8_000;
/** Oversized events that one call may send before it is ended. */
const MAX_OVERSIZED = 2;

/**
 * Runs one conversation: turns frames into events, lets the state machine decide, and carries out what it wants.
 * Nothing it does may throw into another call.
 */
export class CallSession implements LinkOwner, DeskOwner, TurnDriverOwner {
  readonly callId: string;
  readonly epoch: number;
  readonly callerNumber: string | null;
  readonly #services: CallServices;
  readonly #owner: SessionOwner;
  readonly #log: Log;
  readonly #link: CallLink;
  readonly #turns: TurnDriver;
  readonly #row: CallRow;
  readonly callCase = newCase();
  readonly #minutes: CallMinutes;
  readonly #timers: CallTimers;
  readonly #pending: CallEvent[] = [];
  #desk: FunctionDesk | null = null;
  #state: Conversation = INITIAL;
  #dispatching = false;
  #oversized = 0;
  #keyEntries = 0;

  constructor(services: CallServices, owner: SessionOwner, identity: CallIdentity) {
    this.callId = identity.callId;
    this.epoch = identity.epoch;
    this.callerNumber = identity.callerNumber;
    this.#services = services;
    this.#owner = owner;
    this.#log = services.log;
    this.#link = new CallLink(services, this.callId, this);
    this.#turns = new TurnDriver(services.clock, this);
    this.#row = new CallRow(services, this.callId, this.epoch);
    this.#timers = new CallTimers(services.clock, (name) => this.#dispatch({ kind: 'timer', name }));
    this.#minutes = new CallMinutes(this.callId, services);
  }

  get evidence(): Evidence {
    return this.#minutes.evidence;
  }

  get phase(): Conversation['phase'] {
    return this.#state.phase;
  }

  /** Attaches the first sideband. Unless the result is `live`, the session has done nothing and can be dropped. */
  async open(budgetMs: number): Promise<AttachResult> {
    const startedAt = this.#services.clock.monotonic();
    const result = await this.#link.attach(budgetMs, true);
    this.#services.observer.attached(result, this.#services.clock.monotonic() - startedAt);
    return result;
  }

  /** Lets go of a call without ending it: it never became live, or somebody else serves it now. */
  discard(): void {
    this.#state = { ...this.#state, phase: 'over' };
    this.#stop();
  }

  /** Resolves when what the session wrote of itself is stored: the final state has to come last. */
  settled(): Promise<void> {
    return this.#row.settled();
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
    if (this.#state.phase === 'attaching') this.#row.live(this.#services.plan.noticeVersion);
    this.#dispatch({ kind: 'attached' });
    this.#desk?.reattached();
    this.#turns.attached();
  }

  onLost(cause: DetachCause): void {
    this.#services.observer.detached(cause);
    this.#turns.detached();
    this.#minutes.detached();
    this.#dispatch({ kind: 'detached' });
    if (cause === 'oversized') this.#oversized += 1;
    if (this.#oversized >= MAX_OVERSIZED) this.abort('protocol_abuse', 'openai', 'oversized_event');
    else void this.#reattach(cause);
  }

  onFlood(): void {
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
    return this.#link.send(event);
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
  }

  onResponseRefused(purpose: ResponsePurpose, code: string): void {
    this.#dispatch({ kind: 'response_refused', purpose, code });
  }

  onBatchAnswered(batch: AnsweredBatch): void {
    this.#dispatch({ kind: 'tools_answered', ...batch, spoken: this.#minutes.spokenIn(batch.responseId) });
  }

  #handle(event: SidebandEvent, frame: Buffer): void {
    this.#minutes.hear(event, frame);
    switch (event.kind) {
      case 'response_created': {
        const purpose = this.#turns.created(event.responseId, event.key);
        this.#dispatch({ kind: 'response_created', responseId: event.responseId, purpose });
        return;
      }
      case 'response_done':
        this.#onResponseDone(event);
        return;
      case 'function_call':
        if (event.complete) this.#deskInUse().take(event);
        return;
      case 'output_added':
        this.#turns.outputAdded(event.functionCallId);
        this.#desk?.delivered(event.functionCallId);
        return;
      case 'error':
        this.#onError(event.code, event.eventId);
        return;
      case 'playback_started':
      case 'playback_stopped':
      case 'playback_cleared':
      case 'speech_started':
      case 'speech_stopped':
      case 'turn_committed':
      case 'caller_text':
      case 'key_pressed':
        this.#dispatch(event);
        return;
      case 'delta':
      case 'agent_text':
      case 'caller_text_failed':
      case 'ignored':
      case 'malformed':
      case 'session_created':
      case 'session_updated':
        return;
    }
  }

  #onResponseDone(event: SidebandEvent & { kind: 'response_done' }): void {
    this.#log.info(
      { call_id: this.callId, response_id: event.responseId, status: event.status, reason: event.reason },
      'Assistant response done.',
    );
    this.#turns.done(event.responseId, event.status === 'completed');
    this.#dispatch({ kind: 'response_done', responseId: event.responseId, status: event.status });
    this.#desk?.responseDone(event.responseId);
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
        this.#state = state;
        for (const effect of effects) this.#apply(effect);
      }
    } catch (error) {
      this.#dispatching = false;
      this.#crash(error);
    } finally {
      this.#dispatching = false;
    }
  }

  #apply(effect: Effect): void {
    const { plan, observer } = this.#services;
    switch (effect.kind) {
      case 'respond':
        this.#turns.request(effect.request);
        return;
      case 'cancel_response':
        this.#link.send(responseCancel());
        return;
      case 'listen':
        this.#link.send(effect.mode === 'closing' ? plan.listenClosing : plan.listenConversation);
        return;
      case 'tell':
        this.#keyEntries += 1;
        this.#minutes.keypad(this.#keyEntries, effect.text);
        this.#link.send(callerMessage(`keys_${this.#keyEntries}`, effect.text));
        return;
      case 'timer':
        this.#timers.start(effect.name, effect.ms);
        return;
      case 'stop_timer':
        this.#timers.stop(effect.name);
        return;
      case 'notice':
        this.#row.notice(effect.proof);
        return;
      case 'refer':
        void this.#refer(effect.targetKey);
        return;
      case 'ending':
        this.#row.ending();
        return;
      case 'resumed':
        this.#row.resumed();
        return;
      case 'hang_up':
        void this.#hangUp();
        return;
      case 'end':
        this.#stop();
        this.#owner.onSessionEnded(this, effect.ending);
        return;
      case 'abandon':
        this.#stop();
        this.#owner.onSessionAbandoned(this, effect.ending);
        return;
      case 'alarm':
        this.#log.warn({ call_id: this.callId, alarm: effect.code }, 'Call needs attention');
        observer.alarm(effect.code);
    }
  }

  async #reattach(cause: DetachCause): Promise<void> {
    this.#log.warn({ call_id: this.callId, cause }, 'Sideband lost, attaching again');
    const { clock, observer } = this.#services;
    const startedAt = clock.monotonic();
    const result = await this.#link.attach(REATTACH_MS, false);
    if (this.#state.phase === 'over') return;
    observer.attached(result, clock.monotonic() - startedAt);
    if (result === 'not_found') this.#dispatch({ kind: 'gone' });
    if (result === 'failed') this.#dispatch({ kind: 'unreachable' });
  }

  async #refer(targetKey: string): Promise<void> {
    const target = this.#services.plan.transferTargets.get(targetKey);
    const outcome = target === undefined ? null : await this.#services.calls.refer(this.callId, target);
    if (outcome?.kind !== 'done') {
      this.#log.warn({ call_id: this.callId, outcome: outcome?.kind ?? 'no_target' }, 'Transfer refused');
    }
    this.#dispatch({ kind: 'refer_answered', ok: outcome?.kind === 'done' });
  }

  async #hangUp(): Promise<void> {
    const ok = await hangUpCall(this.#services.calls, this.#services.clock, this.callId);
    this.#dispatch({ kind: 'hung_up', ok });
  }

  #deskInUse(): FunctionDesk {
    this.#desk ??= new FunctionDesk(
      {
        clock: this.#services.clock,
        tools: this.#services.tools,
        fillerMs: this.#services.plan.toolFillerMs,
      },
      this,
    );
    return this.#desk;
  }

  /** A defect of ours: this call ends, the others never hear of it. */
  #crash(error: unknown): void {
    this.#log.error({ call_id: this.callId, reason: describeError(error) }, 'Call crashed');
    this.#services.observer.alarm('call_crashed');
    this.abort('internal_error', 'denwaban', null);
  }

  #stop(): void {
    this.#timers.stopAll();
    this.#turns.stop();
    this.#desk?.close();
    this.#link.close();
    this.#minutes.close();
  }
}
