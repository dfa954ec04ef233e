import type { TokenUsage } from './events.ts';

/** US dollars per million tokens. Cached tokens are part of the input tokens and cost their own rate instead. */
interface TokenPrice {
  readonly textIn: number;
  readonly textInCached: number;
  readonly textOut: number;
  readonly audioIn: number;
  readonly audioInCached: number;
  readonly audioOut: number;
}

const FULL: TokenPrice = {
  textIn: 4,
  textInCached: 0.4,
  textOut: 24,
  audioIn: 32,
  audioInCached: 0.4,
  audioOut: 64,
};

/** Prices as published in November 2026. A dated snapshot costs what its family costs. */
const RESPONSE_PRICES: ReadonlyMap<string, TokenPrice> = new Map([
  ['gpt-realtime-2.1', FULL],
  ['gpt-realtime-2', FULL],
  ['gpt-realtime-1.5', { ...FULL, textOut: 16 }],
  [
    'gpt-realtime-2.1-mini',
    { textIn: 0.6, textInCached: 0.06, textOut: 2.4, audioIn: 10, audioInCached: 0.3, audioOut: 20 },
  ],
]);

/** US dollars per minute of transcribed speech. */
const TRANSCRIPTION_PRICES: ReadonlyMap<string, number> = new Map([
  ['gpt-transcribe', 0.0045],
  ['gpt-live-transcribe', 0.017],
  ['gpt-realtime-whisper', 0.017],
]);

/** The caller's audio is counted at one token per 100 ms. */
const CALLER_TOKENS_PER_MINUTE = 600;

/** @returns US dollars, or null when the model has no known price */
export function responseCost(model: string, usage: TokenUsage): number | null {
  const price = RESPONSE_PRICES.get(familyOf(model));
  if (price === undefined) return null;
  const tokensTimesRate =
    (usage.textIn - usage.textInCached) * price.textIn +
    usage.textInCached * price.textInCached +
    (usage.audioIn - usage.audioInCached) * price.audioIn +
    usage.audioInCached * price.audioInCached +
    usage.textOut * price.textOut +
    usage.audioOut * price.audioOut;
  return tokensTimesRate / 1_000_000;
}

/** @returns US dollars, or null when the model has no known price */
export function transcriptionCost(model: string, usage: TokenUsage): number | null {
  const perMinute = TRANSCRIPTION_PRICES.get(familyOf(model));
  if (perMinute === undefined) return null;
  const minutes = usage.seconds > 0 ? usage.seconds / 60 : usage.audioIn / CALLER_TOKENS_PER_MINUTE;
  return minutes * perMinute;
}

function familyOf(model: string): string {
  return model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
}
