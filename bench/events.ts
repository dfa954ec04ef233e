import type { RealtimeServerEvent } from '../src/realtime/wire.ts';
import { TOOL_NAME } from './control.ts';

/** The service puts its own mark into a response's metadata and has to get it back; the rest is the same for all calls. */
type Metadata = Readonly<Record<string, string>> | null;

let count = 0;

function frame(event: RealtimeServerEvent): Buffer {
  return Buffer.from(JSON.stringify(event));
}

/** Ids have the length of real ones. */
function id(prefix: string): string {
  count += 1;
  return `${prefix}_${String(count).padStart(21, '0')}`;
}

/** The session as accepted, of a common size: 1,500 characters of instructions and three tools. */
export const SESSION_CREATED = frame({
  type: 'session.created',
  event_id: id('event'),
  session: {
    type: 'realtime',
    model: 'gpt-realtime-2.1',
    instructions: 'あなたは採用説明会の電話受付です。落ち着いて丁寧に話します。'.repeat(50),
    output_modalities: ['audio'],
    audio: {
      input: { turn_detection: { type: 'semantic_vad', create_response: true, interrupt_response: true } },
      output: { voice: 'marin' },
    },
    tools: ['take_message', 'end_call', TOOL_NAME].map((name) => ({
      type: 'function',
      name,
      description: 'What the tool does and when it is to be used, in a sentence or two of English.',
      parameters: {
        type: 'object',
        properties: { caller_name: { type: 'string' } },
        required: ['caller_name'],
      },
    })),
    tool_choice: 'auto',
  },
});

/** The answer to session.update. */
export const SESSION_UPDATED = Buffer.from(
  SESSION_CREATED.toString().replace('session.created', 'session.updated'),
);

export function responseCreated(responseId: string, metadata: Metadata): Buffer {
  return frame({
    type: 'response.created',
    event_id: id('event'),
    response: { object: 'realtime.response', id: responseId, status: 'in_progress', output: [], metadata },
  });
}

/** A response that is spoken: the `deltas + 13` events from response.created to the end of its playback. */
export function spokenResponse(responseId: string, deltas: number, metadata: Metadata): Buffer[] {
  const itemId = id('item');
  const at = { response_id: responseId, item_id: itemId, output_index: 0, content_index: 0 };
  const text = 'ご連絡ありがとうございます。';
  const item = {
    id: itemId,
    type: 'message' as const,
    role: 'assistant' as const,
    status: 'completed' as const,
    content: [{ type: 'output_audio' as const, transcript: text.repeat(deltas) }],
  };
  return [
    responseCreated(responseId, metadata),
    frame({
      type: 'response.output_item.added',
      event_id: id('event'),
      response_id: responseId,
      output_index: 0,
      item,
    }),
    frame({ type: 'conversation.item.added', event_id: id('event'), item }),
    frame({
      type: 'response.content_part.added',
      event_id: id('event'),
      ...at,
      part: { type: 'audio', transcript: '' },
    }),
    frame({ type: 'output_audio_buffer.started', event_id: id('event'), response_id: responseId }),
    ...spokenDeltas(responseId, itemId, deltas),
    frame({ type: 'response.output_audio.done', event_id: id('event'), ...at }),
    transcriptDone(responseId, itemId, text.repeat(deltas)),
    frame({
      type: 'response.content_part.done',
      event_id: id('event'),
      ...at,
      part: { type: 'audio', transcript: text.repeat(deltas) },
    }),
    frame({
      type: 'response.output_item.done',
      event_id: id('event'),
      response_id: responseId,
      output_index: 0,
      item,
    }),
    frame({ type: 'conversation.item.done', event_id: id('event'), item }),
    responseDone(responseId, metadata),
    RATE_LIMITS,
    frame({ type: 'output_audio_buffer.stopped', event_id: id('event'), response_id: responseId }),
  ];
}

export function spokenDeltas(responseId: string, itemId: string, deltas: number): Buffer[] {
  return Array.from({ length: deltas }, () =>
    frame({
      type: 'response.output_audio_transcript.delta',
      event_id: id('event'),
      response_id: responseId,
      item_id: itemId,
      output_index: 0,
      content_index: 0,
      delta: 'ありがとう',
    }),
  );
}

export function transcriptDone(responseId: string, itemId: string, transcript: string): Buffer {
  return frame({
    type: 'response.output_audio_transcript.done',
    event_id: id('event'),
    response_id: responseId,
    item_id: itemId,
    output_index: 0,
    content_index: 0,
    transcript,
  });
}

