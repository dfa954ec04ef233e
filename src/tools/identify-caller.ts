import Type, { type Static } from 'typebox';
import type { Applicant } from '../briefing/applicant.ts';
import { identify, type Identity, type IdentityPolicy } from '../briefing/identity.ts';
import type { IdentityCandidate, IdentityClaim } from '../briefing/identity-proofs.ts';
import type { IdentityQuestion } from '../briefing/identity-question.ts';
import { tokyoTime } from '../briefing/spoken-calendar.ts';
import { parseSpokenCode } from '../briefing/spoken-digits.ts';
import type { BriefingStore } from '../store/briefing-ports.ts';
import type { IdentityTries } from '../store/ports.ts';
import type { Tool, ToolContext, ToolOutcome } from './tool.ts';

const parameters = Type.Object(
  {
    kana_name: Type.Optional(
      Type.String({
        maxLength: 60,
        description: 'Full name in katakana, family name first, as the caller said it.',
      }),
    ),
    university: Type.Optional(Type.String({ maxLength: 60, description: 'Name of the university as said.' })),
    reservation_code: Type.Optional(
      Type.String({ maxLength: 60, description: 'Reservation code as said or keyed in.' }),
    ),
    briefing_date: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
        description: 'Day of the reserved briefing, YYYY-MM-DD.',
      }),
    ),
  },
  { additionalProperties: false },
);

type Arguments = Static<typeof parameters>;

export interface IdentifyCallerParts {
  readonly briefings: BriefingStore;
  readonly tries: IdentityTries;
  readonly policy: IdentityPolicy;
}

/** Claims that named nobody, per call: guessing has to be slower than calling the team. */
const MAX_TRIES_PER_CALL = 3;
/** Per calling number and day. */
const MAX_TRIES_PER_DAY = 5;
/** Candidates looked at: more people of one name are told apart by the reservation code. */
const MAX_CANDIDATES = 30;

const QUESTIONS: Readonly<Record<IdentityQuestion, string>> = {
  full_name: '恐れ入りますが、お名前をフルネームでお願いできますでしょうか。',
  university: '恐れ入りますが、大学名をお願いできますでしょうか。',
  slot_date: 'お申し込みの説明会の日にちをお願いできますでしょうか。',
  reservation_code: '恐れ入りますが、予約番号をお願いできますでしょうか。お電話のボタンでも承ります。',
};

/**
 * Finds out who is calling, from the roster alone. What the caller said is kept over several calls of the tool; the
 * answer is a verdict or one question, never anything about a person who is not proven to be on the line.
 */
export function identifyCaller(parts: IdentifyCallerParts): Tool<typeof parameters> {
  return {
    name: 'identify_caller',
    description:
      'Identify the caller with what they said of themselves. Pass what is new. It answers verified, or the one question to ask next, or that nobody was found.',
    parameters,
    effect: 'write',
    run: async (args, context) => {
      if (await isLocked(parts, context)) return locked();
      const claim = remember(context, args);
      const identity = identify(claim, await candidatesFor(parts.briefings, claim), parts.policy);
      return answer(parts, identity, context);
    },
  };
}

async function answer(
  parts: IdentifyCallerParts,
  identity: Identity,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { callCase } = context;
  switch (identity.kind) {
    case 'verified': {
      const { applicantId, level, toChange } = identity;
      callCase.verified = { applicantId, level };
      const next = toChange === null ? null : QUESTIONS[toChange];
      return {
        status: 'ok',
        output:
          level === 'change'
            ? { ok: true, status: 'verified', may_change: true }
            : { ok: true, status: 'verified', may_change: false, to_change_ask: next },
      };
    }
    case 'ask':
      return { status: 'ok', output: { ok: false, status: 'ask', question: QUESTIONS[identity.question] } };
    case 'not_found': {
      callCase.wrongTries += 1;
      callCase.claim = {};
      if (context.callerNumber !== null) await parts.tries.add(context.callerNumber, dayOf(context));
      return (await isLocked(parts, context)) ? locked() : notFound();
    }
  }
}

async function isLocked(parts: IdentifyCallerParts, context: ToolContext): Promise<boolean> {
  if (context.callCase.wrongTries >= MAX_TRIES_PER_CALL) return true;
  if (context.callerNumber === null) return false;
  return (await parts.tries.count(context.callerNumber, dayOf(context))) >= MAX_TRIES_PER_DAY;
}

/** An unknown person and a wrong code sound the same. */
function notFound(): ToolOutcome {
  return {
    status: 'refused',
    output: {
      ok: false,
      status: 'not_found',
      hint: 'Say that it could not be confirmed. Ask once more for the full name and the reservation code, or take a message.',
    },
  };
}

function locked(): ToolOutcome {
  return {
    status: 'refused',
    output: {
      ok: false,
      status: 'not_found',
      hint: 'Say that it could not be confirmed, and take a message.',
    },
  };
}

/** What the caller said so far; a new word replaces the old one. */
function remember(context: ToolContext, args: Arguments): IdentityClaim {
  const { callCase, callerNumber } = context;
  callCase.claim = {
    ...callCase.claim,
    ...(args.kana_name === undefined ? {} : { kanaName: args.kana_name }),
    ...(args.university === undefined ? {} : { university: args.university }),
    ...(args.reservation_code === undefined ? {} : { reservationCode: args.reservation_code }),
    ...(args.briefing_date === undefined ? {} : { slotDate: args.briefing_date }),
    ...(callerNumber === null ? {} : { callerNumber }),
  };
  return callCase.claim;
}

/** Everybody whom the claim may mean: by code, by number, by name. */
async function candidatesFor(briefings: BriefingStore, claim: IdentityClaim): Promise<IdentityCandidate[]> {
  const code = claim.reservationCode === undefined ? null : parseSpokenCode(claim.reservationCode);
  const [byCode, byPhone, byName] = await Promise.all([
    code === null ? null : briefings.findApplicantByReservationCode(code),
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
  for (const person of [
    ...(byCode === null ? [] : [byCode]),
    ...byPhone,
    ...byName.map(({ applicant }) => applicant),
  ]) {
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

function dayOf(context: ToolContext): string {
  return tokyoTime(context.clock.now()).day;
}
