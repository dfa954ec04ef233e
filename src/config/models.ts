/** End of a model's life, as OpenAI announced it. */
export interface ModelEnd {
  /** Day in UTC, YYYY-MM-DD, or null when the model is closed already. */
  readonly date: string | null;
  readonly replacement: string;
}

const VOICE_END = '2027-01-20';
const TRANSCRIPTION_END = '2027-02-26';

const ENDS: ReadonlyMap<string, ModelEnd> = new Map([
  ['gpt-realtime', { date: VOICE_END, replacement: 'gpt-realtime-2.1' }],
  ['gpt-realtime-2025-08-28', { date: VOICE_END, replacement: 'gpt-realtime-2.1' }],
  ['gpt-realtime-mini', { date: VOICE_END, replacement: 'gpt-realtime-2.1-mini' }],
  ['gpt-realtime-mini-2025-12-15', { date: VOICE_END, replacement: 'gpt-realtime-2.1-mini' }],
  ['gpt-audio-mini', { date: VOICE_END, replacement: 'gpt-realtime-2.1-mini' }],
  ['whisper-1', { date: TRANSCRIPTION_END, replacement: 'gpt-transcribe' }],
]);

/** When a model ends and what replaces it, or null when no end is announced. */
export function modelEnd(model: string): ModelEnd | null {
  const known = ENDS.get(model);
  if (known !== undefined) return known;
  if (/^gpt-4o(-mini)?-realtime-preview/.test(model)) {
    return { date: null, replacement: model.includes('mini') ? 'gpt-realtime-2.1-mini' : 'gpt-realtime-2.1' };
  }
  if (/^gpt-4o(-mini)?-transcribe/.test(model)) {
    return { date: TRANSCRIPTION_END, replacement: 'gpt-transcribe' };
  }
  return null;
}

/** A sentence for the operator when the model ends, or null. `nowMs` is the wall clock. */
export function modelWarning(model: string, nowMs: number): string | null {
  const end = modelEnd(model);
  if (end === null) return null;
  const closed = end.date === null || nowMs >= Date.parse(end.date);
  const when = closed ? 'is shut down' : `is shut down on ${end.date}`;
  return `the model ${model} ${when}; use ${end.replacement}`;
}

/** Voices that OpenAI lists for Realtime. Others may exist, so an unknown one is only warned about. */
export const KNOWN_VOICES: readonly string[] = [
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'marin',
  'sage',
  'shimmer',
  'verse',
];