/** What the caller says: 6 events. */
export function callerTurn(): Buffer[] {
  const itemId = id('item');
  const item = {
    id: itemId,
    type: 'message' as const,
    role: 'user' as const,
    status: 'completed' as const,
    content: [{ type: 'input_audio' as const, transcript: null as unknown as string }],
  };
  return [
    frame({
      type: 'input_audio_buffer.speech_started',
      event_id: id('event'),
      item_id: itemId,
      audio_start_ms: 4_000,
    }),
    frame({
      type: 'input_audio_buffer.speech_stopped',
      event_id: id('event'),
      item_id: itemId,
      audio_end_ms: 6_000,
    }),
    frame({ type: 'input_audio_buffer.committed', event_id: id('event'), item_id: itemId }),
    frame({ type: 'conversation.item.added', event_id: id('event'), item }),
    frame({ type: 'conversation.item.done', event_id: id('event'), item }),
    frame({
      type: 'conversation.item.input_audio_transcription.completed',
      event_id: id('event'),
      item_id: itemId,
      content_index: 0,
      transcript: '来週の説明会に参加したいのですが、時間を教えてください。',
      usage: { type: 'duration', seconds: 2 },
    }),
  ];
}

/** A response that is one function call: the 9 events after response.created, with the moment that matters marked. */
export function functionResponse(
  responseId: string,
  functionCallId: string,
): {
  readonly before: Buffer[];
  /** The function call is complete. */
  readonly call: Buffer;
  readonly after: Buffer[];
} {
  const itemId = id('item');
  const args = JSON.stringify({ caller_name: 'ヤマダタロウ' });
  const at = { response_id: responseId, item_id: itemId, output_index: 0, call_id: functionCallId };
  const item = {
    id: itemId,
    type: 'function_call' as const,
    call_id: functionCallId,
    name: TOOL_NAME,
    arguments: args,
    status: 'completed' as const,
  };
  return {
    before: [
      frame({
        type: 'response.output_item.added',
        event_id: id('event'),
        response_id: responseId,
        output_index: 0,
        item: { ...item, arguments: '', status: 'in_progress' },
      }),
      frame({ type: 'conversation.item.added', event_id: id('event'), item }),
      frame({
        type: 'response.function_call_arguments.delta',
        event_id: id('event'),
        ...at,
        delta: args.slice(0, 9),
      }),
      frame({
        type: 'response.function_call_arguments.delta',
        event_id: id('event'),
        ...at,
        delta: args.slice(9),
      }),
      frame({
        type: 'response.function_call_arguments.done',
        event_id: id('event'),
        ...at,
        name: TOOL_NAME,
        arguments: args,
      }),
    ],
    call: frame({
      type: 'response.output_item.done',
      event_id: id('event'),
      response_id: responseId,
      output_index: 0,
      item,
    }),
    after: [
      frame({ type: 'conversation.item.done', event_id: id('event'), item }),
      responseDone(responseId, null),
      RATE_LIMITS,
    ],
  };
}

/** The conversation holds the output: 2 events. */
export function outputAdded(functionCallId: string): Buffer[] {
  const item = {
    id: id('item'),
    type: 'function_call_output' as const,
    call_id: functionCallId,
    output: '{"ok":true}',
    status: 'completed' as const,
  };
  return [
    frame({ type: 'conversation.item.added', event_id: id('event'), item }),
    frame({ type: 'conversation.item.done', event_id: id('event'), item }),
  ];
}

const RATE_LIMITS = frame({
  type: 'rate_limits.updated',
  event_id: id('event'),
  rate_limits: [{ name: 'tokens', limit: 40_000, remaining: 38_000, reset_seconds: 2 }],
});

function responseDone(responseId: string, metadata: Metadata): Buffer {
  return frame({
    type: 'response.done',
    event_id: id('event'),
    response: {
      object: 'realtime.response',
      id: responseId,
      status: 'completed',
      output: [],
      metadata,
      usage: {
        total_tokens: 1_400,
        input_tokens: 1_200,
        output_tokens: 200,
        input_token_details: {
          text_tokens: 1_000,
          audio_tokens: 200,
          cached_tokens: 800,
          cached_tokens_details: { text_tokens: 800, audio_tokens: 0 },
        },
        output_token_details: { text_tokens: 50, audio_tokens: 150 },
      },
    },
  });
}
