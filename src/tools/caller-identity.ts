import type { Applicant } from '../briefing/applicant.ts';
import { identify, type Identity, type IdentityPolicy } from '../briefing/identity.ts';
import type { IdentityCandidate, IdentityClaim } from '../briefing/identity-proofs.ts';
import { tokyoTime } from '../briefing/spoken-calendar.ts';
import type { BriefingStore } from '../store/briefing-ports.ts';
import type { AuditPayload } from '../store/audit-ports.ts';
import type { IdentityTries } from '../store/ports.ts';
import type { CallCase } from './call-case.ts';
import type { ToolTransact } from './settle.ts';
import type { ToolContext } from './tool.ts';

/** What proving who a caller is needs. */
export interface CallerIdentityParts {
  readonly briefings: BriefingStore;
  readonly transact: ToolTransact;
  readonly policy: IdentityPolicy;
  /** Of the scenario. Claims that may name nobody, per call; absent or null: MAX_TRIES_PER_CALL. */
  readonly limits?: { readonly identityTries: number | null };
}

/** What a caller says of themselves at once. The calling number comes from the line, never from here. */
export type Said = Omit<IdentityClaim, 'callerNumber'>;

/** What came of it. `locked`: no more claims are looked at in this call, or from this number today. */
export type CallerIdentity = Identity | { readonly kind: 'locked' };

/** The call on whose behalf an identity is proven. */
export type IdentityContext = Pick<ToolContext, 'callId' | 'callCase' | 'callerNumber' | 'clock'>;

/** Claims that named nobody, per call: guessing has to be slower than calling the team. */
export const MAX_TRIES_PER_CALL = 3;
/** Per calling number and day. */
const MAX_TRIES_PER_DAY = 5;
/** Candidates looked at: more people of one name are told apart by the reservation code. */
const MAX_CANDIDATES = 30;

/**
 * Proves who the caller is from the roster alone and remembers it in the case of the call, whether they spoke or pressed
 * keys. What was said before counts on; a claim that names nobody is forgotten and counted. The count and the row of
 * the audit are stored in one transaction, and only then is anybody told: on whatever node, no claim is judged beyond
 * the day's limit.
 */
export async function proveCaller(
  parts: CallerIdentityParts,
  said: Said,
  context: IdentityContext,
): Promise<CallerIdentity> {
  return inTurn(context.callCase, async () => prove(parts, said, context));
}

/** The last claim under way of each call. */
const underWay = new Map<CallCase, Promise<unknown>>();

/** One claim after the other in each call: claims made at the same moment must not all see the count before the first. */
async function inTurn<T>(key: CallCase, work: () => Promise<T>): Promise<T> {
  const before = underWay.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  underWay.set(key, mine);
  try {
    return await mine;
  } finally {
    if (underWay.get(key) === mine) underWay.delete(key);
  }
}

interface Judged {
  readonly identity: CallerIdentity;
  /** Whether it counts as a wrong try. */
  readonly wrong: boolean;
}

async function prove(
  parts: CallerIdentityParts,
  said: Said,
  context: IdentityContext,
): Promise<CallerIdentity> {
  const { callCase, callId, clock } = context;
  const claim = isLocked(parts, context) ? null : remember(context, said);
  const candidates = claim === null ? [] : await candidatesFor(parts.briefings, claim);
  const { identity, wrong } = await parts.transact(async ({ tries, audit }) => {
    const judge = (): CallerIdentity => identify(claim ?? {}, candidates, parts.policy);
    const judged =
      claim === null ? LOCKED : await judgeAndCount(tries, judge, said, context, triesPerCall(parts));
    const payload = auditOf(judged.identity);
    audit({ callId, at: clock.now(), actor: 'agent', kind: 'identity.judged', payload });
    return judged;
  });
  if (identity.kind === 'verified')
    callCase.verified = { applicantId: identity.applicantId, level: identity.level };
  if (wrong) {
    callCase.wrongTries += 1;
    // A code that was keyed in is a whole claim; what was said beside it stays.
    if (said.keyedCode === undefined || identity.kind !== 'ask') callCase.claim = {};
  }
  return identity;
}

