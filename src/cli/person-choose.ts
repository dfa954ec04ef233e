import { maskPhoneNumber, normalisePhoneNumber } from '../briefing/phone-number.ts';
import type { Person, PersonQuery, PersonStore } from '../store/person-ports.ts';
import { OperatorError, UsageError } from './program.ts';

/** Options that name a person. */
export const WHO_OPTIONS = {
  phone: { type: 'string' },
  id: { type: 'string' },
  code: { type: 'string' },
  'external-id': { type: 'string' },
  source: { type: 'string' },
  shared: { type: 'boolean', default: false },
} as const;

/** The same for a help text. */
export const WHO_HELP = `  --phone NUMBER       a telephone number, as anybody writes it; also of people who are on no list
  --code CODE          reservation code (受付番号)
  --external-id ID     id in the system the applicant comes from; --source NAME when several have it
  --id ID              id in Denwaban
  --shared             also calls that may be about somebody else: from a number that several
                       applicants have, or in which another applicant's attendance was changed`;

interface Who {
  readonly phone?: string | undefined;
  readonly id?: string | undefined;
  readonly code?: string | undefined;
  readonly 'external-id'?: string | undefined;
  readonly source?: string | undefined;
}

/**
 * What the options ask for.
 *
 * @throws UsageError unless exactly one of them names a person
 */
export function readWho(who: Who): PersonQuery {
  const given = [who.phone, who.id, who.code, who['external-id']].filter((value) => value !== undefined);
  if (given.length !== 1 || given[0] === '')
    throw new UsageError('Name the person by one of --phone, --code, --external-id and --id.');
  if (who.id !== undefined) return { by: 'id', applicantId: who.id };
  if (who.code !== undefined) return { by: 'code', code: who.code };
  if (who['external-id'] !== undefined)
    return { by: 'externalId', externalId: who['external-id'], source: who.source ?? null };
  const phone = normalisePhoneNumber(who.phone ?? '');
  if (phone === null) throw new UsageError('--phone: that is no complete telephone number.');
  return { by: 'phone', phone };
}

/**
 * The one person who is meant.
 *
 * @throws OperatorError when there is none, or several: these are listed without what others should not see
 */
export async function choosePerson(people: PersonStore, query: PersonQuery): Promise<Person> {
  const found = await people.find(query);
  const [only, ...more] = found;
  if (only === undefined)
    throw new OperatorError('Nothing is stored about such a person. Check the number, code or id.');
  if (more.length > 0)
    throw new OperatorError(
      `That is true of ${found.length} people; nothing was done. Name one with --id:\n${found.map(masked).join('\n')}`,
    );
  return only;
}

/** Enough to tell people apart by who knows them, and no more. */
export function masked({ applicant, numbers }: Person): string {
  const known =
    applicant === null ? '(on no list)' : `${applicant.applicantId}  ${hidden(applicant.name.full)}`;
  return `  ${[known, ...numbers.map(maskPhoneNumber)].join('  ')}`;
}

function hidden(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  return `${first}${'●'.repeat(Math.max(1, rest.length))}`;
}
