import type { CallAcceptParams } from '../realtime/wire.ts';
import type { Scenario } from './scenario.ts';

/** `audio.input` of a session, whole: the API does not promise to merge a part into what stands. */
export type AudioInput = NonNullable<NonNullable<CallAcceptParams['audio']>['input']>;

/** A tool as the session lists it. */
export interface SessionTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: unknown;
}

export interface SessionOptions {
  readonly model: string;
  /** For scenarios that name no voice. */
  readonly voice: string;
  readonly tools: readonly SessionTool[];
}

/** Tokens of one response, spoken or thought: about 50 s of speech. A runaway answer stops there. */
const MAX_OUTPUT_TOKENS = 1_024;

/** gpt-realtime-2, -2.1 and their variants; not the snapshot gpt-realtime-2025-08-28 of an older model. */
const REASONING_MODEL = /^gpt-realtime-2(?:[.-]|$)/;

/**
 * The body of accept. During the greeting nothing answers and nothing interrupts: noise on the line must not cut
 * the notices. Turn detection goes without numbers, which accept refuses on SIP; audio formats are left to the SDP.
 */
export function buildSession(scenario: Scenario, options: SessionOptions): CallAcceptParams {
  const tools = options.tools.map((tool) => ({ type: 'function' as const, ...tool }));
  const session: CallAcceptParams = {
    type: 'realtime',
    model: options.model,
    instructions: scenario.instructions,
    output_modalities: ['audio'],
    audio: {
      input: audioInput(scenario, plainTurnDetection(scenario, false)),
      output: audioOutput(scenario, options.voice),
    },
    tools,
    tool_choice: 'auto',
    max_output_tokens: MAX_OUTPUT_TOKENS,
    // Traces would keep what the caller says at OpenAI for longer.
    tracing: null,
  };
  // Other models refuse the field. The lowest effort that handles tools well keeps the answer quick.
  if (REASONING_MODEL.test(options.model)) session.reasoning = { effort: 'low' };
  return freeze(session);
}

/** `audio.input` once the greeting was heard: the caller may interrupt, and gets an answer. */
export function conversationTurnDetection(scenario: Scenario): AudioInput {
  return freeze(audioInput(scenario, tunedTurnDetection(scenario, true)));
}

/** `audio.input` during the goodbye: it is heard to its end, and nothing answers by itself. */
export function closingTurnDetection(scenario: Scenario): AudioInput {
  return freeze(audioInput(scenario, tunedTurnDetection(scenario, false)));
}

type TurnDetection = NonNullable<AudioInput['turn_detection']>;

function audioOutput(scenario: Scenario, fallback: string) {
  const { name, speed } = scenario.voice;
  return { voice: name ?? fallback, ...(speed === null ? {} : { speed }) };
}

function audioInput(scenario: Scenario, turnDetection: TurnDetection): AudioInput {
  const { model, languages, keywords } = scenario.transcription;
  return {
    transcription: { model, languages: [...languages], keywords: [...keywords] },
    noise_reduction: { type: 'near_field' },
    turn_detection: turnDetection,
  };
}

function plainTurnDetection(scenario: Scenario, answers: boolean): TurnDetection {
  const flags = { create_response: answers, interrupt_response: answers };
  const { turnDetection } = scenario;
  if (turnDetection.type === 'server_vad') return { type: 'server_vad', ...flags };
  return { type: 'semantic_vad', eagerness: turnDetection.eagerness, ...flags };
}

function tunedTurnDetection(scenario: Scenario, answers: boolean): TurnDetection {
  const plain = plainTurnDetection(scenario, answers);
  const { turnDetection } = scenario;
  if (plain.type !== 'server_vad' || turnDetection.type !== 'server_vad') return plain;
  return {
    ...plain,
    threshold: turnDetection.threshold,
    prefix_padding_ms: turnDetection.prefixPaddingMs,
    silence_duration_ms: turnDetection.silenceDurationMs,
  };
}

function freeze<T extends object>(value: T): T {
  for (const entry of Object.values(value)) {
    if (typeof entry === 'object' && entry !== null) freeze(entry as object);
  }
  return Object.freeze(value);
}
