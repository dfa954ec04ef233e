import { judgeAnswer, type Verdict } from '../briefing/confirmation.ts';
import { inWords, questionOf } from '../briefing/confirmation-questions.ts';
import { NO_KEY, YES_KEY } from '../briefing/keypad.ts';
import { askForKey } from '../briefing/keypad-sentences.ts';
import type { Clock } from '../lib/clock.ts';
import type { Proposal } from './call-case.ts';
import type { Answer, Evidence } from './evidence.ts';

/** What the words of the call prove about a proposal. */
export type GateVerdict =
  | { readonly kind: 'confirmed'; readonly readBackTurn: string; readonly consentTurn: string }
  /** Nothing is proven yet: this sentence has to be said, and answered. */
  | { readonly kind: 'ask'; readonly status: string; readonly sentence: string; readonly explicit: boolean }
  /** Nothing is proven yet, and the caller has the word. */
  | { readonly kind: 'wait'; readonly status: string; readonly hint: string }
  /** The caller does not want it. */
  | { readonly kind: 'dropped'; readonly status: 'declined' | 'corrected'; readonly hint: string };

/** A transcript comes within a second or two of the words; past this the keypad decides, ms. */
const TRANSCRIPT_WAIT_MS = 2_500;

/**
 * Lets a proposal pass only when its sentence was heard to its end and the caller's next words are a clear yes, or the
 * key 1. Everything else fails closed and says what to do next.
 */
export async function judgeProposal(
  proposal: Proposal,
  evidence: Evidence,
  clock: Clock,
): Promise<GateVerdict> {
  const answer = await evidence.answerTo(proposal.sentence, proposal.since, TRANSCRIPT_WAIT_MS);
  switch (answer.kind) {
    case 'not_read_back':
      return askAgain(proposal, 'not_read_back');
    case 'silent':
      return {
        kind: 'wait',
        status: 'no_answer_yet',
        hint: 'Say nothing. Wait for the answer of the caller.',
      };
    case 'unheard':
      return askForAKey(proposal);
    case 'key':
      return judgeKey(proposal, answer);
    case 'words':
      return judgeWords(proposal, answer, clock);
  }
}

function judgeKey(proposal: Proposal, answer: Answer & { kind: 'key' }): GateVerdict {
  if (answer.key === YES_KEY) return confirmed(answer);
  if (answer.key === NO_KEY) return dropped('declined');
  return askForAKey(proposal);
}

function judgeWords(proposal: Proposal, answer: Answer & { kind: 'words' }, clock: Clock): GateVerdict {
  const question = questionOf(proposal.change, clock.now());
  const verdict: Verdict = judgeAnswer(answer.text, proposal.explicit ? inWords(question) : question);
  switch (verdict.kind) {
    case 'yes':
      return confirmed(answer);
    case 'weak_yes':
      return askMoreClearly(proposal);
    case 'no':
      return dropped('declined');
    case 'correction':
      return dropped('corrected');
    case 'ambiguous':
      return onAmbiguous(proposal, verdict.ask);
    case 'unrelated':
      return {
        kind: 'wait',
        status: 'not_answered',
        hint: 'Answer what the caller said, then propose again.',
      };
  }
}

function onAmbiguous(proposal: Proposal, ask: (Verdict & { kind: 'ambiguous' })['ask']): GateVerdict {
  switch (ask) {
    case 'yes_or_no':
      return askMoreClearly(proposal);
    case 'read_back_again':
      return askAgain(proposal, 'read_back_again');
    case 'decide':
      return {
        kind: 'wait',
        status: 'undecided',
        hint: 'The caller has not decided. Ask for a decision, or propose undecided.',
      };
    case 'wait':
      return { kind: 'wait', status: 'caller_needs_a_moment', hint: 'Say that you will wait, then wait.' };
    case 'purpose':
      return { kind: 'wait', status: 'not_answered', hint: 'Ask what the call is about.' };
  }
}

function askAgain(proposal: Proposal, status: string): GateVerdict {
  return { kind: 'ask', status, sentence: proposal.sentence, explicit: proposal.explicit };
}

/** Once はい or いいえ was asked for in words, a plain はい is a yes; less than that is settled by a key. */
function askMoreClearly(proposal: Proposal): GateVerdict {
  if (proposal.explicit) return askForAKey(proposal);
  return {
    kind: 'ask',
    status: 'not_clear',
    sentence: `${proposal.readBack}はい、か、いいえ、でお答えください。`,
    explicit: true,
  };
}

function askForAKey(proposal: Proposal): GateVerdict {
  return { kind: 'ask', status: 'press_a_key', sentence: askForKey(proposal.readBack), explicit: true };
}

function confirmed(answer: Answer & { kind: 'key' | 'words' }): GateVerdict {
  return { kind: 'confirmed', readBackTurn: answer.readBackTurn, consentTurn: answer.answerTurn };
}

function dropped(status: 'declined' | 'corrected'): GateVerdict {
  return {
    kind: 'dropped',
    status,
    hint:
      status === 'declined'
        ? 'Nothing was changed. Ask what the caller wants instead.'
        : 'Nothing was changed. Propose again with what the caller corrected.',
  };
}
