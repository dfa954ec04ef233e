import { describeError } from '../errors.ts';
import type { EndParty, EndReason } from '../store/ports.ts';
import { serviceMessage } from '../realtime/commands.ts';
import type { SidebandEvent } from '../realtime/events.ts';
import type { ResponsePurpose } from '../realtime/turns.ts';
import type { FunctionAnswer } from '../tools/runner.ts';
import type { CallEvent, Conversation, Ending } from './conversation.ts';
import { ConversationLoop } from './conversation-loop.ts';
import { CallProgress } from './call-progress.ts';
import { CallRow } from './call-row.ts';
import { newCase } from '../tools/call-case.ts';
import type { Evidence } from '../tools/evidence.ts';
import { FunctionDesk, type AnsweredBatch, type FunctionDeskOwner } from './function-desk.ts';
import { KeypadDesk, type KeypadOwner } from './keypad-desk.ts';
import { CallAttachment } from './attachment.ts';
import { passOn, type HearingParts } from './hearing.ts';
import type { AttachResult } from './link.ts';
import { GuardedVoice } from './guarded-voice.ts';
import { applyEffect, type EffectParts } from './effects.ts';
import { takesOrders, type OrderOutcome } from './orders.ts';
import { CallMinutes } from './minutes.ts';
import type { CallServices } from './services.ts';
import { isResting } from './session-events.ts';
import type { Witness } from './overlap.ts';
import type { CallIdentity, SessionOwner } from './session-owner.ts';
import type { Inheritance } from './takeover.ts';
import { standingMessage } from './takeover-plan.ts';
import { CallTimers } from './timers.ts';
import { TurnDriver, type TurnDriverOwner } from './turn-driver.ts';

/**
 * Runs one conversation: turns frames into events, lets the state machine decide, and carries out what it wants.
 * Nothing it does may throw into another call.
 */
export class CallSession implements FunctionDeskOwner, KeypadOwner, TurnDriverOwner {
  readonly callId: string;
  readonly epoch: number;
  readonly callerNumber: string | null;
  readonly #services: CallServices;
  readonly #owner: SessionOwner;
  readonly #attachment: CallAttachment;
  readonly #voice: GuardedVoice;
  readonly #turns: TurnDriver;
  readonly #row: CallRow;
  readonly #progress: CallProgress;
  readonly callCase = newCase();
  readonly #minutes: CallMinutes;
  readonly #desk: FunctionDesk;
  readonly #keypad: KeypadDesk;
  readonly #timers: CallTimers;
  readonly #effects: EffectParts;
  readonly #hearing: HearingParts;
  readonly #talk: ConversationLoop;
  readonly #dispatch = (event: CallEvent): void => this.#talk.dispatch(event);
  #inheritance: Inheritance | null = null;
  #ordered: ((outcome: OrderOutcome) => void) | null = null;

