import type {
  AudioTranscription,
  RealtimeAudioConfig,
  RealtimeAudioConfigInput,
  RealtimeAudioConfigOutput,
  RealtimeAudioInputTurnDetection,
  RealtimeFunctionTool,
  RealtimeReasoning,
  RealtimeSessionCreateRequest,
  RealtimeToolsConfigUnion,
  RealtimeTracingConfig,
  RealtimeTruncationRetentionRatio,
} from 'openai/resources/realtime/realtime';
import { type ApiError, missingParameter, unknownParameter } from './errors.ts';
import * as s from './schema.ts';

/** Turn detection fields that the API refuses while a SIP call is accepted, and takes afterwards. */
const REFUSED_ON_ACCEPT = ['threshold', 'prefix_padding_ms', 'silence_duration_ms'];

/** Shortest and longest idle time that turn detection takes, ms. */
const IDLE_TIMEOUT = { min: 5_000, max: 30_000 };

/** A response may not be longer than this many tokens unless it is unlimited. */
const MAX_OUTPUT_TOKENS = 4_096;

const effort = s.oneOf('minimal', 'low', 'medium', 'high', 'xhigh');

const format = s.tagged(
  {
    'audio/pcm': s.object({ type: s.text, rate: s.oneOf(24_000) }),
    'audio/pcmu': s.object({ type: s.text }),
    'audio/pcma': s.object({ type: s.text }),
  },
  'audio/pcm',
);

const transcription = s.object<keyof AudioTranscription>({
  model: s.text,
  language: s.text,
  languages: s.list(s.text),
  keywords: s.list(s.text),
  prompt: s.text,
  delay: effort,
});

const turnDetection = s.tagged({
  server_vad: s.object<keyof RealtimeAudioInputTurnDetection.ServerVad>({
    type: s.text,
    create_response: s.flag,
    interrupt_response: s.flag,
    idle_timeout_ms: s.nullable(s.integer(IDLE_TIMEOUT.min, IDLE_TIMEOUT.max)),
    prefix_padding_ms: s.integer(0, 60_000),
    silence_duration_ms: s.integer(0, 60_000),
    threshold: s.number(0, 1),
  }),
  semantic_vad: s.object<keyof RealtimeAudioInputTurnDetection.SemanticVad>({
    type: s.text,
    create_response: s.flag,
    interrupt_response: s.flag,
    eagerness: s.oneOf('low', 'medium', 'high', 'auto'),
  }),
});

const input = s.object<keyof RealtimeAudioConfigInput>({
  format,
  noise_reduction: s.nullable(
    s.object<keyof RealtimeAudioConfigInput.NoiseReduction>({
      type: s.oneOf('near_field', 'far_field'),
      strength: s.number(0, 1),
    }),
  ),
  transcription: s.nullable(transcription),
  turn_detection: s.nullable(turnDetection),
});

const output = s.object<keyof RealtimeAudioConfigOutput>({
  format,
  speed: s.number(0.25, 1.5),
  voice: s.either(s.text, s.object<keyof RealtimeAudioConfigOutput.ID>({ id: s.text }, ['id'])),
});

const toolFilter = s.object<keyof RealtimeToolsConfigUnion.Mcp.McpToolFilter>({
  read_only: s.flag,
  tool_names: s.list(s.text),
});

const tool = s.tagged(
  {
    function: s.object<keyof RealtimeFunctionTool>(
      { type: s.text, name: s.text, description: s.text, parameters: s.anything },
      ['name'],
    ),
    mcp: s.object<keyof RealtimeToolsConfigUnion.Mcp>(
      {
        type: s.text,
        server_label: s.text,
        allowed_callers: s.nullable(s.list(s.oneOf('direct', 'programmatic'))),
        allowed_tools: s.nullable(s.either(s.list(s.text), toolFilter)),
        authorization: s.text,
        connector_id: s.text,
        defer_loading: s.flag,
        headers: s.nullable(s.map(s.text)),
        require_approval: s.nullable(
          s.either(
            s.oneOf('always', 'never'),
            s.object<keyof RealtimeToolsConfigUnion.Mcp.McpToolApprovalFilter>({
              always: toolFilter,
              never: toolFilter,
            }),
          ),
        ),
        server_description: s.text,
        server_url: s.text,
        tunnel_id: s.text,
      },
      ['server_label'],
    ),
  },
  'function',
);

const toolChoice = s.either(
  s.oneOf('auto', 'none', 'required'),
  s.tagged({
    function: s.object({ type: s.text, name: s.text }, ['name']),
    mcp: s.object({ type: s.text, server_label: s.text, name: s.nullable(s.text) }, ['server_label']),
  }),
);

const prompt = s.object(
  { id: s.text, version: s.nullable(s.text), variables: s.nullable(s.map(s.anything)) },
  ['id'],
);

