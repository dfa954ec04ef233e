import type { NextQuestion, Question, Verdict } from '../../../src/briefing/confirmation.ts';

/** Answers that mean the same for one question. */
export interface AnswerGroup {
  readonly title: string;
  readonly question: Question;
  readonly verdict: Verdict['kind'];
  /** Which question is asked next, for an ambiguous answer. */
  readonly ask?: NextQuestion;
  readonly answers: readonly string[];
}

/** Tuesday, 24 November 2026, two in the afternoon; asked on the Wednesday before. */
const DETAILS = { dates: ['2026-11-24'], times: ['14:00'], today: '2026-11-18' };

export const ATTEND: Question = { kind: 'read_back', about: 'attend', ...DETAILS };
export const EXPLICIT: Question = { ...ATTEND, kind: 'yes_or_no' };
export const ABSENT: Question = { ...ATTEND, about: 'absent' };
export const WITHDRAW: Question = { ...ATTEND, about: 'withdraw' };
export const LATE: Question = { ...ATTEND, about: 'late', times: ['14:00', '14:15'] };
export const MOVE: Question = {
  kind: 'read_back',
  about: 'move',
  dates: ['2026-11-26'],
  times: ['10:00'],
  today: '2026-11-18',
};
export const ONLINE: Question = { ...ATTEND, about: 'online' };
export const WAITLIST: Question = { ...ATTEND, about: 'waitlist' };
/** A read-back of which nothing but the words is known. */
export const BARE: Question = { kind: 'read_back' };
export const MORE: Question = { kind: 'anything_else' };
export const OPEN: Question = { kind: 'open' };

/** The answers of a list that is divided by ` / `; spaces inside an answer stay. */
export function answers(list: string): readonly string[] {
  return list.split(/\s*\/\s+/u).map((answer) => answer.trim());
}
