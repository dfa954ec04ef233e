import { type RawBuilder, sql } from 'kysely';
import type { StoreContext } from './context.ts';
import type { Person } from './person-ports.ts';

/** Characters. Shorter codes and names are found in anybody's words. */
const SHORTEST_CODE = 4;
const SHORTEST_NAME = 3;

const HIRAGANA = chars(0x3041, 0x3096);
const KATAKANA = chars(0x30a1, 0x30f6);
const WIDE_DIGITS = chars(0xff10, 0xff19);
/** Written within names and numbers or not. */
const SEPARATORS = ' 　-‐‑–−－・';

/** The pattern of `like` that each names the person: identifiers, and the name if nobody else has it. */
export async function wordsThatName(context: StoreContext, person: Person): Promise<string[]> {
  const { applicant, numbers } = person;
  const words = numbers.flatMap((number) => [number, national(number)]);
  if (applicant !== null) {
    words.push(applicant.applicantId);
    if (applicant.email !== null) words.push(applicant.email);
    for (const code of [applicant.reservationCode, applicant.externalId])
      if (code !== null && code.length >= SHORTEST_CODE) words.push(code);
    words.push(...(await namesOfNobodyElse(context, applicant)));
  }
  return [...new Set(words.flatMap((word) => [plain(word), escaped(word)]))].map(
    (word) => `%${word.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`,
  );
}

/** The text of a column in the form in which `wordsThatName` are written. */
export function plainSql(column: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`translate(lower(${column}), ${HIRAGANA + WIDE_DIGITS + SEPARATORS}, ${KATAKANA + '0123456789'})`;
}

function plain(text: string): string {
  const from = HIRAGANA + WIDE_DIGITS;
  const to = `${KATAKANA}0123456789`;
  return Array.from(text.toLowerCase())
    .filter((char) => !SEPARATORS.includes(char))
    .map((char) => to[from.indexOf(char)] ?? char)
    .join('');
}

/** The word as a model may write it in JSON: \u and four hex digits for what is not ASCII. */
function escaped(text: string): string {
  return plain(text).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function namesOfNobodyElse(
  context: StoreContext,
  { applicantId, name }: NonNullable<Person['applicant']>,
): Promise<string[]> {
  const names = [name.full, name.fullKana]
    .filter((word) => word !== null)
    .filter((word) => plain(word).length >= SHORTEST_NAME);
  return context.run('person.names', async () => {
    const free: string[] = [];
    for (const word of names) {
      const { rows } = await sql`
        select 1 from applicants where applicant_id <> ${applicantId}
          and (${plainSql(sql`full_name`)} = ${plain(word)} or ${plainSql(sql`full_kana`)} = ${plain(word)})
        limit 1`.execute(context.db);
      if (rows.length === 0) free.push(word);
    }
    return free;
  });
}

/** Japanese numbers are said without the country's code. */
function national(e164: string): string {
  return e164.replace(/^\+81/, '0');
}

function chars(first: number, last: number): string {
  return String.fromCharCode(...Array.from({ length: last - first + 1 }, (_, index) => first + index));
}
