import type { Clock, Timer } from '../lib/clock.ts';
import { responseCreate } from '../realtime/commands.ts';
import {
  TurnSequencer,
  type ResponsePurpose,
  type ResponseRequest,
  type TurnCommand,
} from '../realtime/turns.ts';

export interface TurnDriverOwner {
  /** @returns false when it was not sent; `attached` is called when it can be */
  send(event: string): boolean;
  onResponseRefused(purpose: ResponsePurpose, code: string): void;
}

/** The API confirms or refuses a response within a second; past this its word is lost, ms. */
const UNCERTAIN_MS = 5_000;
/** After a refusal that named nobody, ms: a confirmation would have followed at once. */
const DOUBTFUL_MS = 1_000;

/** Puts the sequencer's decisions on the wire, and releases it when the API's word does not come. */
export class TurnDriver {
  readonly #clock: Clock;
  readonly #owner: TurnDriverOwner;
  readonly #turns: TurnSequencer;
  #timer: Timer | null = null;

  /** @param prefix of the request keys, different for each owner of a call */
  constructor(clock: Clock, owner: TurnDriverOwner, prefix?: string) {
    this.#turns = new TurnSequencer(prefix);
    this.#clock = clock;
    this.#owner = owner;
  }

  request(request: ResponseRequest): void {
    this.#carryOut(this.#turns.request(request));
  }

  /** @returns what we asked the response for; null when turn detection did */
  created(responseId: string, key: string | null): ResponsePurpose | null {
    const purpose = this.#turns.created(responseId, key);
    this.#watch();
    return purpose;
  }

  done(responseId: string, completed: boolean): void {
    this.#carryOut(this.#turns.done(responseId, completed));
  }

  failed(eventId: string | null, code: string): void {
    this.#carryOut(this.#turns.failed(eventId, code));
  }

  outputAdded(functionCallId: string): void {
    this.#turns.outputAdded(functionCallId);
  }

  /** Whether the caller has the word: what waits its turn waits for its end, too. */
  callerSpeaks(speaking: boolean): void {
    this.#carryOut(this.#turns.callerSpeaks(speaking));
  }

  /** The sideband is lost: requests are kept for the next one. */
  detached(): void {
    this.#turns.detached();
    this.stop();
  }

  attached(): void {
    this.#carryOut(this.#turns.attached());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #carryOut(commands: readonly TurnCommand[]): void {
    for (const command of commands) {
      if (command.kind === 'refused') this.#owner.onResponseRefused(command.request.purpose, command.code);
      else if (!this.#owner.send(responseCreate(command.key, command.request)))
        this.#turns.unsent(command.key);
    }
    this.#watch();
  }

  #watch(): void {
    if (!this.#turns.uncertain) {
      this.stop();
      return;
    }
    this.#timer ??= this.#clock.setTimer(this.#turns.doubtful ? DOUBTFUL_MS : UNCERTAIN_MS, () => {
      this.#timer = null;
      this.#carryOut(this.#turns.release());
    });
  }
}
