import { scanAnswer, type Scan } from './confirmation-scan.ts';
import type { Sense } from './confirmation-words.ts';
import { partsOf, weekdayOf, type Day } from './spoken-calendar.ts';
import { resolveDate } from './spoken-date.ts';
import type { DateMention } from './spoken-mention.ts';
import { readingsOf, type TimeOfDay } from './spoken-time.ts';

/** What a read-back proposed. */
export type Subject =
  | 'attend'
  | 'absent'
  | 'withdraw'
  | 'late'
  | 'move'
  | 'online'
  | 'waitlist'
  | 'undecided';

/** The question that an answer answers. */
export interface Question {
  /**
   * `read_back`: a proposal was read back to its end (…よろしいでしょうか). `yes_or_no`: the same, and はい or いいえ was asked
   * for in words. `anything_else`: whether there is more to talk of. `open`: anything that cannot be answered by yes or no.
   */
  readonly kind: 'read_back' | 'yes_or_no' | 'anything_else' | 'open';
  /** What was proposed; without it a restated decision never counts as a yes. */
  readonly about?: Subject;
  /** Days that were read back; another day in the answer is a correction. */
  readonly dates?: readonly Day[];
  /** Times that were read back, `HH:MM`. */
  readonly times?: readonly TimeOfDay[];
  /** Today in Tokyo: without it 明日 is not understood. */
  readonly today?: Day;
}

/** Which question comes next when an answer was not clear. */
export type NextQuestion =
  /** Ask for はい or いいえ in words. */
  | 'yes_or_no'
  /** Read the proposal back once more: it was not heard or asked about. */
  | 'read_back_again'
  /** The caller has not decided: ask for a decision, or offer to note that it is open. */
  | 'decide'
  /** The caller wants a moment: say so and wait. */
  | 'wait'
  /** Ask what the call is about. */
  | 'purpose';

/** What an answer means for the question. Only `yes` may ever commit a change. */
export type Verdict =
  | { readonly kind: 'yes' }
  /** A yes or a nod (はい alone, はい、大丈夫です): ask once more, with `yes_or_no`. */
  | { readonly kind: 'weak_yes' }
  | { readonly kind: 'no' }
  /** A no that says what holds instead: いえ、25日です. Propose anew. */
  | { readonly kind: 'correction' }
  | { readonly kind: 'ambiguous'; readonly ask: NextQuestion }
  /** No answer: another subject, noise, or words that have only begun. */
  | { readonly kind: 'unrelated' };

/**
 * Judges a caller's words as an answer. Deterministic and blind to width, script and punctuation. Everything that is not
 * understood to the last word is no yes.
 */
export function judgeAnswer(answer: string, question: Question): Verdict {
  const scan = scanAnswer(answer);
  if (scan.text === '') return { kind: 'unrelated' };
  if (scan.noise) return scan.senses.has('hai') ? ambiguous('yes_or_no') : { kind: 'unrelated' };
  if (question.kind === 'anything_else') return judgeMore(scan);
  const verdict = judgeProposal(scan, question);
  if (question.kind !== 'open' || (verdict.kind !== 'yes' && verdict.kind !== 'weak_yes')) return verdict;
  return ambiguous('purpose');
}

const STATEMENTS = [
  'attend',
  'cannot',
  'absent',
  'withdraw',
  'late',
  'change',
  'online',
  'waitlist',
  'undecided',
] as const;
type Statement = (typeof STATEMENTS)[number];

/** Statements that say what was proposed, and are a yes by themselves. */
const RESTATES: Readonly<Record<Subject, Statement>> = {
  attend: 'attend',
  absent: 'absent',
  withdraw: 'withdraw',
  late: 'late',
  move: 'change',
  online: 'online',
  waitlist: 'waitlist',
  undecided: 'undecided',
};

/** Statements that fit the proposal without naming it: a yes beside はい only. */
const FITS: Readonly<Record<Subject, readonly Statement[]>> = {
  attend: [],
  absent: ['cannot'],
  // 欠席で is less than a withdrawal, which nobody can take back by telephone.
  withdraw: ['cannot'],
  late: ['attend'],
  move: ['attend'],
  online: ['attend'],
  waitlist: [],
  undecided: [],
};

const YES_LIKE: readonly Sense[] = ['hai', 'nod', 'courtesy', 'yes', 'that', 'fine', 'mention_that'];

function judgeProposal(scan: Scan, question: Question): Verdict {
  const has = (...senses: readonly Sense[]): boolean => senses.some((sense) => scan.senses.has(sense));
  const said = STATEMENTS.filter((statement) => has(statement));
  const fitting = said.filter((statement) => fits(statement, question.about));
  const other = said.filter((statement) => !fitting.includes(statement));
  const mentions = compareMentions(scan, question);
  const denies = has('iie', 'no');

  const strange = scan.unknown !== '';
  const clearlyAnswers = denies || said.length > 0 || has('hai', 'yes', 'that', 'mention_that');

  if (has('wait')) return ambiguous('wait');
  if (has('pardon') && !strange) return ambiguous('read_back_again');
  if (scan.doubleNegation || has('hedge')) return ambiguous(said.length > 0 ? 'decide' : 'yes_or_no');
  if (scan.asks) {
    const onlyAsks = scan.unknown.replace(/[?か]/gu, '') === '';
    const answers = clearlyAnswers || (onlyAsks && has(...YES_LIKE));
    return answers ? ambiguous('read_back_again') : { kind: 'unrelated' };
  }
  if (has('instead')) return { kind: 'correction' };
  if (mentions === 'differ') return { kind: strange && !clearlyAnswers ? 'unrelated' : 'correction' };
  if (denies && mentions !== 'none' && mentions !== 'agree') return { kind: 'correction' };
  if (other.some((statement) => statement !== 'cannot')) {
    return question.about === undefined && !denies ? ambiguous('yes_or_no') : { kind: 'correction' };
  }
  if (other.length > 0)
    return question.about === undefined && !denies ? ambiguous('decide') : negative(scan, has);
  if (denies)
    return fitting.length > 0 || mentions === 'agree' ? ambiguous('yes_or_no') : negative(scan, has);
  return affirmative(scan, question, has, fitting, mentions);
}

