import Type, { type Static } from 'typebox';
import { reservationCodeKey, type Applicant, type ApplicantData } from '../briefing/applicant.ts';
import { isKana, toKatakana } from '../briefing/kana.ts';
import { normalisePhoneNumber } from '../briefing/phone-number.ts';
import { ApiProblem } from './problem.ts';
import { Id, Line, orNull } from './shapes.ts';

/** Telephones of one person. */
const MAX_PHONES = 5;
/** The longest address that mail knows. */
const MAX_EMAIL = 254;

const Phone = Type.String({ minLength: 3, maxLength: 64, description: 'As people write it, or E.164.' });
/** One sign, a name and a dot: enough to notice that fields were mixed up. */
const Email = Type.String({
  maxLength: MAX_EMAIL,
  pattern: '^[^\\s@<>,;"]+@[^\\s@<>,;"]+\\.[^\\s@<>,;".]+$',
});

const fields = {
  full_name: Line,
  family_name: orNull(Line),
  given_name: orNull(Line),
  full_kana: orNull(Line),
  family_kana: orNull(Line),
  given_kana: orNull(Line),
  university: orNull(Line),
  faculty: orNull(Line),
  phones: Type.Array(Phone, { maxItems: MAX_PHONES }),
  email: orNull(Email),
  source: Type.String({
    minLength: 1,
    maxLength: 50,
    description: 'System that the applicant comes from; `external_id` is unique in it.',
  }),
  external_id: orNull(Id),
  reservation_code: orNull(Id),
};

/** An applicant as the API shows it. */
export const ApplicantSchema = Type.Object(
  { applicant_id: Id, version: Type.Integer(), ...fields },
  { $id: 'Applicant', additionalProperties: false },
);

/** What a new applicant needs. */
export const NewApplicant = Type.Object(
  { ...Type.Partial(Type.Object(fields)).properties, full_name: Line },
  { additionalProperties: false },
);

/** Fields of an applicant to be changed; absent ones stay. */
export const ApplicantChange = Type.Partial(Type.Object(fields), {
  additionalProperties: false,
  minProperties: 1,
});

/** Who is looked for. It stands in a body: names and numbers have no place in an address. */
export const ApplicantSearch = Type.Object(
  {
    phone: Type.Optional(Phone),
    kana: Type.Optional(Line),
    university: Type.Optional(Line),
    reservation_code: Type.Optional(Id),
    external_id: Type.Optional(Type.Object({ source: Line, id: Id }, { additionalProperties: false })),
    briefing_id: Type.Optional(Id),
    slot_id: Type.Optional(Id),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description:
      'One of phone, reservation_code and external_id finds exactly; else the others together find by likeness.',
  },
);

export function applicantView(applicant: Applicant): Static<typeof ApplicantSchema> {
  return { applicant_id: applicant.applicantId, version: applicant.version, ...dataView(applicant) };
}

function dataView({ name, ...data }: ApplicantData) {
  return {
    full_name: name.full,
    family_name: name.family,
    given_name: name.given,
    full_kana: name.fullKana,
    family_kana: name.familyKana,
    given_kana: name.givenKana,
    university: data.university,
    faculty: data.faculty,
    phones: [...data.phones],
    email: data.email,
    source: data.source,
    external_id: data.externalId,
    reservation_code: data.reservationCode,
  };
}

/** Nothing is known. */
const NOBODY: ApplicantData = {
  name: { full: '', family: null, given: null, fullKana: null, familyKana: null, givenKana: null },
  university: null,
  faculty: null,
  phones: [],
  email: null,
  source: 'api',
  externalId: null,
  reservationCode: null,
};

/**
 * An applicant's data with the fields that were sent: kana as katakana, numbers in E.164.
 *
 * @param standing null: a new applicant
 * @throws ApiProblem naming the field
 */
export function changedApplicant(
  standing: ApplicantData | null,
  change: Static<typeof ApplicantChange>,
): ApplicantData {
  const next = { ...dataView(standing ?? NOBODY), ...change };
  return {
    name: {
      full: next.full_name,
      family: next.family_name,
      given: next.given_name,
      fullKana: readKana(next.full_kana, 'full_kana'),
      familyKana: readKana(next.family_kana, 'family_kana'),
      givenKana: readKana(next.given_kana, 'given_kana'),
    },
    university: next.university,
    faculty: next.faculty,
    phones: [...new Set(next.phones.map((phone, index) => readPhone(phone, `phones/${index}`)))],
    email: next.email,
    source: next.source,
    externalId: next.external_id,
    reservationCode: readCode(next.reservation_code),
  };
}

/** @throws ApiProblem when it is not one complete number */
export function readPhone(text: string, field: string): string {
  const number = normalisePhoneNumber(text);
  if (number !== null) return number;
  throw wrong(field, 'is not one complete telephone number');
}

/** A code of nothing but spaces and hyphens would be the same as any other such code. */
function readCode(code: string | null): string | null {
  if (code === null || reservationCodeKey(code) !== '') return code;
  throw wrong('reservation_code', 'holds no letter or digit');
}

function readKana(text: string | null, field: string): string | null {
  if (text === null) return null;
  if (!isKana(text)) throw wrong(field, 'is not written in kana');
  return toKatakana(text);
}

function wrong(field: string, detail: string): ApiProblem {
  return new ApiProblem('invalid_request', { errors: [{ pointer: `/body/${field}`, detail }] });
}
