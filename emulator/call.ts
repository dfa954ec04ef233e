import type { Clock, Timer } from '../src/lib/clock.ts';
import type { Random } from '../src/lib/random.ts';
import type { WebSocket } from 'ws';
import { handleClientMessage, readEvent } from './client-events.ts';
import { CallJournal } from './call-journal.ts';
import { type ApiError, callNotFound, decisionAlreadyMade } from './errors.ts';
import { type EventBody, withEventId } from './events.ts';
import { RealtimeSession } from './realtime-session.ts';
import { SESSION_LIMIT_MS } from './session-config.ts';
import { missingSessionType } from './session-schema.ts';
import { Sideband } from './sideband.ts';
import type { Delivery, DeliverOptions, EmulatedCall, Model, SayOptions, WireEntry } from './types.ts';

/** A relayed REFER takes the caller away after this long, ms. */
const TRANSFER_MS = 100;

/** A session that was accepted with a broken body is gone after this long even if nobody attaches, ms. */
const DOOMED_MS = 5_000;

export interface CallOptions {
  readonly id: string;
  readonly sipCallId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly model: Model;
  readonly thinkMs: number;
  readonly pace: { readonly speed: number } | 'manual';
  readonly deliver: (options: DeliverOptions) => Promise<Delivery>;
}

type Ended = NonNullable<EmulatedCall['endedBy']>;

/** One telephone call: the caller's side, and the session behind it once it is accepted. */
export class Call extends CallJournal implements EmulatedCall {
  readonly id: string;
  readonly sipCallId: string;
  state: EmulatedCall['state'] = 'ringing';
  endedBy: EmulatedCall['endedBy'] = null;
  rejectedWith: number | null = null;
  transferredTo: string | null = null;

  readonly #options: CallOptions;
  readonly #sideband: Sideband;
  readonly #timers = new Set<Timer>();
  #decided = false;
  #doom: ApiError | null = null;
  #session: RealtimeSession | null = null;

  constructor(options: CallOptions) {
    super();
    this.#options = options;
    this.id = options.id;
    this.sipCallId = options.sipCallId;
    this.#sideband = new Sideband({
      onSent: (event, connection) => {
        this.noteWire({ direction: 'sent', event, at: this.#now(), connection });
      },
      onReceived: (message, connection) => this.#received(message, connection),
      onChange: () => this.poke(),
    });
  }

  get connections(): number {
    return this.#sideband.count;
  }

  get attached(): boolean {
    return this.#sideband.open > 0;
  }

  get sidebandsOpen(): number {
    return this.#sideband.open;
  }

  /** Whether a sideband may be opened now. */
  get attachable(): boolean {
    return this.state === 'accepted' && (this.#session !== null || this.#doom !== null);
  }

  // What OpenAI's REST interface does to the call.

  /** @throws {ApiError} decision_already_made, call_id_not_found */
  requireUndecided(): void {
    const live = this.state !== 'over' || this.endedBy === 'rejected';
    if (!live) throw callNotFound();
    if (this.#decided) throw decisionAlreadyMade();
  }

  /** The one decision about a ringing call has been made. */
  decide(): void {
    this.#decided = true;
  }

  /** Connects the call with a session object that has passed its check. */
  accept(asked: Record<string, unknown>): void {
    const { clock, random, model, thinkMs, pace } = this.#options;
    this.state = 'accepted';
    this.#session = new RealtimeSession({
      clock,
      random,
      model,
      thinkMs,
      pace,
      asked,
      sip: true,
      emit: (event) => this.emit(event),
      onHeard: (responseId, text, cut) => this.heard.push({ text, cut, responseId }),
      onCalm: () => this.poke(),
    });
    this.noteFormats(asked);
    this.#after(SESSION_LIMIT_MS, () => this.expire());
    this.poke();
  }

  /** Accept was answered 200, but its body starts no session: the first sideband learns it, then the call is gone. */
  acceptDoomed(): void {
    this.state = 'accepted';
    this.#doom = missingSessionType();
    this.#after(DOOMED_MS, () => this.#end('openai', 'close'));
    this.poke();
  }

  reject(status: number): void {
    this.rejectedWith = status;
    this.#end('rejected', 'cut');
  }

  /** @throws {ApiError} call_id_not_found */
  requireSession(): void {
    if (this.state !== 'accepted') throw callNotFound();
  }

