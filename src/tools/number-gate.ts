import { judgeAnswer } from '../briefing/confirmation.ts';
import { NO_KEY, YES_KEY } from '../briefing/keypad.ts';
import { askForKey as askForAKey } from '../briefing/keypad-sentences.ts';
import { speakPhoneDigits } from '../briefing/spoken-format.ts';
import type { Answer, Evidence } from './evidence.ts';

/** A number that was read back to the caller and awaits a clear yes. */
export interface NumberProposal {
  readonly token: string;
  /** E.164. */
  readonly number: string;
  /** The number digit by digit, ending with a question. */
  readonly readBack: string;
  /** What was last asked; begins with `readBack`. */
  readonly sentence: string;
  /** Whether はい or いいえ was asked for in words. */
  readonly explicit: boolean;
  /** Only proof after this mark counts. */
  readonly since: number;
}

/** What the words of the call prove about a number. As with attendance, everything but a clear yes fails closed. */
export type NumberVerdict =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'ask'; readonly sentence: string; readonly explicit: boolean }
  | { readonly kind: 'wait' }
  | { readonly kind: 'dropped' };

/** A transcript comes within a second or two of the words, ms. */
export const TRANSCRIPT_WAIT_MS = 2_500;

/** The question that is read out before anything is sent to a number that the caller gave. */
export function readBackNumber(number: string): string {
  return `お送り先は、${speakPhoneDigits(number)}、でよろしいでしょうか。`;
}

/** Judges how the caller answered the number that was read back. */
export async function judgeNumber(proposal: NumberProposal, evidence: Evidence): Promise<NumberVerdict> {
  const answer = await evidence.answerTo(proposal.sentence, proposal.since, TRANSCRIPT_WAIT_MS);
  switch (answer.kind) {
    case 'not_read_back':
      return { kind: 'ask', sentence: proposal.sentence, explicit: proposal.explicit };
    case 'silent':
      return { kind: 'wait' };
    case 'unheard':
      return askForKey(proposal);
    case 'key':
      if (answer.key === YES_KEY) return { kind: 'confirmed' };
      return answer.key === NO_KEY ? { kind: 'dropped' } : askForKey(proposal);
    case 'words':
      return judgeWords(proposal, answer);
  }
}

function judgeWords(proposal: NumberProposal, answer: Answer & { kind: 'words' }): NumberVerdict {
  const { explicit } = proposal;
  const verdict = judgeAnswer(answer.text, { kind: explicit ? 'yes_or_no' : 'read_back' });
  switch (verdict.kind) {
    case 'yes':
      return { kind: 'confirmed' };
    case 'no':
    case 'correction':
      return { kind: 'dropped' };
    case 'unrelated':
      return { kind: 'wait' };
    case 'weak_yes':
    case 'ambiguous':
      return explicit ? askForKey(proposal) : askForYesOrNo(proposal);
  }
}

function askForYesOrNo({ readBack }: NumberProposal): NumberVerdict {
  return { kind: 'ask', sentence: `${readBack}はい、か、いいえ、でお答えください。`, explicit: true };
}

function askForKey({ readBack }: NumberProposal): NumberVerdict {
  return { kind: 'ask', sentence: askForAKey(readBack), explicit: true };
}
