import { type RawBuilder, type Selectable, sql } from 'kysely';
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

/**
 * What the index of likenesses is asked for: whole names that are this alike, and parts of names, whose likeness counts a
 * little less. Everything that reaches `LEAST_LIKENESS` is among it.
 */
const LEAST_SIMILARITY = LEAST_LIKENESS;
const PART_WEIGHT = 0.9;
const LEAST_PART_SIMILARITY = 0.22;

/** Kana at the beginning of the name that candidates must share where likeness is not to be had. */
const PREFIX_KANA = 2;

/** Signs of a trigram. */
const TRIGRAM = 3;

/** The sign that follows the last one of a search key: what begins with a key lies before the key and it. */
const AFTER_KANA = 'ヷ';

/**
 * Finds applicants by what a caller said about themselves. Whole only inside a transaction: it sets what the index goes by.
 */
export async function findCandidates(context: StoreContext, query: CandidateQuery): Promise<Candidate[]> {
  const key = query.kana === null ? null : searchKey(query.kana);
  // A name that holds no kana was asked for and can be nobody's.
  if (key === '') return [];
  const limit = Math.min(MAX_CANDIDATES, Math.max(1, Math.trunc(query.limit) || 1));
  const university = storableOrNull(query.university?.normalize('NFKC') ?? null);
  const registered = query.briefingId !== null || query.slotId !== null;
  return context.run('findCandidates', async () => {
    const { alike, score } = await comparison(context, key);
    const { rows } = await sql<Selectable<ApplicantsTable> & { score: number }>`
      select * from (
        select applicants.*, (${score})::float8 as score from applicants
        where (${alike})
          and (${university}::text is null
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

interface Comparison {
  /** Who may be alike enough, by the indexes: without it the likeness of everybody on the roster would be worked out. */
  readonly alike: RawBuilder<unknown>;
  /** How alike they are. */
  readonly score: RawBuilder<unknown>;
}

/** How a name is compared: by trigrams where the extension is, else by what the names share. */
async function comparison(context: StoreContext, key: string | null): Promise<Comparison> {
  if (key === null) return { alike: sql`true`, score: sql`1` };
  const parts = sql`case
    when kana_key = ${key} then 1
    when starts_with(kana_key, ${key}) or (kana_key <> '' and starts_with(${key}, kana_key)) then 0.8
    when strpos(kana_key, ${key}) > 0 then 0.6
    when starts_with(kana_key, ${key.slice(0, PREFIX_KANA)}) then 0.3
    else 0 end`;
  const shares = sql`${beginsWith(key.slice(0, PREFIX_KANA))} or kana_key collate "C" = any(${beginningsOf(key)}::text[])
    or kana_key like ${`%${key}%`}`;
  if (!(await prepareTrigrams(context, key))) return { alike: shares, score: parts };
  // A family name alone shares few trigrams with the full name: the likest part of the name counts as well.
  const score = sql`greatest(similarity(kana_key, ${key}), ${sql.lit(PART_WEIGHT)} * word_similarity(${key}, kana_key),
    ${parts})`;
  return {
    alike: key.length < TRIGRAM ? shortAlike(key) : sql`kana_key % ${key} or kana_key %> ${key} or ${shares}`,
    score,
  };
}

/**
 * A name of one or two kana has no trigram but at its ends: whoever shares one begins with the same kana or holds the
 * name. Where it stands within a name no index tells, so that all names are looked at, but only for the two signs.
 */
function shortAlike(key: string): RawBuilder<unknown> {
  return sql`${beginsWith(key.slice(0, 1))} or kana_key like ${`%${key}%`}`;
}

function beginsWith(kana: string): RawBuilder<unknown> {
  return sql`(kana_key collate "C" >= ${kana} and kana_key collate "C" < ${`${kana}${AFTER_KANA}`})`;
}

function beginningsOf(key: string): string[] {
  return Array.from(key, (_, index) => key.slice(0, index + 1));
}

/** Whether there are trigrams. Sets, for this transaction, what their index goes by. */
async function prepareTrigrams(context: StoreContext, key: string): Promise<boolean> {
  // To the planner a comparison of names is as cheap as one of numbers: it would read small rosters whole, slowly.
  const settings = sql`, set_config('pg_trgm.similarity_threshold', ${String(LEAST_SIMILARITY)}, true),
      set_config('pg_trgm.word_similarity_threshold', ${String(LEAST_PART_SIMILARITY)}, true),
      set_config('enable_seqscan', case when to_regclass('applicants_kana_likeness') is null
        then current_setting('enable_seqscan') else 'off' end, true)`;
  const { rows } = await sql<{ installed: boolean }>`
    select to_regproc('word_similarity') is not null as installed
      ${key.length < TRIGRAM ? sql`` : settings}`.execute(context.db);
  return rows[0]?.installed === true;
}
