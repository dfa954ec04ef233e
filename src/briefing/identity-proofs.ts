import { sameKeyedCode, sameReservationCode } from './identity-code.ts';
import { sameUniversity } from './identity-university.ts';
import { matchName, nameParts } from './name.ts';
import type { Day } from './spoken-calendar.ts';

/** What a caller said of themselves. Empty and unreadable fields count as not said. */
export interface IdentityClaim {
  /** Name in kana, in any order and width. */
  readonly kanaName?: string;
  readonly university?: string;
  /** As it was spoken or typed. */
  readonly reservationCode?: string;
  /** Digits of the reservation code as they were pressed on the telephone. */
  readonly keyedCode?: string;
  /** The day of the briefing that the caller says to have booked. */
  readonly slotDate?: Day;
  /** E.164 of the calling line. Anybody can forge it. */
  readonly callerNumber?: string;
}

/** Somebody on the roster who may be calling. */
export interface IdentityCandidate {
  readonly applicantId: string;
  /** Full names in kana; several where people are called by several. */
  readonly kanaNames: readonly string[];
  readonly university: string | null;
  /** E.164. */
  readonly phones: readonly string[];
  readonly reservationCode: string | null;
  readonly slotDates: readonly Day[];
}

/** One thing that speaks for a caller being who they say. */
export type Proof = 'name' | 'university' | 'slot_date' | 'reservation_code' | 'caller_number';

/** Proofs in the order in which they are named and asked for. */
export const PROOFS: readonly Proof[] = [
  'name',
  'university',
  'slot_date',
  'reservation_code',
  'caller_number',
];

/** The least similarity of names that is one name over the telephone; below it lie other people's names. */
export const SAME_NAME = 0.82;

/** A candidate whom nothing that was said rules out. */
export interface Weighed {
  readonly candidate: IdentityCandidate;
  readonly proofs: ReadonlySet<Proof>;
  /** From 0 to 1; 0 when no name was said. */
  readonly similarity: number;
  /** Whether only the family or the given name was said. */
  readonly partial: boolean;
}

/** The claim without what says nothing. */
export function saidIn(claim: IdentityClaim): IdentityClaim {
  const { kanaName, university, reservationCode, keyedCode, slotDate, callerNumber } = claim;
  return {
    ...(kanaName !== undefined && nameParts(kanaName).length > 0 ? { kanaName } : {}),
    ...(isText(university) ? { university } : {}),
    ...(isText(reservationCode) ? { reservationCode } : {}),
    ...(isText(keyedCode) ? { keyedCode } : {}),
    ...(isText(slotDate) ? { slotDate } : {}),
    ...(isText(callerNumber) ? { callerNumber } : {}),
  };
}

/**
 * What speaks for a candidate, or null when something speaks against: another name, another university, a code that is not
 * theirs. A day or a number that differs speaks neither way: days are mixed up and telephones are lent.
 */
export function weigh(claim: IdentityClaim, candidate: IdentityCandidate): Weighed | null {
  const proofs = new Set<Proof>();
  const { kanaName, university, reservationCode, keyedCode, slotDate, callerNumber } = claim;

  if (reservationCode !== undefined) {
    if (!sameReservationCode(reservationCode, candidate.reservationCode)) return null;
    proofs.add('reservation_code');
  }
  if (keyedCode !== undefined) {
    if (!sameKeyedCode(keyedCode, candidate.reservationCode)) return null;
    proofs.add('reservation_code');
  }
  if (university !== undefined && candidate.university !== null) {
    const same = sameUniversity(university, candidate.university);
    if (same === false) return null;
    if (same === true) proofs.add('university');
  }
  if (slotDate !== undefined && candidate.slotDates.includes(slotDate)) proofs.add('slot_date');
  if (callerNumber !== undefined && candidate.phones.includes(callerNumber)) proofs.add('caller_number');
  if (kanaName === undefined) return { candidate, proofs, similarity: 0, partial: false };

  const name = bestName(kanaName, candidate.kanaNames);
  if (name.similarity < SAME_NAME) return null;
  if (name.extent === 'full') proofs.add('name');
  return { candidate, proofs, similarity: name.similarity, partial: name.extent === 'part' };
}

function bestName(said: string, names: readonly string[]): ReturnType<typeof matchName> {
  return names
    .map((name) => matchName(said, name))
    .reduce((best, match) => (match.similarity > best.similarity ? match : best), {
      extent: 'full',
      similarity: 0,
    });
}

function isText(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}
