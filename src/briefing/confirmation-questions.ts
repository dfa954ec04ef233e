import type { NextQuestion, Question, Subject } from './confirmation.ts';
import type { ProposedChange } from './confirmation-read-back.ts';
import type { SpokenSlot } from './spoken-format.ts';
import { tokyoTime, type Day } from './spoken-calendar.ts';
import type { TimeOfDay } from './spoken-time.ts';

/** The question that `readBack(change)` asks, as `judgeAnswer` takes it. `now` in ms since the epoch. */
export function questionOf(change: ProposedChange, now: number): Question {
  const instants = instantsOf(change);
  return {
    kind: 'read_back',
    about: change.kind satisfies Subject,
    dates: [...new Set(instants.map((instant) => tokyoTime(instant).day))],
    times: [...new Set(instants.map(timeOfDay))],
    today: todayOf(now),
  };
}

/** The same question after はい or いいえ was asked for in words. */
export function inWords(question: Question): Question {
  return { ...question, kind: 'yes_or_no' };
}

/** What is said next when an answer was not clear. `read_back_again` and `wait` go before the read-back itself. */
export const NEXT_QUESTIONS: Readonly<Record<NextQuestion, string>> = {
  yes_or_no:
    '恐れ入ります、ただいまの内容でよろしければ「はい」、違う場合は「いいえ」とお答えいただけますでしょうか。',
  read_back_again: 'もう一度申し上げます。',
  decide: 'まだお決まりでなければ、未定として承ることもできます。ご出席、ご欠席、未定のどれになさいますか。',
  wait: 'はい、お待ちしております。',
  purpose: '恐れ入ります、どのようなご用件でしょうか。',
};

/** Day in Tokyo of an instant in ms since the epoch. */
export function todayOf(now: number): Day {
  return tokyoTime(now).day;
}

/** Only what the change leads to: the day that is given up is no answer to where the caller wants to go. */
function instantsOf(change: ProposedChange): readonly number[] {
  const start = ({ startsAt }: SpokenSlot): number => startsAt;
  switch (change.kind) {
    case 'attend':
    case 'absent':
    case 'withdraw':
    case 'online':
    case 'waitlist':
      return [start(change.slot)];
    case 'late':
      return [start(change.slot), change.arrivesAt];
    case 'move':
      return [start(change.to)];
    case 'undecided':
      return change.decidesAt === null ? [start(change.slot)] : [start(change.slot), change.decidesAt];
  }
}

function timeOfDay(instant: number): TimeOfDay {
  const { hour, minute } = tokyoTime(instant);
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