const LOCKED: Judged = { identity: { kind: 'locked' }, wrong: false };

/** A try is taken before anything is looked at, and given back when it was none. */
async function judgeAndCount(
  tries: IdentityTries,
  judge: () => CallerIdentity,
  said: Said,
  context: IdentityContext,
  most: number,
): Promise<Judged> {
  const { callCase, callerNumber } = context;
  const day = dayOf(context);
  const taken = callerNumber === null ? 0 : await tries.take(callerNumber, day, MAX_TRIES_PER_DAY);
  if (taken === null) return LOCKED;
  const identity = judge();
  // A code that was keyed in is a whole claim: without counting it could be guessed by keys for ever.
  const wrong = identity.kind === 'not_found' || (identity.kind === 'ask' && said.keyedCode !== undefined);
  if (!wrong) {
    if (callerNumber !== null) await tries.giveBack(callerNumber, day);
    return { identity, wrong };
  }
  const isLast = callCase.wrongTries + 1 >= most || taken >= MAX_TRIES_PER_DAY;
  return { identity: isLast ? LOCKED.identity : identity, wrong };
}

function triesPerCall(parts: Pick<CallerIdentityParts, 'limits'>): number {
  return parts.limits?.identityTries ?? MAX_TRIES_PER_CALL;
}

/** Whether no more claims are looked at in this call. */
export function isLocked(
  parts: Pick<CallerIdentityParts, 'limits'>,
  { callCase }: Pick<IdentityContext, 'callCase'>,
): boolean {
  return callCase.wrongTries >= triesPerCall(parts);
}

/** A refusal has no data. */
function auditOf(identity: CallerIdentity): AuditPayload {
  return identity.kind === 'verified'
    ? { verdict: identity.kind, level: identity.level, applicant_id: identity.applicantId }
    : { verdict: identity.kind };
}

/** What the caller said so far; a new word replaces the old one, and so does a code however it is given. */
function remember(context: IdentityContext, said: Said): IdentityClaim {
  const { callCase, callerNumber } = context;
  const { reservationCode, keyedCode, ...before } = callCase.claim;
  const newCode = said.reservationCode !== undefined || said.keyedCode !== undefined;
  callCase.claim = {
    ...before,
    ...(newCode || reservationCode === undefined ? {} : { reservationCode }),
    ...(newCode || keyedCode === undefined ? {} : { keyedCode }),
    ...said,
    ...(callerNumber === null ? {} : { callerNumber }),
  };
  return callCase.claim;
}

/** Everybody whom the claim may mean: by code, by number, by name. */
async function candidatesFor(briefings: BriefingStore, claim: IdentityClaim): Promise<IdentityCandidate[]> {
  const code = claim.keyedCode ?? claim.reservationCode ?? null;
  const [byCode, byPhone, byName] = await Promise.all([
    code === null ? [] : briefings.findApplicantsBySpokenCode(code),
    claim.callerNumber === undefined ? [] : briefings.findApplicantsByPhone(claim.callerNumber),
    claim.kanaName === undefined
      ? []
      : briefings.findCandidates({
          kana: claim.kanaName,
          university: null,
          briefingId: null,
          slotId: null,
          limit: MAX_CANDIDATES,
        }),
  ]);
  const people = new Map<string, Applicant>();
  for (const person of [...byCode, ...byPhone, ...byName.map(({ applicant }) => applicant)]) {
    people.set(person.applicantId, person);
  }
  return Promise.all([...people.values()].map((person) => candidateOf(briefings, person)));
}

async function candidateOf(briefings: BriefingStore, person: Applicant): Promise<IdentityCandidate> {
  const registrations = await briefings.listRegistrations(person.applicantId);
  return {
    applicantId: person.applicantId,
    kanaNames: person.name.fullKana === null ? [] : [person.name.fullKana],
    university: person.university,
    phones: person.phones,
    reservationCode: person.reservationCode,
    slotDates: registrations.map(({ slot }) => tokyoTime(slot.startsAt).day),
  };
}

function dayOf({ clock }: IdentityContext): string {
  return tokyoTime(clock.now()).day;
}
