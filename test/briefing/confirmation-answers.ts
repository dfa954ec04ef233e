import { NO_GROUPS } from './confirmation-answers/no.ts';
import type { AnswerGroup } from './confirmation-answers/questions.ts';
import { UNCLEAR_GROUPS } from './confirmation-answers/unclear.ts';
import { YES_GROUPS } from './confirmation-answers/yes.ts';

/** Every answer with the verdict that is expected for its question. */
export const ANSWER_GROUPS: readonly AnswerGroup[] = [...YES_GROUPS, ...UNCLEAR_GROUPS, ...NO_GROUPS];
