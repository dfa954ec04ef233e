import type { Clock } from '../src/lib/clock.ts';
import type { Random } from '../src/lib/random.ts';
import type { Conversation } from './conversation.ts';
import { alreadyActive, ApiError } from './errors.ts';
import { type Emit, newId } from './events.ts';
import type { Playout } from './playout.ts';
import { ResponseRun } from './response-run.ts';
import type { SessionConfig } from './session-config.ts';
import type { Model, ModelTurn } from './types.ts';
import { UsageMeter } from './usage.ts';

export interface ResponderOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  readonly model: Model;
  readonly thinkMs: number;
  readonly config: SessionConfig;
  readonly conversation: Conversation;
  readonly playout: Playout | null;
  /** Called when a response of the conversation has ended. */
  readonly onDone: () => void;
}

type Request = NonNullable<ModelTurn['request']>;

/** Makes the responses of one session: one at a time in the conversation, any number beside it. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #meter = new UsageMeter();
  readonly #beside = new Set<ResponseRun>();
  readonly #afterDone: (() => void)[] = [];
  #active: ResponseRun | null = null;
  #spoken = false;

  constructor(options: ResponderOptions) {
    this.#options = options;
  }

  /** Whether a response is being generated, in the conversation or beside it. */
  get generating(): boolean {
    return this.#active !== null || this.#beside.size > 0;
  }

  /** Whether any response was made: the agent's voice is frozen then. */
  get spoken(): boolean {
    return this.#spoken;
  }

  get activeId(): string | null {
    return this.#active?.id ?? null;
  }

  /**
   * Starts a response.
   *
   * @param request `response` of a checked response.create; null when turn detection asks
   * @throws {ApiError} conversation_already_has_active_response, item_not_found
   */
  create(request: Request | null): void {
    const outOfBand = request?.['conversation'] === 'none';
    if (!outOfBand && this.#active !== null) throw alreadyActive(this.#active.id);
    const run = this.#newRun(request, outOfBand);
    if (outOfBand) this.#beside.add(run);
    else this.#active = run;
    this.#spoken = true;
    void run.run();
  }

  /**
   * Stops a response.
   *
   * @param responseId null: the one of the conversation
   * @throws {ApiError} response_cancel_not_active
   */
  cancel(reason: 'turn_detected' | 'client_cancelled', responseId: string | null): void {
    const runs = [...(this.#active === null ? [] : [this.#active]), ...this.#beside];
    const run = responseId === null ? this.#active : runs.find((each) => each.id === responseId);
    if (run === null || run === undefined) {
      throw new ApiError(400, 'response_cancel_not_active', 'Cancellation failed: no active response found');
    }
    run.cancel(reason);
  }

  /** Calls `then` once, after the next response of the conversation has ended. */
  afterNextDone(then: () => void): void {
    this.#afterDone.push(then);
  }

  /** Stops everything without an event. */
  drop(): void {
    this.#active?.drop();
    for (const run of this.#beside) run.drop();
  }

  #newRun(request: Request | null, outOfBand: boolean): ResponseRun {
    const { clock, random, emit, model, thinkMs, config, conversation, playout } = this.#options;
    const input = request?.['input'];
    const items = Array.isArray(input) ? conversation.resolve(input) : conversation.modelItems();
    const instructions = request?.['instructions'] ?? config.value['instructions'];
    const tools = request?.['tools'] ?? config.value['tools'];
    const prefix = JSON.stringify([instructions, tools]);
    const read = Array.isArray(input) ? [] : conversation.entries.map((entry) => ({ ...entry }));
    const extra = Array.isArray(input) ? JSON.stringify(input) : '';
    return new ResponseRun({
      output: {
        responseId: newId('resp', random),
        emit,
        random,
        conversation: outOfBand ? null : conversation,
        playout,
        speed: config.speed,
      },
      clock,
      thinkMs,
      config,
      model,
      turn: { session: config.value, items, request },
      count: (output) => this.#meter.count(prefix + extra, read, output),
      onOver: (run) => this.#onOver(run),
    });
  }

  #onOver(run: ResponseRun): void {
    this.#beside.delete(run);
    if (run === this.#active) {
      this.#active = null;
      for (const then of this.#afterDone.splice(0)) then();
    }
    this.#options.onDone();
  }
}