  constructor(services: CallServices, owner: SessionOwner, identity: CallIdentity) {
    this.callId = identity.callId;
    this.epoch = identity.epoch;
    this.callerNumber = identity.callerNumber;
    this.#services = services;
    this.#owner = owner;
    this.#talk = new ConversationLoop(services.plan.rules, {
      moved: () => this.#progress.keep(),
      apply: (effect) => applyEffect(this.#effects, effect),
      crashed: (error) => this.#crash(error),
    });
    this.#voice = new GuardedVoice(
      {
        callId: this.callId,
        mayAct: () => owner.mayAct(this.callId),
        deliver: (event) => this.#attachment.send(event),
      },
      services.log,
    );
    this.#turns = new TurnDriver(services.clock, this, this.epoch === 1 ? undefined : `req${this.epoch}`);
    this.#row = new CallRow(services, this.callId, this.epoch);
    this.#progress = new CallProgress(services, this, () => this.#state);
    this.#timers = new CallTimers(services.clock, {
      mayAct: () => owner.mayAct(this.callId),
      onTimer: (name) => this.#dispatch({ kind: 'timer', name }),
    });
    this.#minutes = new CallMinutes(this.callId, this.epoch, services);
    this.#desk = new FunctionDesk(services, this);
    this.#hearing = {
      callId: this.callId,
      log: services.log,
      turns: this.#turns,
      desk: this.#desk,
      dispatch: this.#dispatch,
    };
    this.#attachment = new CallAttachment({
      callId: this.callId,
      services,
      turns: this.#turns,
      minutes: this.#minutes,
      row: this.#row,
      phase: () => this.#state.phase,
      dispatch: this.#dispatch,
      heard: (event, frame) => this.#hear(event, frame),
      goOn: () => this.#goOn(),
    });
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
      dispatch: this.#dispatch,
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

  get #state(): Conversation {
    return this.#talk.state;
  }

  /**
   * Attaches the first sideband. Unless the result is `live`, the session has done nothing and can be dropped.
   *
   * @param undecided whether the call may have been accepted, and greeted, by a node that died before it stored that
   */
  open(budgetMs: number, undecided = false): Promise<AttachResult> {
    if (undecided && this.epoch > 1) this.#talk.set({ greetingDoubt: 'open' });
    return this.#attachment.open(budgetMs);
  }

  /**
   * Goes on with a call that another node began. The greeting is not said again; what was unfinished is finished.
   *
   * @param budgetMs for the sideband; a call that is not there any more ends at once
   */
  async takeOver(inheritance: Inheritance, budgetMs: number): Promise<AttachResult> {
    if (this.#state.phase === 'over') return 'failed';
    this.#inheritance = inheritance;
    this.#talk.set(inheritance.conversation);
    inheritance.restore(this.callCase);
    this.#minutes.startAt(inheritance.sequence);
    this.#turns.detached();
    this.#dispatch({ kind: 'taken_over', ageMs: inheritance.ageMs, unfinished: inheritance.unfinished });
    return this.#attachment.again(budgetMs);
  }

  /** It is certain again whose call this is: what was withheld goes out, and is waited for from now on. */
  regained(): void {
    if (this.#voice.regained() && this.#attachment.live) this.#catchUp();
    this.#timers.resume();
  }

  /** Whether this is a good moment to hand the call to another node. */
  get resting(): boolean {
    return isResting(this.#state) && this.#keypad.idle;
  }

  /** Has it stored what the next owner needs, an entry that is not complete included; then the call is let go of. */
  bequeath(): void {
    this.#progress.bequeath();
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
    this.#talk.set({ phase: 'over' });
    this.#keypad.drop();
    this.#stop();
  }

  /** Lets go of a call whose next owner is to attach before the sideband is closed: until then it is listened to. */
  letGo(): Witness {
    this.#talk.set({ phase: 'over' });
    this.#keypad.drop();
    this.#halt();
    this.#minutes.hold();
    return {
      callId: this.callId,
      epoch: this.epoch,
      close: (epoch) => {
        this.#attachment.close();
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

  #goOn(): void {
    const inheritance = this.#inheritance;
    this.#inheritance = null;
    // Its place in the conversation tells, too, whether anything was said.
    if (inheritance !== null) {
      this.send(serviceMessage('standing', inheritance.standing));
      // Shows who let go of the call that it is attached here.
      this.#progress.keep();
    } else if (this.#state.greetingDoubt === 'open')
      this.send(serviceMessage('standing', standingMessage(null)));
    this.#dispatch({ kind: 'attached' });
    if (inheritance !== null && this.#state.phase === 'conversing')
      this.#desk.inherit(inheritance.unanswered);
    this.#catchUp();
  }

  send(event: string): boolean {
    return this.#voice.send(event);
  }

  certain(ms: number): Promise<boolean> {
    return this.#owner.certain(this.callId, ms);
  }

  keepCase(): Promise<void> {
    return this.#progress.keepCase();
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
    this.#progress.keep();
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

  #hear(event: SidebandEvent, frame: Buffer): void {
    try {
      this.#minutes.hear(event, frame);
      // Of a call that was let go of nothing but the words concern this node.
      if (this.#state.phase !== 'over') passOn(this.#hearing, event);
    } catch (error) {
      this.#crash(error);
    }
  }

  #over(ending: Ending, abandoned: boolean): void {
    this.#keypad.close(this.#state.keys);
    this.#stop();
    if (abandoned) this.#owner.onSessionAbandoned(this, ending);
    else this.#owner.onSessionEnded(this, ending);
  }

  /** What waited for a sideband that may be used goes out. */
  #catchUp(): void {
    this.#desk.reattached();
    this.#keypad.reattached();
    this.#turns.attached();
  }

  /** A defect of ours: this call ends, the others never hear of it. */
  #crash(error: unknown): void {
    this.#services.log.error({ call_id: this.callId, reason: describeError(error) }, 'Call crashed');
    this.#services.observer.alarm('call_crashed');
    this.abort('internal_error', 'denwaban', null);
  }

  #stop(): void {
    this.#halt();
    this.#attachment.close();
    this.#minutes.close();
  }

  #halt(): void {
    this.#timers.stopAll();
    this.#turns.stop();
    this.#desk.close();
  }
}