const outputModalities = s.list(s.oneOf('text', 'audio'));
const maxOutputTokens = s.either(s.oneOf('inf'), s.integer(1, MAX_OUTPUT_TOKENS));
const reasoning = s.object<keyof RealtimeReasoning>({ effort });

const session = s.object<keyof RealtimeSessionCreateRequest>(
  {
    type: s.oneOf('realtime'),
    audio: s.object<keyof RealtimeAudioConfig>({ input, output }),
    include: s.nullable(s.list(s.oneOf('item.input_audio_transcription.logprobs'))),
    instructions: s.text,
    max_output_tokens: maxOutputTokens,
    model: s.text,
    output_modalities: outputModalities,
    parallel_tool_calls: s.flag,
    prompt: s.nullable(prompt),
    reasoning,
    tool_choice: toolChoice,
    tools: s.list(tool),
    tracing: s.nullable(
      s.either(
        s.oneOf('auto'),
        s.object<keyof RealtimeTracingConfig.TracingConfiguration>({
          group_id: s.text,
          metadata: s.anything,
          workflow_name: s.text,
        }),
      ),
    ),
    truncation: s.either(
      s.oneOf('auto', 'disabled'),
      s.object<keyof RealtimeTruncationRetentionRatio>(
        {
          type: s.oneOf('retention_ratio'),
          retention_ratio: s.number(0, 1),
          token_limits: s.object({ post_instructions: s.integer(0, 1_000_000) }),
        },
        ['type', 'retention_ratio'],
      ),
    ),
  },
  ['type'],
);

/** Longest metadata key and value, characters, and most pairs. */
const METADATA = { pairs: 16, key: 64, value: 512 };

const response = s.object({
  audio: s.object({ output: s.object({ format, voice: output.fields['voice'] ?? s.text }) }),
  conversation: s.oneOf('auto', 'none'),
  input: s.list(s.anything),
  instructions: s.text,
  max_output_tokens: maxOutputTokens,
  metadata: s.nullable(s.map(s.text)),
  output_modalities: outputModalities,
  parallel_tool_calls: s.flag,
  prompt: s.nullable(prompt),
  reasoning,
  tool_choice: toolChoice,
  tools: s.list(tool),
});

/**
 * Checks a session object of accept, create or session.update.
 *
 * @returns the first refusal, or null
 */
export function checkSession(value: unknown): ApiError | null {
  return s.check(session, value, 'session') ?? checkModalities(value, 'session');
}

/** As `checkSession`, and refuses the turn detection numbers that a SIP accept does not take. */
export function checkAcceptedSession(value: unknown): ApiError | null {
  const numbers = refusedOnAccept(value);
  return numbers ?? checkSession(value);
}

/** The API answers 200 to such an accept, and the session dies at once. */
export function lacksType(value: unknown): boolean {
  return s.isObject(value) && !Object.hasOwn(value, 'type');
}

export function missingSessionType(): ApiError {
  return missingParameter('session.type');
}

/** Checks `response` of a response.create. */
export function checkResponseRequest(value: unknown): ApiError | null {
  return s.check(response, value, 'response') ?? checkModalities(value, 'response') ?? checkMetadata(value);
}

function checkModalities(value: unknown, path: string): ApiError | null {
  const modalities = s.isObject(value) ? value['output_modalities'] : undefined;
  if (!Array.isArray(modalities) || modalities.length === 1) return null;
  const allowed = s.oneOf('["text"]', '["audio"]');
  return s.check(allowed, JSON.stringify(modalities), `${path}.output_modalities`);
}

function checkMetadata(value: unknown): ApiError | null {
  const metadata = s.isObject(value) ? value['metadata'] : undefined;
  if (!s.isObject(metadata)) return null;
  const pairs = Object.entries(metadata);
  const refusal =
    s.check(s.integer(0, METADATA.pairs), pairs.length, 'response.metadata') ??
    pairs
      .map(([key, entry]) => {
        const path = `response.metadata.${key}`;
        const long = s.check(s.integer(0, METADATA.key), key.length, path);
        return long ?? s.check(s.integer(0, METADATA.value), String(entry).length, path);
      })
      .find((found) => found !== null);
  return refusal ?? null;
}

function refusedOnAccept(value: unknown): ApiError | null {
  const audio = s.isObject(value) ? value['audio'] : undefined;
  const caller = s.isObject(audio) ? audio['input'] : undefined;
  const detection = s.isObject(caller) ? caller['turn_detection'] : undefined;
  if (!s.isObject(detection)) return null;
  const field = REFUSED_ON_ACCEPT.find((name) => Object.hasOwn(detection, name));
  return field === undefined ? null : unknownParameter(`session.audio.input.turn_detection.${field}`);
}
