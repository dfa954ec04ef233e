import { type ApplicantData, codeWithoutZeros, hasLostZeros, reservationCodeKey } from './applicant.ts';
import type { KnownPerson, RowRefusal } from './roster-plan.ts';
import { searchKey } from './search-key.ts';

/** Who a row is about: a known person, nobody known, or a reason why that cannot be told. */
export type Match = { readonly person: KnownPerson | null } | { readonly refusal: RowRefusal };

/**
 * Finds out who rows are about: by the id of their source, then by reservation code (without its zeros, which spreadsheets
 * eat, together with the name), then by name together with a telephone number or an e-mail address. A row that agrees by name and telephone but carries another id of the same
 * source is another person.
 */
export class KnownPeople {
  readonly #index = new Map<string, Set<KnownPerson>>();
  /** Keys and people that rows have been about. */
  readonly #claimed = new Set<string | KnownPerson>();

  constructor(people: readonly KnownPerson[]) {
    for (const person of people) {
      for (const key of [...allKeys(person.applicant), ...bareCodeKeys(person.applicant)]) {
        const found = this.#index.get(key);
        if (found === undefined) this.#index.set(key, new Set([person]));
        else found.add(person);
      }
    }
  }

  /** Finds who a row is about, who then is spoken for: a second row about the same person is refused. */
  claim(row: ApplicantData): Match {
    const match = this.#find(row);
    if ('refusal' in match) return match;
    const { person } = match;
    const keys = strongKeys(row);
    const own = keys.length > 0 ? keys : weakKeys(row);
    if ((person !== null && this.#claimed.has(person)) || own.some((key) => this.#claimed.has(key)))
      return { refusal: 'duplicate_row' };
    if (person !== null) this.#claimed.add(person);
    for (const key of own) this.#claimed.add(key);
    return match;
  }

  #find(row: ApplicantData): Match {
    const byId = this.#people(externalKeys(row))[0] ?? null;
    const byCode = this.#byEatenCode(row, byId) ?? this.#people(codeKeys(row))[0] ?? null;
    if (byCode !== null && byCode !== byId && (byId !== null || isOther(byCode.applicant, row)))
      return { refusal: 'code_taken' };
    const certain = byId ?? byCode;
    if (certain !== null) return { person: certain };
    const alike = this.#people(weakKeys(row)).filter((person) => !isOther(person.applicant, row));
    return alike.length > 1 ? { refusal: 'ambiguous' } : { person: alike[0] ?? null };
  }

  /** Whose code the row's is, but for zeros at its beginning: the one with its id, else the only one of its name. */
  #byEatenCode(row: ApplicantData, byId: KnownPerson | null): KnownPerson | null {
    const code = reservationCodeKey(row.reservationCode ?? '');
    const eaten = this.#people(bareCodeKeys(row)).filter(({ applicant }) =>
      hasLostZeros(code, applicant.reservationCode ?? ''),
    );
    if (byId !== null) return eaten.includes(byId) ? byId : null;
    if (this.#people(codeKeys(row)).some(({ applicant }) => isNamesake(applicant, row))) return null;
    const [one = null, ...more] = eaten.filter(
      ({ applicant }) => isNamesake(applicant, row) && !isOther(applicant, row),
    );
    return more.length > 0 ? null : one;
  }

  #people(keys: readonly string[]): KnownPerson[] {
    return [...new Set(keys.flatMap((key) => [...(this.#index.get(key) ?? [])]))];
  }
}

/** Two people for certain: the same source gave them different ids, or they have different reservation codes. */
function isOther(known: ApplicantData, row: ApplicantData): boolean {
  const sameSource = known.source === row.source && known.externalId !== null && row.externalId !== null;
  if (sameSource) return known.externalId !== row.externalId;
  const [one, other] = [known, row].map((data) => bareCodeKeys(data)[0] ?? codeKeys(data)[0]);
  return one !== undefined && other !== undefined && one !== other;
}

function allKeys(data: ApplicantData): string[] {
  return [...strongKeys(data), ...weakKeys(data)];
}

function strongKeys(data: ApplicantData): string[] {
  return [...externalKeys(data), ...codeKeys(data)];
}

function externalKeys({ source, externalId }: ApplicantData): string[] {
  return externalId === null ? [] : [JSON.stringify(['id', source, externalId])];
}

function codeKeys({ reservationCode }: ApplicantData): string[] {
  return reservationCode === null ? [] : [JSON.stringify(['code', reservationCodeKey(reservationCode)])];
}

function bareCodeKeys({ reservationCode }: ApplicantData): string[] {
  const bare = codeWithoutZeros(reservationCode ?? '');
  return bare === null ? [] : [JSON.stringify(['bare code', bare])];
}

function namesOf({ name }: ApplicantData): string[] {
  const kana = searchKey(name.fullKana ?? '');
  return [name.full.normalize('NFKC').replace(/\s/gu, ''), ...(kana === '' ? [] : [kana])];
}

function isNamesake(one: ApplicantData, other: ApplicantData): boolean {
  const names = namesOf(other);
  return namesOf(one).some((name) => names.includes(name));
}

function weakKeys(data: ApplicantData): string[] {
  const { phones, email } = data;
  const addresses = [...phones, ...(email === null ? [] : [email.toLowerCase()])];
  return namesOf(data).flatMap((one) => addresses.map((address) => JSON.stringify(['at', one, address])));
}
