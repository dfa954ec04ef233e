import {
  PROOFS,
  saidIn,
  weigh,
  type IdentityCandidate,
  type IdentityClaim,
  type Proof,
  type Weighed,
} from './identity-proofs.ts';
import { byRule, nextQuestion, type IdentityQuestion, type ProofRule } from './identity-question.ts';

/** What has to be proved before a registration is read to a caller, and before it is changed. */
export interface IdentityPolicy {
  readonly read: ProofRule;
  readonly change: ProofRule;
  /** Further ways, to both, for who keys the code in on the telephone and need not speak. None when left out. */
  readonly keyed?: ProofRule;
}

/**
 * A name cannot be keyed in. The number on file takes its place beside the code: whoever forges it still has to know the
 * code, as somebody has to who says another one's name.
 */
const KEYED: ProofRule = [['reservation_code', 'caller_number']];

/**
 * Reading takes the name and one thing a stranger does not know; changing takes the code that the applicant was given. The
 * calling number helps to read and, but for a code that is keyed in, never to change: it can be forged.
 */
export const STRICT_POLICY: IdentityPolicy = {
  read: [
    ['name', 'university'],
    ['name', 'reservation_code'],
    ['name', 'slot_date', 'caller_number'],
  ],
  change: [['name', 'reservation_code']],
  keyed: KEYED,
};

/** For teams that send no codes: what the applicant and the team are likely to know together. Of equal ways the first is asked for. */
export const WITHOUT_CODES_POLICY: IdentityPolicy = {
  read: [['name', 'university']],
  change: [
    ['name', 'university', 'slot_date'],
    ['name', 'reservation_code'],
  ],
  keyed: KEYED,
};

/** The policy that a scenario names, or writes out. */
export function identityPolicy(named: 'strict' | 'without_codes' | IdentityPolicy): IdentityPolicy {
  if (named === 'strict') return STRICT_POLICY;
  return named === 'without_codes' ? WITHOUT_CODES_POLICY : named;
}

/** What may be done for a caller. Nobody but a verified applicant is ever named in it. */
export type Identity =
  | {
      readonly kind: 'verified';
      readonly applicantId: string;
      readonly level: 'read' | 'change';
      readonly proofs: readonly Proof[];
      /** What is missing to change something; null when nothing is, or when nothing more can be asked. */
      readonly toChange: IdentityQuestion | null;
    }
  /** The one question that tells most. */
  | { readonly kind: 'ask'; readonly question: IdentityQuestion }
  /** Nobody, or nobody who proved it: an unknown person and a wrong code are the same here. */
  | { readonly kind: 'not_found' };

/**
 * Decides who is calling. Pure and independent of the order of the candidates. Verified is the one candidate who is not
 * ruled out by anything that was said, fulfils the policy, and whom no other fits as well or better.
 */
export function identify(
  given: IdentityClaim,
  candidates: readonly IdentityCandidate[],
  policy: IdentityPolicy = STRICT_POLICY,
): Identity {
  const claim = saidIn(given);
  const people = new Map(candidates.map((candidate) => [candidate.applicantId, candidate]));
  const left = [...people.values()].flatMap((candidate) => weigh(claim, candidate) ?? []);
  const keyed = claim.keyedCode === undefined ? [] : (policy.keyed ?? []);
  const forChange = left.filter(({ proofs }) => fulfils(proofs, [...policy.change, ...keyed]));
  const forReading = left.filter(({ proofs }) => fulfils(proofs, [...policy.read, ...keyed]));
  // Two who may both change are two who may both be the caller: then nobody is read to either.
  const [one, ...others] = forChange.length > 0 ? forChange : forReading;
  if (one !== undefined && others.length === 0 && fitsBest(one, left)) {
    return forChange.length > 0
      ? verified(one, 'change', null)
      : verified(one, 'read', byMissing(claim, one, policy.change));
  }
  const question = nextQuestion(claim, left, policy.read);
  return question === null ? { kind: 'not_found' } : { kind: 'ask', question };
}

/** Whether nobody else's name fits better: that may be the caller, who mixed up a day. */
function fitsBest(one: Weighed, left: readonly Weighed[]): boolean {
  return left.every(({ similarity }) => similarity <= one.similarity);
}

function fulfils(proofs: ReadonlySet<Proof>, rule: ProofRule): boolean {
  return rule.some((way) => way.length > 0 && way.every((proof) => proofs.has(proof)));
}

/** The next question on a way of which nothing was tried in vain yet. */
function byMissing(claim: IdentityClaim, one: Weighed, rule: ProofRule): IdentityQuestion | null {
  const open = rule
    .map((way) => way.filter((proof) => !one.proofs.has(proof)))
    .filter((missing) => missing.every((proof) => byRule(claim, [[proof]]) !== null));
  return byRule(claim, open);
}

function verified(
  { candidate, proofs }: Weighed,
  level: 'read' | 'change',
  toChange: IdentityQuestion | null,
): Identity {
  return {
    kind: 'verified',
    applicantId: candidate.applicantId,
    level,
    proofs: PROOFS.filter((proof) => proofs.has(proof)),
    toChange,
  };
}
