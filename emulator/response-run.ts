import type {
  RealtimeResponse,
  RealtimeResponseStatus,
  RealtimeResponseUsage,
} from 'openai/resources/realtime/realtime';
import { pause } from '../src/lib/deadline.ts';
import type { Clock } from '../src/lib/clock.ts';
import { asPublished } from './events.ts';
import { functionCall, spoken, written, type Output, type OutputPart } from './output-parts.ts';
import type { Model, ModelPart, ModelTurn } from './types.ts';
import type { SessionConfig } from './session-config.ts';

/** Failure codes that end a response as incomplete, not as failed. */
const INCOMPLETE_CODES = ['max_output_tokens', 'content_filter'] as const;

/** Requests and tokens per minute that a session may use; only ever reported. */
const RATE_LIMITS = { requests: 5_000, tokens: 400_000 };

export interface RunOptions {
  readonly output: Output;
  readonly clock: Clock;
  readonly thinkMs: number;
  readonly config: SessionConfig;
  readonly model: Model;
  readonly turn: ModelTurn;
  readonly count: (output: { audioMs: number; text: string }) => RealtimeResponseUsage;
  /** Called once, after the last event. */
  readonly onOver: (run: ResponseRun) => void;
}

/** One response from response.created to rate_limits.updated. */
export class ResponseRun {
  readonly id: string;
  readonly #options: RunOptions;
  readonly #parts: OutputPart[] = [];
  readonly #abort = new AbortController();
  #open: OutputPart | null = null;
  #announced = false;
  #over = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.id = options.output.responseId;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Runs to its end. Never rejects: a model that throws becomes a failed response. */
  async run(): Promise<void> {
    const { output, model, turn } = this.#options;
    output.emit({ type: 'response.created', response: this.#response('in_progress', null, null) });
    try {
      const parts = await model(turn);
      for (const part of parts) {
        if (this.#over || (await this.#emitPart(part)) === 'ended') return;
      }
      this.#finish('completed', null);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#fail('server_error', message);
    }
  }

  /** Ends it now. What was open is closed as incomplete. */
  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    this.#finish('cancelled', { type: 'cancelled', reason });
  }

  /** Ends it without any event: the session is gone. */
  drop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#abort.abort();
    this.#options.onOver(this);
  }

  async #emitPart(part: ModelPart): Promise<'ended' | 'goes on'> {
    if ('fail' in part) {
      this.#fail(part.fail.code, part.fail.message);
      return 'ended';
    }
    if ('say' in part && part.say === '') return 'goes on';
    const open = this.#openPart(part);
    this.#open = open;
    this.#announced = false;
    this.#parts.push(open);
    await this.#think();
    if (this.#over) return 'ended';
    const steps = open.steps();
    while (steps.next().done !== true) {
      this.#announced = true;
      await this.#think();
      if (this.#over) return 'ended';
    }
    this.#open = null;
    open.close('completed');
    return 'goes on';
  }

  #openPart(part: Exclude<ModelPart, { fail: unknown }>): OutputPart {
    const { output, config, turn } = this.#options;
    const index = this.#parts.length;
    if ('call' in part) {
      if (this.#toolChoice() === 'none') {
        throw new Error(`the model called ${part.call.name} although tool_choice is none`);
      }
      return functionCall(output, index, part.call.name, part.call.arguments);
    }
    const modality = modalityOf(turn.request) ?? config.outputModality;
    return modality === 'text' ? written(output, index, part.say) : spoken(output, index, part.say);
  }

  #toolChoice(): unknown {
    const { turn, config } = this.#options;
    return turn.request?.['tool_choice'] ?? config.value['tool_choice'];
  }

  #fail(code: string, message: string): void {
    const incomplete = INCOMPLETE_CODES.find((each) => each === code);
    if (incomplete !== undefined) this.#finish('incomplete', { type: 'incomplete', reason: incomplete });
    else this.#finish('failed', { type: 'failed', error: { type: code, code, message } });
  }

  #finish(
    status: 'completed' | 'cancelled' | 'failed' | 'incomplete',
    details: RealtimeResponseStatus | null,
  ): void {
    if (this.#over) return;
    this.#over = true;
    this.#abort.abort();
    const { output, count } = this.#options;
    this.#closeOpenPart();
    const text = this.#parts.map((part) => part.text).join('');
    const audioMs = this.#parts.reduce((sum, part) => sum + part.audioMs, 0);
    const usage = count({ audioMs, text });
    output.emit({ type: 'response.done', response: this.#response(status, details, usage) });
    output.emit({ type: 'rate_limits.updated', rate_limits: rateLimits(usage.total_tokens ?? 0) });
    output.playout?.complete(this.id);
    this.#options.onOver(this);
  }

  /** An item that was never announced is not closed either. */
  #closeOpenPart(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    if (this.#announced) open.close('incomplete');
    else this.#parts.pop();
  }

  #response(
    status: NonNullable<RealtimeResponse['status']>,
    details: RealtimeResponseStatus | null,
    usage: RealtimeResponseUsage | null,
  ): RealtimeResponse {
    const { output, config, turn } = this.#options;
    const audio = config.value['audio'] as { output: { format: { type: 'audio/pcmu' } } };
    return asPublished<Required<RealtimeResponse>>({
      object: 'realtime.response',
      id: this.id,
      status,
      status_details: details,
      output: this.#parts.map((part) => part.item),
      conversation_id: output.conversation?.id ?? null,
      output_modalities: [modalityOf(turn.request) ?? config.outputModality],
      max_output_tokens:
        (turn.request?.['max_output_tokens'] as number | undefined) ?? config.maxOutputTokens,
      audio: { output: { format: audio.output.format, voice: config.voice } },
      metadata: (turn.request?.['metadata'] as Record<string, string> | undefined) ?? null,
      usage,
    });
  }

  async #think(): Promise<void> {
    const { thinkMs, clock } = this.#options;
    if (thinkMs > 0) await pause(clock, thinkMs, this.#abort.signal);
  }
}

function modalityOf(request: ModelTurn['request']): 'text' | 'audio' | undefined {
  return (request?.['output_modalities'] as readonly ('text' | 'audio')[] | undefined)?.[0];
}

function rateLimits(
  used: number,
): { name: 'requests' | 'tokens'; limit: number; remaining: number; reset_seconds: number }[] {
  const { requests, tokens } = RATE_LIMITS;
  return [
    { name: 'requests', limit: requests, remaining: requests - 1, reset_seconds: 60 / requests },
    {
      name: 'tokens',
      limit: tokens,
      remaining: Math.max(0, tokens - used),
      reset_seconds: (60 * used) / tokens,
    },
  ];
}
