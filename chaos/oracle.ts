import type { CallFacts } from './facts.ts';
import type { StoredCall } from './stored.ts';

/** What must never happen, whatever breaks. */
export const INVARIANTS = {
  double_accept: 'double accepts',
  double_greeting: 'double greetings',
  no_greeting: 'conversations without a greeting',
  double_output: 'function calls answered twice',
  double_effect: 'doubled effects',
  lost_write: 'lost acknowledged writes',
  cut: 'cut calls',
  unanswered: 'callers who were not answered',
  unfinished: 'conversations that came to nothing',
  open_row: 'rows without an end',
  text: 'text messages lost or doubled',
  audit: 'problems of the audit',
  stop: 'stops that were not clean',
  takeover: 'calls that nobody took over',
  goal: 'goals missed',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** One breach: what, of which call, in words. */
export interface Breach {
  readonly invariant: Invariant;
  readonly where: string;
  readonly words: string;
}

/** What a scenario lets happen although nobody wants it. */
export interface Tolerance {
  /** Nobody could have taken new calls: one that is not answered is no fault. */
  readonly unanswered?: boolean;
  /** Tools could not work: a caller may have been told so, honestly, and have rung off. */
  readonly unhelped?: boolean;
  /** Nothing broke between accept and sideband: a second accept request has no excuse. */
  readonly oneAcceptRequest?: boolean;
}

/** Ends of a call that the caller wanted, or was told of. */
const WANTED_ENDS = new Set(['completed', 'caller_hangup']);
const FINAL = new Set(['ended', 'rejected', 'missed', 'failed']);

/** A call whose owner, or sideband, was taken away so often is nobody's promise to finish: it is served for moments only. */
export const HARRIED = 5;

/** Everything in which what happened differs from what was promised. */
export function judgeCall(
  facts: CallFacts,
  stored: StoredCall | undefined,
  tolerance: Tolerance = {},
): Breach[] {
  const breaches: Breach[] = [];
  const claim = (holds: boolean, invariant: Invariant, words: string): void => {
    if (!holds) breaches.push({ invariant, where: facts.callId, words });
  };
  const talked = facts.outcome !== 'not_answered' && facts.refusedWith === null && facts.spokenTo;
  const harried = facts.sidebands > HARRIED;
  const answered = talked || harried || tolerance.unanswered === true;
  const how = facts.refusedWith === null ? facts.outcome : `refused with ${facts.refusedWith}`;
  const ending =
    `${stored?.state ?? 'not stored'} ${stored?.endReason ?? ''} ${stored?.endDetail ?? ''}`.trim();

  claim(answered, 'unanswered', `${how}; stored: ${ending}`);
  claim(facts.acceptsDone <= 1, 'double_accept', `${facts.acceptsDone} accepts took effect`);
  if (tolerance.oneAcceptRequest === true)
    claim(facts.accepts <= 1, 'double_accept', `${facts.accepts} accepts were sent`);
  claim(facts.greetings <= 1, 'double_greeting', `greeted ${facts.greetings} times`);
  claim(facts.outputsPerFunctionCall <= 1, 'double_output', `${facts.outputsPerFunctionCall} outputs`);
  if (talked) {
    claim(facts.greetings > 0, 'no_greeting', 'what was said to the caller began without it');
    claim(facts.outcome !== 'gave_up' || harried, 'unfinished', `the caller gave up; stored: ${ending}`);
    const helped = facts.outcome !== 'unhelped' || tolerance.unhelped === true;
    claim(helped, 'unfinished', `the caller was not helped; stored: ${ending}`);
    const cut = facts.outcome === 'lost' || !WANTED_ENDS.has(stored?.endReason ?? '');
    claim(!cut || facts.outcome === 'gave_up', 'cut', `${facts.outcome}; stored: ${ending}`);
  }
  breaches.push(...effectsOf(facts, stored));
  claim(stored === undefined || FINAL.has(stored.state), 'open_row', ending);
  return breaches;
}

function effectsOf(facts: CallFacts, stored: StoredCall | undefined): Breach[] {
  const breaches: Breach[] = [];
  const { callId: where } = facts;
  for (const body of facts.acknowledgedMessages) {
    if (!stored?.messages.has(body))
      breaches.push({ invariant: 'lost_write', where, words: `acknowledged and not stored: ${body}` });
  }
  for (const [body, count] of stored?.messages ?? []) {
    if (count > 1)
      breaches.push({ invariant: 'double_effect', where, words: `${count} times stored: ${body}` });
  }
  const changes = stored?.changes ?? 0;
  if (facts.acknowledgedChange && changes === 0)
    breaches.push({ invariant: 'lost_write', where, words: 'a change was acknowledged and is not stored' });
  if (changes > 1)
    breaches.push({ invariant: 'double_effect', where, words: `${changes} changes for one wish` });
  const texts = stored?.texts ?? [];
  const wanted = changes > 0 ? 1 : 0;
  const sent = texts.filter((state) => state === 'sent' || state === 'delivered').length;
  if (texts.length !== wanted || sent !== wanted)
    breaches.push({
      invariant: 'text',
      where,
      words: `${wanted} text messages follow from it, stored: ${texts.join(', ') || 'none'}`,
    });
  return breaches;
}
