import type { RealtimeResponseUsage } from 'openai/resources/realtime/realtime';
import type { Entry } from './conversation.ts';

/** Audio of the caller that makes one token, ms. */
const CALLER_MS_PER_TOKEN = 100;

/** Audio of the agent that makes one token, ms. */
const AGENT_MS_PER_TOKEN = 50;

/** Text tokens per character; Japanese and English prose lie on either side of it. */
const TOKENS_PER_CHARACTER = 0.7;

/** The cache works in blocks of this many tokens. */
const CACHE_BLOCK = 64;

/** Tokens of `text`, estimated. */
export function textTokens(text: string): number {
  return Math.ceil(Array.from(text).length * TOKENS_PER_CHARACTER);
}

/** Tokens of agent audio. */
export function agentAudioTokens(ms: number): number {
  return Math.ceil(ms / AGENT_MS_PER_TOKEN);
}

/** Tokens of caller audio. */
export function callerAudioTokens(ms: number): number {
  return Math.ceil(ms / CALLER_MS_PER_TOKEN);
}

interface Tokens {
  readonly text: number;
  readonly audio: number;
}

/**
 * Counts what a session's responses read and write. Each reads the whole conversation again; what an earlier one
 * has read is cached, as long as the instructions and tools before it are the same.
 */
export class UsageMeter {
  #prefix = '';
  #seen: Tokens = { text: 0, audio: 0 };

  /**
   * @param prefix instructions and tools as sent to the model
   * @param entries the conversation that was read
   * @param output ms of audio and text that were written, transcripts and arguments included
   */
  count(
    prefix: string,
    entries: readonly Entry[],
    output: { audioMs: number; text: string },
  ): RealtimeResponseUsage {
    const read = tokensOf(prefix, entries);
    const cached = prefix === this.#prefix ? this.#cachedOf(read) : { text: 0, audio: 0 };
    this.#prefix = prefix;
    this.#seen = read;
    const written = { text: textTokens(output.text), audio: agentAudioTokens(output.audioMs) };
    const input = read.text + read.audio;
    const outputs = written.text + written.audio;
    return {
      total_tokens: input + outputs,
      input_tokens: input,
      output_tokens: outputs,
      input_token_details: {
        text_tokens: read.text,
        audio_tokens: read.audio,
        image_tokens: 0,
        cached_tokens: cached.text + cached.audio,
        cached_tokens_details: { text_tokens: cached.text, audio_tokens: cached.audio, image_tokens: 0 },
      },
      output_token_details: { text_tokens: written.text, audio_tokens: written.audio },
    };
  }

  #cachedOf(read: Tokens): Tokens {
    return {
      text: blocks(Math.min(this.#seen.text, read.text)),
      audio: blocks(Math.min(this.#seen.audio, read.audio)),
    };
  }
}

function tokensOf(prefix: string, entries: readonly Entry[]): Tokens {
  let text = textTokens(prefix);
  let audio = 0;
  for (const entry of entries) {
    if (entry.speaker === 'caller') audio += callerAudioTokens(entry.audioMs);
    else if (entry.audioMs > 0) audio += agentAudioTokens(entry.audioMs);
    else text += textTokens(entryText(entry));
  }
  return { text, audio };
}

function entryText(entry: Entry): string {
  const { item } = entry;
  if (item.type === 'function_call') return item.name + item.arguments;
  if (item.type === 'function_call_output') return item.output;
  return entry.words;
}

function blocks(tokens: number): number {
  return Math.floor(tokens / CACHE_BLOCK) * CACHE_BLOCK;
}
