import type { CallOutcome } from '../../src/realtime/calls.ts';
import type { Caller } from './caller.ts';
import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';
import { SessionModel, type SessionWatch } from './session-model.ts';
import type { ServerSocket } from './wire.ts';

/** Who hears what happens at OpenAI. */
export interface OpenAiWatch extends SessionWatch {
  accepted(callId: string, by: string): void;
  /** An accept for a call that was accepted. */
  acceptedAgain(callId: string, by: string): void;
  over(callId: string, why: string): void;
}

const DONE: CallOutcome = { kind: 'done', requestId: null };
const GONE: CallOutcome = { kind: 'gone' };
const TAKEN: CallOutcome = { kind: 'taken' };

/** After an accept the call is not known to sidebands for a moment, ms. */
const SESSION_LAG_MS = 250;
/** OpenAI ends what nobody ends, ms: an hour in the world, less here. */
const SESSION_LIFE_MS = 400_000;
/** A caller who was referred leaves within this, ms. */
const REFER_MS = 2_000;
/** Share of referred callers who never arrive: the request is answered 200 all the same. */
const REFER_FAILS = 0.3;

/** One call at OpenAI. */
export interface UpstreamCall {
  readonly callId: string;
  state: 'ringing' | 'accepted' | 'over';
  acceptedAt: number;
  session: SessionModel | null;
  readonly caller: Caller;
}

/** OpenAI's side: calls, what REST does to them, and the sessions behind the sidebands. It outlives every process. */
export class OpenAiModel {
  readonly calls = new Map<string, UpstreamCall>();
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #watch: OpenAiWatch;

  constructor(scheduler: Scheduler, chance: Chance, watch: OpenAiWatch) {
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#watch = watch;
  }

  ring(callId: string, caller: Caller): void {
    const call: UpstreamCall = { callId, state: 'ringing', acceptedAt: 0, session: null, caller };
    this.calls.set(callId, call);
    this.#scheduler.after(caller.patienceMs, () => this.end(callId, 'caller gave up'), false);
  }

  accept(callId: string, by: string): CallOutcome {
    const call = this.calls.get(callId);
    if (call === undefined || call.state === 'over') return GONE;
    if (call.state === 'accepted') {
      this.#watch.acceptedAgain(callId, by);
      return TAKEN;
    }
    call.state = 'accepted';
    call.acceptedAt = this.#scheduler.now;
    const session = new SessionModel(callId, {
      scheduler: this.#scheduler,
      chance: this.#chance.fork(callId),
      watch: this.#watch,
      caller: call.caller,
      hangUp: (why) => this.end(callId, why),
    });
    this.#watch.accepted(callId, by);
    this.#scheduler.after(this.#chance.next() * SESSION_LAG_MS, () => (call.session = session), false);
    this.#scheduler.after(SESSION_LIFE_MS, () => this.end(callId, 'session expired'), false);
    return DONE;
  }

  reject(callId: string): CallOutcome {
    const call = this.calls.get(callId);
    if (call === undefined || call.state === 'over') return GONE;
    if (call.state === 'accepted') return TAKEN;
    this.end(callId, 'rejected');
    return DONE;
  }

  refer(callId: string): CallOutcome {
    const call = this.calls.get(callId);
    if (call?.state !== 'accepted') return GONE;
    if (!this.#chance.happens(REFER_FAILS))
      this.#scheduler.after(this.#chance.next() * REFER_MS, () => this.end(callId, 'referred'), false);
    return DONE;
  }

  hangUp(callId: string): CallOutcome {
    const call = this.calls.get(callId);
    if (call?.state !== 'accepted') return GONE;
    this.end(callId, 'hung up by us');
    return DONE;
  }

  mayAttach(callId: string): boolean {
    const call = this.calls.get(callId);
    return call?.state === 'accepted' && call.session !== null;
  }

  attach(callId: string, socket: ServerSocket): void {
    this.calls.get(callId)?.session?.attach(socket);
  }

  detach(callId: string, socket: ServerSocket): void {
    this.calls.get(callId)?.session?.detach(socket);
  }

  receive(callId: string, event: string, socket: ServerSocket): void {
    this.calls.get(callId)?.session?.receive(event, socket);
  }

  end(callId: string, why: string): void {
    const call = this.calls.get(callId);
    if (call === undefined || call.state === 'over') return;
    if (why === 'caller gave up' && call.state === 'accepted') return;
    call.state = 'over';
    call.session?.close();
    this.#watch.over(callId, why);
  }
}
