import { scanAnswer, type Scan } from './confirmation-scan.ts';
import type { Sense } from './confirmation-words.ts';
import { timeMentions, foldForMentions } from './spoken-mention.ts';
import { parseSpokenMinutes, readingsOf, type TimeOfDay } from './spoken-time.ts';

/** What a caller wants of their attendance, as far as single sentences tell. */
export type AttendanceIntent =
  | {
      readonly kind:
        | 'attend'
        | 'absent'
        | 'change'
        | 'online'
        | 'waitlist'
        | 'undecided'
        | 'question'
        | 'person'
        | 'none';
    }
  /** `minutes` late, or the `times` that the arrival may mean (2時 is two of them); null and empty when not said. */
  | { readonly kind: 'late'; readonly minutes: number | null; readonly times: readonly TimeOfDay[] };

/** Words that make a question of a sentence without か. */
const ASKING =
  /どこ|なんじ|何時|いつ|どう(?:すれば|やって|いけば)|教え|おしえ|ですか|ますか|でしょうか|ありますか|知りたい|質問|しつもん/u;

/**
 * The intent of one sentence. Never proof of anything: it only decides which question is asked next, and every change it
 * leads to is read back. Doubt (たぶん, かも) gives `undecided`; two wishes in one sentence give the one that the caller will
 * hear about again anyway: the change before the absence, lateness before attendance.
 */
export function attendanceIntent(text: string): AttendanceIntent {
  const scan = scanAnswer(text);
  const has = (...senses: readonly Sense[]): boolean => senses.some((sense) => scan.senses.has(sense));
  if (scan.noise) return { kind: 'none' };
  if (has('person')) return { kind: 'person' };
  // An announcement, however unsure: 遅れそうです.
  const wish = scan.text.includes('おくれそう') ? 'late' : wishOf(has);
  if (wish === 'none') return { kind: asks(scan, text) ? 'question' : 'none' };
  if (wish === 'late') return lateness(text);
  if (scan.doubleNegation || has('undecided') || (has('hedge') && wish !== 'change'))
    return { kind: 'undecided' };
  // 行けますか asks; 変更できますか is how a change is asked for.
  return scan.asks && wish === 'attend' ? { kind: 'question' } : { kind: wish };
}

type Wish = 'late' | 'change' | 'waitlist' | 'online' | 'absent' | 'attend' | 'undecided' | 'none';

function wishOf(has: (...senses: readonly Sense[]) => boolean): Wish {
  if (has('change')) return 'change';
  if (has('late')) return 'late';
  if (has('waitlist')) return 'waitlist';
  if (has('online')) return 'online';
  if (has('absent', 'withdraw', 'cannot')) return 'absent';
  if (has('attend')) return 'attend';
  return has('undecided') ? 'undecided' : 'none';
}

function asks(scan: Scan, text: string): boolean {
  return scan.asks || ASKING.test(text.normalize('NFKC'));
}

function lateness(text: string): AttendanceIntent {
  const minutes = parseSpokenMinutes(text);
  const times = timeMentions(foldForMentions(text)).flatMap((mention) => [...readingsOf(mention)]);
  return { kind: 'late', minutes, times: [...new Set(times)].sort() };
}
