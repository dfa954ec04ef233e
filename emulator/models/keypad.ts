import type { Intent } from './listening.ts';

/** A message that tells of pressed keys begins so. */
const KEYPAD = /^\[キー入力\]\s*([0-9*#]+)/u;

/** What the keys mean when the instructions do not say. */
const DEFAULT_KEYS: Readonly<Record<string, Intent>> = { 1: 'attend', 2: 'absent', 3: 'other' };

const WORDS: Readonly<Record<string, Intent>> = {
  出席: 'attend',
  欠席: 'absent',
  遅刻: 'late',
  日程変更: 'change',
  そのほか: 'other',
  その他: 'other',
};

/** Keys of a message that tells of them, or null. */
export function keysIn(text: string): string | null {
  return KEYPAD.exec(text)?.[1] ?? null;
}

/** What one key means: read from the instructions (「1は出席、…」), else by custom. */
export function intentOfKey(key: string, instructions: string): Intent | null {
  const told = new RegExp(`(?<![0-9])${key}は(出席|欠席|遅刻|日程変更|そのほか|その他)`, 'u').exec(
    instructions,
  )?.[1];
  if (told !== undefined) return WORDS[told] ?? null;
  return DEFAULT_KEYS[key] ?? null;
}