type Has = (...senses: readonly Sense[]) => boolean;

/** A no stands against a nod, not against a clear yes. */
function negative(scan: Scan, has: Has): Verdict {
  if (has('yes', 'courtesy', 'fine', 'that')) return ambiguous('yes_or_no');
  // いえ、はい may be either; 違います says it whatever はい stood before.
  if (has('hai', 'nod') && !has('no', 'cannot')) return ambiguous('yes_or_no');
  return has('iie', 'no') && ENDS_AS_STATEMENT.test(scan.text) && scan.unknown !== ''
    ? { kind: 'correction' }
    : { kind: 'no' };
}

/** いえ、鈴木です: what stands after the no is what holds. */
const ENDS_AS_STATEMENT = /(?:です|でした|にしてください|でおねがいします)(?:ね|よ)?$/u;

function affirmative(
  scan: Scan,
  question: Question,
  has: Has,
  fitting: readonly Statement[],
  mentions: Comparison,
): Verdict {
  const heard = has(...YES_LIKE, 'nothing', 'something') || fitting.length > 0 || mentions !== 'none';
  if (!heard) return has('reserve') ? ambiguous('yes_or_no') : { kind: 'unrelated' };
  if (scan.unknown !== '' || has('reserve', 'nothing', 'something', 'person') || mentions === 'unknown') {
    return has(...YES_LIKE) || fitting.length > 0 || mentions !== 'none'
      ? ambiguous('yes_or_no')
      : { kind: 'unrelated' };
  }
  if (scan.unfinished)
    return has('hai', 'nod', 'courtesy', 'yes', 'fine') ? ambiguous('yes_or_no') : { kind: 'unrelated' };
  const points = has('that') || (has('mention_that') && mentions === 'agree');
  const restated = question.about !== undefined && fitting.includes(RESTATES[question.about]);
  const hai = has('hai');
  if (scan.mayDeny || (has('fine') && !points && !hai)) return ambiguous('yes_or_no');
  const asked = question.kind === 'yes_or_no' && hai;
  const clear = has('yes') || restated || (points && (hai || has('nod', 'fine', 'courtesy')));
  const together = hai && (has('courtesy') || fitting.length > 0 || mentions === 'agree');
  if (clear || together || asked) return { kind: 'yes' };
  if (hai || has('nod', 'courtesy') || fitting.length > 0 || mentions === 'agree')
    return { kind: 'weak_yes' };
  return { kind: 'unrelated' };
}

/** Whether there is more to talk of: yes, no (nothing more), or words that begin the next subject. */
function judgeMore(scan: Scan): Verdict {
  const has: Has = (...senses) => senses.some((sense) => scan.senses.has(sense));
  if (has('wait')) return ambiguous('wait');
  if (has('pardon')) return ambiguous('read_back_again');
  const subject =
    scan.unknown !== '' || scan.asks || STATEMENTS.some((statement) => has(statement)) || has('person');
  if (has('something')) return { kind: 'yes' };
  if (subject) return { kind: 'unrelated' };
  if (has('hedge', 'reserve')) return ambiguous('yes_or_no');
  if (has('iie', 'nothing', 'fine', 'thanks', 'no')) return { kind: 'no' };
  return has(...YES_LIKE) ? ambiguous('yes_or_no') : { kind: 'unrelated' };
}

function fits(statement: Statement, about: Subject | undefined): boolean {
  return about !== undefined && (RESTATES[about] === statement || FITS[about].includes(statement));
}

/** How the days and times in an answer stand to those read back. `unknown`: nothing was given to compare with. */
type Comparison = 'none' | 'agree' | 'differ' | 'unknown';

function compareMentions(scan: Scan, question: Question): Comparison {
  const dates = scan.dates.map((mention) => compareDate(mention, question));
  const times = scan.times.map((mention): Comparison => {
    if (question.times === undefined) return 'unknown';
    return readingsOf(mention).some((time) => question.times?.includes(time)) ? 'agree' : 'differ';
  });
  const all = [...dates, ...times];
  return (['differ', 'unknown', 'agree'] as const).find((result) => all.includes(result)) ?? 'none';
}

function compareDate(mention: DateMention, question: Question): Comparison {
  const { dates, today } = question;
  if (dates === undefined) return 'unknown';
  const relative =
    mention.daysAhead !== undefined || mention.weeksAhead !== undefined || mention.next === true;
  if (!relative) return dates.some((day) => isDay(mention, day)) ? 'agree' : 'differ';
  if (today === undefined) return 'unknown';
  const meant = resolveDate(mention, today);
  if (meant.kind === 'date') return dates.includes(meant.date) ? 'agree' : 'differ';
  const candidates = meant.kind === 'ambiguous' ? meant.candidates : [];
  return candidates.some((day) => dates.includes(day)) ? 'agree' : 'differ';
}

/** Whether everything that was said of the day holds for it. */
function isDay(mention: DateMention, day: Day): boolean {
  const parts = partsOf(day);
  const same = (said: number | undefined, real: number): boolean => said === undefined || said === real;
  return (
    same(mention.year, parts.year) &&
    same(mention.month, parts.month) &&
    same(mention.day, parts.day) &&
    same(mention.weekday, weekdayOf(day))
  );
}

function ambiguous(ask: NextQuestion): Verdict {
  return { kind: 'ambiguous', ask };
}
