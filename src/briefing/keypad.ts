import { MIN_KEYED_DIGITS } from './identity-code.ts';

/** What a key means when nothing was read back: 1 出席, 2 欠席, 3 日程変更・そのほか. */
export type KeyedDecision = 'attend' | 'absent' | 'other';

/** One entry on the keypad, as far as it can be understood without a question. */
export type KeyEntry =
  /** Nothing but # or what was taken back. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'digit'; readonly digit: string; readonly decision: KeyedDecision | null }
  /** Digits of a reservation code. */
  | { readonly kind: 'code'; readonly digits: string }
  /** A telephone number, to be called back. */
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'unclear'; readonly digits: string };

/** The keys that answer a read-back. */
export const YES_KEY = '1';
/** See `YES_KEY`. */
export const NO_KEY = '2';

const DECISIONS: ReadonlyMap<string, KeyedDecision> = new Map([
  ['1', 'attend'],
  ['2', 'absent'],
  ['3', 'other'],
]);

/** What a decision key stands for on screens and in messages to the team. */
export const KEYED_LABELS: Readonly<Record<KeyedDecision, string>> = {
  attend: '出席',
  absent: '欠席',
  other: '日程の変更・そのほか',
};

/** Numbers of Japan as they are dialled: ten or eleven digits from a zero on. */
const TELEPHONE = /^0\d{9,10}$/;

/** The entries in a run of keys, in order: # ends one, and so does the end. */
export function entriesIn(keys: string): readonly string[] {
  return keys.match(/[^#]*#|[^#]+$/gu) ?? [];
}

/** The digits of an entry: * takes back what stands before it, # is its end. Letters (A to D) are no digits. */
export function digitsOf(entry: string): string {
  return entry.slice(entry.lastIndexOf('*') + 1).replace(/\D/gu, '');
}

/** Reads one entry. */
export function readEntry(entry: string): KeyEntry {
  const digits = digitsOf(entry);
  if (digits === '') return { kind: 'empty' };
  if (digits.length === 1) return { kind: 'digit', digit: digits, decision: DECISIONS.get(digits) ?? null };
  if (TELEPHONE.test(digits)) return { kind: 'number', digits };
  return digits.length >= MIN_KEYED_DIGITS ? { kind: 'code', digits } : { kind: 'unclear', digits };
}
