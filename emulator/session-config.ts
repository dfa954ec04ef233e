import type { RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime';
import { invalidValue, type ApiError } from './errors.ts';
import { asPublished } from './events.ts';
import { isObject } from './schema.ts';

/** A session lives at most this long, ms. */
export const SESSION_LIMIT_MS = 60 * 60 * 1_000;

/** Used when neither accept nor the query names a model. */
const DEFAULT_MODEL = 'gpt-realtime';

const DEFAULT_INSTRUCTIONS =
  'You are a helpful voice assistant. Be friendly, answer briefly, and talk in the language of the user.';

const DETECTION_DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  server_vad: {
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: 500,
    idle_timeout_ms: null,
    create_response: true,
    interrupt_response: true,
  },
  semantic_vad: { eagerness: 'auto', create_response: true, interrupt_response: true },
};

/** How turns are found, with every default filled in. */
export interface TurnDetection {
  readonly type: 'server_vad' | 'semantic_vad';
  readonly create_response: boolean;
  readonly interrupt_response: boolean;
  readonly idle_timeout_ms?: number | null;
}

type Json = Record<string, unknown>;

/** The configuration of one session: what was asked for over the API's defaults, changed by session.update. */
export class SessionConfig {
  #value: Json;

  /**
   * @param asked a session object that has passed its check
   * @param identity `id` (sess_…), `expiresAt` in unix seconds, and whether it is a telephone call
   */
  constructor(asked: Json, identity: { id: string; expiresAt: number; sip: boolean }) {
    const format = identity.sip ? { type: 'audio/pcmu' } : { type: 'audio/pcm', rate: 24_000 };
    const defaults: Json = {
      type: 'realtime',
      object: 'realtime.session',
      id: identity.id,
      expires_at: identity.expiresAt,
      model: DEFAULT_MODEL,
      output_modalities: ['audio'],
      instructions: DEFAULT_INSTRUCTIONS,
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      tracing: null,
      truncation: 'auto',
      prompt: null,
      include: null,
      audio: {
        input: {
          format,
          transcription: null,
          noise_reduction: null,
          turn_detection: { type: 'server_vad', ...DETECTION_DEFAULTS['server_vad'] },
        },
        output: { format, voice: 'alloy', speed: 1 },
      },
    };
    this.#value = merged(defaults, asked);
  }

  /** The session as `session.created` carries it. */
  get value(): Readonly<Json> {
    return this.#value;
  }

  get wire(): RealtimeSessionCreateRequest {
    return asPublished<RealtimeSessionCreateRequest>(
      this.#value as unknown as RealtimeSessionCreateRequest & Json,
    );
  }

  get turnDetection(): TurnDetection | null {
    return this.#input['turn_detection'] as TurnDetection | null;
  }

  get transcription(): { readonly model?: string } | null {
    return this.#input['transcription'] as { model?: string } | null;
  }

  get outputModality(): 'text' | 'audio' {
    return (this.#value['output_modalities'] as readonly ('text' | 'audio')[])[0] ?? 'audio';
  }

  get maxOutputTokens(): number | 'inf' {
    return this.#value['max_output_tokens'] as number | 'inf';
  }

  get voice(): string {
    const voice = this.#output['voice'];
    return isObject(voice) ? String(voice['id']) : String(voice);
  }

  get speed(): number {
    return this.#output['speed'] as number;
  }

  /**
   * Applies a session.update that has passed its check. Fields that are not named stay as they are;
   * under `audio.input` and `audio.output` this holds for each field there.
   *
   * @param spoken whether the agent has been heard: its voice is frozen then
   * @returns a refusal, or null
   */
  update(change: Json, spoken: boolean): ApiError | null {
    const next = merged(this.#value, change);
    if (next['model'] !== this.#value['model']) {
      return invalidValue('session.model', 'The model of a running session cannot be changed.');
    }
    const before = this.voice;
    const previous = this.#value;
    this.#value = next;
    if (!spoken || this.voice === before) return null;
    this.#value = previous;
    return invalidValue(
      'session.audio.output.voice',
      "Cannot update a conversation's voice if assistant audio is present.",
    );
  }

  get #input(): Json {
    return (this.#value['audio'] as { input: Json }).input;
  }

  get #output(): Json {
    return (this.#value['audio'] as { output: Json }).output;
  }
}

function merged(base: Json, change: Json): Json {
  const audio = base['audio'] as { input: Json; output: Json };
  const changed = (change['audio'] ?? {}) as { input?: Json; output?: Json };
  const input: Json = { ...audio.input, ...changed.input };
  if (changed.input?.['turn_detection'] !== undefined) {
    input['turn_detection'] = withDetectionDefaults(changed.input['turn_detection']);
  }
  return { ...base, ...change, audio: { input, output: { ...audio.output, ...changed.output } } };
}

function withDetectionDefaults(asked: unknown): unknown {
  if (!isObject(asked)) return asked;
  return { type: asked['type'], ...DETECTION_DEFAULTS[String(asked['type'])], ...asked };
}