  refer(target: string): void {
    this.transferredTo = target;
    this.#after(TRANSFER_MS, () => this.#end('transferred', 'cut'));
  }

  hangUpByService(): void {
    this.#end('service', 'close');
  }

  /** Takes an opened sideband. A silent one hears nothing at first. */
  attach(socket: WebSocket, silent: boolean): void {
    const number = this.#sideband.add(socket);
    if (this.#doom !== null) {
      this.#sendError(this.#doom, null, number);
      this.#end('openai', 'close');
      return;
    }
    if (silent || this.#session === null) return;
    const event: EventBody = { type: 'session.created', session: this.#session.config.wire };
    this.#sideband.send(withEventId(event, this.#options.random), number);
  }

  emit(event: EventBody): void {
    if (this.state === 'over') return;
    this.#sideband.send(withEventId(event, this.#options.random));
  }

  /** The emulator closes: no timer and no socket may stay. */
  dispose(): void {
    this.#end('openai', 'cut');
    this.#sideband.cut();
  }

  // What the caller and the test do.

  async deliver(options: DeliverOptions = {}): Promise<Delivery> {
    const delivery = await this.#options.deliver(options);
    this.noteDelivery(delivery);
    return delivery;
  }

  async say(text: string, options: SayOptions = {}): Promise<void> {
    await this.#live().voice?.say(text, options);
  }

  startSpeaking(): void {
    this.#live().voice?.start();
  }

  async stopSpeaking(text: string, options: SayOptions = {}): Promise<void> {
    this.#live().voice?.stop(text, options);
  }

  press(key: string): void {
    this.#live();
    const received_at = Math.floor(this.#options.clock.now() / 1_000);
    this.emit({ type: 'input_audio_buffer.dtmf_event_received', event: key, received_at });
  }

  hangUp(): void {
    this.#end('caller', 'cut');
  }

  cutSideband(): void {
    this.#sideband.cut();
  }

  closeSideband(code: number, reason?: string): void {
    this.#sideband.close(code, reason);
  }

  freezeSideband(): void {
    this.#sideband.freeze();
  }

  thawSideband(): void {
    this.#sideband.thaw();
  }

  sendRaw(text: string | Buffer): void {
    this.#sideband.sendRaw(text);
  }

  send(event: Record<string, unknown>): void {
    this.emit(event as unknown as EventBody);
  }

  finishPlayback(): void {
    this.#live().playout?.finish();
  }

  expire(): void {
    if (this.state === 'over') return;
    const message = 'Your session hit the maximum duration of 60 minutes.';
    const error = {
      type: 'invalid_request_error',
      code: 'session_expired',
      message,
      param: null,
      event_id: null,
    };
    this.emit({ type: 'error', error });
    this.#end('openai', 'close');
  }

  quiet(timeoutMs?: number): Promise<void> {
    return this.until(() => this.#session === null || this.#session.quiet, timeoutMs);
  }

  ended(timeoutMs?: number): Promise<void> {
    return this.until(() => this.state === 'over', timeoutMs);
  }

  #received(message: string, connection: number): void {
    const event = readEvent(message);
    if (event !== null) {
      const entry = { direction: 'received', event: event as unknown as WireEntry['event'] } as const;
      this.noteWire({ ...entry, at: this.#now(), connection });
    }
    if (this.#session === null || this.state === 'over') return;
    const refused = handleClientMessage(this.#session, message);
    if (event?.['type'] === 'session.update') this.noteFormats(event['session']);
    if (refused !== null) this.#sendError(refused.error, refused.eventId, connection);
  }

  #sendError(refusal: ApiError, eventId: string | null, connection: number): void {
    const { type, code, message, param } = refusal;
    const event: EventBody = { type: 'error', error: { type, code, message, param, event_id: eventId } };
    this.#sideband.send(withEventId(event, this.#options.random), connection);
  }

  #end(by: Ended, how: 'close' | 'cut'): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.endedBy = by;
    for (const timer of this.#timers) timer.cancel();
    this.#session?.drop();
    if (how === 'close') this.#sideband.close(1000);
    else this.#sideband.cut();
    this.poke();
  }

  #live(): RealtimeSession {
    if (this.#session !== null && this.state === 'accepted') return this.#session;
    throw new Error(`the call is not connected: ${this.state}, ended by ${String(this.endedBy)}`);
  }

  #after(ms: number, fire: () => void): void {
    this.#timers.add(this.#options.clock.setTimer(ms, fire));
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}
