import type { IdentityClaim, Proof, Weighed } from './identity-proofs.ts';
import { nameParts } from './name.ts';

/** What a caller can be asked to prove themselves with. */
export type IdentityQuestion = 'full_name' | 'university' | 'slot_date' | 'reservation_code';

/** Each way to prove oneself is a list of proofs that are needed together; any one way is enough. */
export type ProofRule = readonly (readonly Proof[])[];

const QUESTION_FOR: Readonly<Record<Proof, IdentityQuestion | null>> = {
  name: 'full_name',
  university: 'university',
  slot_date: 'slot_date',
  reservation_code: 'reservation_code',
  // The line is there or not; nobody can answer it.
  caller_number: null,
};

type SplittingQuestion = Exclude<IdentityQuestion, 'full_name'>;

/** Questions that part people of one name. */
const SPLITTING: readonly SplittingQuestion[] = ['university', 'slot_date', 'reservation_code'];

/** Share of callers who can answer at once: everybody knows their university, few have the code at hand. */
const ANSWERABLE: Readonly<Record<SplittingQuestion, number>> = {
  university: 0.95,
  slot_date: 0.85,
  reservation_code: 0.5,
};

/** Kana. A single word up to this length is taken for a family name. */
const FAMILY_NAME_LENGTH = 5;

/**
 * The next question to somebody who is not verified, or null when all was said and it was not enough.
 *
 * With at most one candidate left it depends on what was said and on the rule, not on the roster: a stranger cannot tell
 * from it whether a person is on file.
 */
export function nextQuestion(
  claim: IdentityClaim,
  left: readonly Weighed[],
  rule: ProofRule,
): IdentityQuestion | null {
  if (claim.kanaName === undefined) return 'full_name';
  const full = left.some(({ proofs }) => proofs.has('name'));
  if (!full && (left.length > 0 || isOneShortWord(claim.kanaName))) return 'full_name';
  return left.length > 1 ? bestSplit(claim, left) : byRule(claim, rule);
}

/** The first question on the shortest way through a rule; null when one way was gone to its end in vain. */
export function byRule(claim: IdentityClaim, rule: ProofRule): IdentityQuestion | null {
  // A number that is not on file is nothing that the caller said wrongly: such ways count only where there is no other.
  const spoken = rule.filter((way) => way.length > 0 && !way.includes('caller_number'));
  const ways = (spoken.length > 0 ? spoken : rule).map((way) =>
    way.flatMap((proof) => QUESTION_FOR[proof] ?? []).filter((question) => !isAnswered(claim, question)),
  );
  const [shortest] = [...ways].sort((a, b) => a.length - b.length);
  return shortest?.[0] ?? null;
}

/** Whether the claim holds an answer to the question, right or wrong. */
export function isAnswered(claim: IdentityClaim, question: IdentityQuestion): boolean {
  const answers: Readonly<Record<IdentityQuestion, string | undefined>> = {
    full_name: claim.kanaName,
    university: claim.university,
    slot_date: claim.slotDate,
    reservation_code: claim.reservationCode ?? claim.keyedCode,
  };
  return answers[question] !== undefined;
}

/** The open question whose answer is expected to tell most, in bits, weighed by how likely it is answered. */
function bestSplit(claim: IdentityClaim, left: readonly Weighed[]): IdentityQuestion | null {
  let best: { question: SplittingQuestion; worth: number } | null = null;
  for (const question of SPLITTING) {
    if (isAnswered(claim, question)) continue;
    const worth = ANSWERABLE[question] * entropy(left.map((weighed) => answerOf(weighed, question)));
    if (worth > (best?.worth ?? 0)) best = { question, worth };
  }
  return best?.question ?? null;
}

function answerOf({ candidate }: Weighed, question: SplittingQuestion): string {
  switch (question) {
    case 'university':
      return candidate.university ?? '';
    case 'slot_date':
      return [...candidate.slotDates].sort().join('/');
    case 'reservation_code':
      return candidate.reservationCode ?? '';
  }
}

function entropy(answers: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  // Summed in a fixed order, so that the order of candidates cannot change the last bit.
  return [...counts.values()]
    .sort((a, b) => a - b)
    .reduce((bits, count) => bits - (count / answers.length) * Math.log2(count / answers.length), 0);
}

function isOneShortWord(name: string): boolean {
  const [word = '', ...rest] = nameParts(name);
  return rest.length === 0 && word.length <= FAMILY_NAME_LENGTH;
}
