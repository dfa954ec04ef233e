import type { ConversationItemInputAudioTranscriptionCompletedEvent } from 'openai/resources/realtime/realtime';
import type { Emit } from './events.ts';
import type { SessionConfig } from './session-config.ts';
import { deltas } from './speech.ts';
import { callerAudioTokens, textTokens } from './usage.ts';

/** Models that are billed by tokens; the others are billed by duration. */
const BILLED_BY_TOKENS = /^gpt-4o/u;

export interface Transcribed {
  readonly itemId: string;
  readonly transcript: string;
  /** Length of the speech, ms. */
  readonly ms: number;
  readonly failed: boolean;
}

/** Sends the transcription of one turn: its deltas and `completed`, or `failed`. */
export function transcribe(emit: Emit, said: Transcribed, config: SessionConfig): void {
  const at = { item_id: said.itemId, content_index: 0 };
  if (said.failed) {
    emit({
      type: 'conversation.item.input_audio_transcription.failed',
      ...at,
      error: {
        type: 'transcription_error',
        code: 'audio_unintelligible',
        message: 'The audio could not be transcribed.',
      },
    });
    return;
  }
  for (const delta of deltas(said.transcript)) {
    emit({ type: 'conversation.item.input_audio_transcription.delta', ...at, delta });
  }
  emit({
    type: 'conversation.item.input_audio_transcription.completed',
    ...at,
    transcript: said.transcript,
    usage: usageOf(said, config.transcription?.model ?? ''),
  });
}

function usageOf(
  said: Transcribed,
  model: string,
): ConversationItemInputAudioTranscriptionCompletedEvent['usage'] {
  if (!BILLED_BY_TOKENS.test(model)) return { type: 'duration', seconds: said.ms / 1_000 };
  const audio = callerAudioTokens(said.ms);
  const output = textTokens(said.transcript);
  return {
    type: 'tokens',
    input_tokens: audio,
    output_tokens: output,
    total_tokens: audio + output,
    input_token_details: { audio_tokens: audio, text_tokens: 0 },
  };
}
