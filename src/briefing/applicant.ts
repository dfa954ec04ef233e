/** A name in kanji and kana. The parts are null where the roster has the full name only. */
export interface ApplicantName {
  /** Full name as written, for example 山田 太郎. */
  readonly full: string;
  readonly family: string | null;
  readonly given: string | null;
  /** Full name in katakana or hiragana; null when the roster has none: such a person is not found by a spoken name. */
  readonly fullKana: string | null;
  readonly familyKana: string | null;
  readonly givenKana: string | null;
}

/** What the team knows of an applicant, without the identity that the store gives. */
export interface ApplicantData {
  readonly name: ApplicantName;
  readonly university: string | null;
  readonly faculty: string | null;
  /** E.164, the most usual first. */
  readonly phones: readonly string[];
  readonly email: string | null;
  /** The system that the applicant comes from, for example the name of the applicant tracking system. */
  readonly source: string;
  /** Id in that system; unique within the source. */
  readonly externalId: string | null;
  /** What the applicant was given to prove a reservation; unique. */
  readonly reservationCode: string | null;
}

/** Somebody who applies (応募者). */
export interface Applicant extends ApplicantData {
  readonly applicantId: string;
  /** Raised by every change of the data. */
  readonly version: number;
}

/**
 * A reservation code as it is stored and compared: NFKC, upper case, without spaces and hyphens, so that it does
 * not matter how it was typed or read out.
 */
export function reservationCodeKey(code: string): string {
  return code
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-‐‑‒–—―−ー_]/gu, '');
}

/** A code of digits without the zeros at its beginning, which spreadsheets eat; null for any other code. */
export function codeWithoutZeros(code: string): string | null {
  return /^0*(\d+)$/u.exec(reservationCodeKey(code))?.[1] ?? null;
}

/** Whether a code is the whole one without zeros at its beginning. Both as `reservationCodeKey` writes them. */
export function hasLostZeros(code: string, whole: string): boolean {
  return /^\d+$/u.test(code) && code.length < whole.length && code.padStart(whole.length, '0') === whole;
}
