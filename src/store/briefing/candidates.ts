import { type Selectable, sql } from 'kysely';
import { searchKey } from '../../briefing/search-key.ts';
import type { Candidate, CandidateQuery } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storableOrNull } from '../text.ts';
import { toApplicant } from './rows.ts';
import type { ApplicantsTable } from './tables.ts';

/** Most candidates of one search. */
const MAX_CANDIDATES = 100;

/** Names less alike than this are not candidates. Low: half of a short name may be misheard. */
const LEAST_LIKENESS = 0.2;

/** Kana at the beginning of the name that candidates must share where likeness is not to be had. */
const PREFIX_KANA = 2;

/** Finds applicants by what a caller said about themselves. */
export async function findCandidates(context: StoreContext, query: CandidateQuery): Promise<Candidate[]> {
  const key = query.kana === null ? null : searchKey(query.kana);
  // A name that holds no kana was asked for and can be nobody's.
  if (key === '') return [];
  const limit = Math.min(MAX_CANDIDATES, Math.max(1, Math.trunc(query.limit) || 1));
  const university = storableOrNull(query.university?.normalize('NFKC') ?? null);
  const registered = query.briefingId !== null || query.slotId !== null;
  return context.run('findCandidates', async () => {
    const score = await scoring(context, key);
    const { rows } = await sql<Selectable<ApplicantsTable> & { score: number }>`
      select * from (
        select applicants.*, (${score})::float8 as score from applicants
        where (${university}::text is null
            or strpos(normalize(applicants.university, NFKC), ${university}::text) > 0)
          and (not ${registered}::boolean or exists (
            select 1 from registrations
            where registrations.applicant_id = applicants.applicant_id
              and registrations.briefing_id = coalesce(${storableOrNull(query.briefingId)}::text, briefing_id)
              and registrations.slot_id = coalesce(${storableOrNull(query.slotId)}::text, slot_id)))
      ) scored
      where score >= ${LEAST_LIKENESS}
      order by score desc, kana_key, applicant_id
      limit ${limit}`.execute(context.db);
    return rows.map((row) => ({ applicant: toApplicant(row), score: row.score }));
  });
}

/** The likeness of a name as an expression: by trigrams where the extension is, else by what the names share. */
async function scoring(context: StoreContext, key: string | null): Promise<ReturnType<typeof sql>> {
  if (key === null) return sql`1`;
  const parts = sql`case
    when kana_key = ${key} then 1
    when starts_with(kana_key, ${key}) or (kana_key <> '' and starts_with(${key}, kana_key)) then 0.8
    when strpos(kana_key, ${key}) > 0 then 0.6
    when starts_with(kana_key, ${key.slice(0, PREFIX_KANA)}) then 0.3
    else 0 end`;
  if (!(await hasTrigrams(context))) return parts;
  // A family name alone shares few trigrams with the full name: the likest part of the name counts as well.
  return sql`greatest(similarity(kana_key, ${key}), 0.9 * word_similarity(${key}, kana_key), ${parts})`;
}

async function hasTrigrams(context: StoreContext): Promise<boolean> {
  const { rows } = await sql<{ installed: boolean }>`
    select to_regproc('word_similarity') is not null as installed`.execute(context.db);
  return rows[0]?.installed === true;
}
