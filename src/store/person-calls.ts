import { type RawBuilder, sql } from 'kysely';
import type { StoreContext } from './context.ts';
import type { Person } from './person-ports.ts';
import { plainSql, wordsThatName } from './person-words.ts';

/** Calls searched for words in one statement: a server ends statements after a second. */
const PAGE_CALLS = 200;

/** Calls that a person's data is in. */
export interface CallsOfPerson {
  readonly own: readonly string[];
  /** They may be about somebody else: their registration was changed in it, or nothing but a shared number tells. */
  readonly shared: readonly string[];
}

interface Flags {
  readonly call_id: string;
  readonly proven: boolean;
  readonly others: boolean;
  readonly by_number: boolean;
}

/**
 * Finds the calls of a person: those that changed their registrations or sent them messages, those from and about their
 * numbers, and those in whose words they are named.
 */
export async function callsOfPerson(context: StoreContext, person: Person): Promise<CallsOfPerson> {
  const named = new Set(await callsThatName(context, await wordsThatName(context, person)));
  const applicantId = person.applicant?.applicantId ?? null;
  const numbers = sql`${[...person.numbers]}::text[]`;
  const flags = await context.run('person.calls', async () => {
    const { rows } = await sql<Flags>`
      with unshared as materialized (
        select phone from unnest(${numbers}) phone where not exists (
          select 1 from applicants a where a.phones @> array[phone] and a.applicant_id is distinct from ${applicantId}::text)
      ), evidence as materialized (
        ${evidence(numbers, applicantId, [...named])}
      )
      select c.call_id,
        exists (select 1 from ${concerned} where x.call_id = c.call_id and x.applicant_id = ${applicantId}::text) as proven,
        exists (select 1 from ${concerned} where x.call_id = c.call_id
          and x.applicant_id is distinct from ${applicantId}::text) as others,
        exists (select 1 from unshared where phone = c.caller_number
          union all select 1 from unshared, messages m where m.call_id = c.call_id and m.callback_number = phone
          union all select 1 from unshared, leads l join lead_contacts k using (lead_id)
            where k.call_id = c.call_id and l.phone = unshared.phone
        ) as by_number
      from calls c where c.call_id in (select call_id from evidence)
      order by c.claimed_at, c.call_id`.execute(context.db);
    return rows;
  });
  const isOwn = (row: Flags): boolean =>
    !row.others && (row.proven || row.by_number || named.has(row.call_id));
  return {
    own: flags.filter(isOwn).map((row) => row.call_id),
    shared: flags.filter((row) => !isOwn(row)).map((row) => row.call_id),
  };
}

/** Calls and the applicants whom they changed or wrote to, as `x`. */
const concerned: RawBuilder<unknown> = sql`(
  select e.call_id, g.applicant_id from registration_events e join registrations g using (registration_id)
  where e.call_id is not null
  union all
  select o.call_id, o.applicant_id from outbound_messages o where o.call_id is not null and o.applicant_id is not null
) x`;

function evidence(
  numbers: RawBuilder<unknown>,
  applicantId: string | null,
  named: readonly string[],
): RawBuilder<unknown> {
  return sql`select call_id from calls where caller_number = any(${numbers})
    union select x.call_id from ${concerned} where x.applicant_id = ${applicantId}::text
    union select call_id from messages where callback_number = any(${numbers})
    union select k.call_id from leads l join lead_contacts k using (lead_id) where l.phone = any(${numbers})
    union select unnest(${[...named]}::text[])`;
}

/** Calls in whose words one of the patterns occurs, page by page. */
async function callsThatName(context: StoreContext, patterns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const any = sql`like any(${[...patterns]}::text[])`;
  let after = '';
  for (;;) {
    const rows = await context.run('person.words', async () => {
      const result = await sql<{ call_id: string; hit: boolean }>`
        with page as materialized (
          select call_id from calls where content_erased_at is null and call_id collate "C" > ${after}
          order by call_id collate "C" limit ${PAGE_CALLS}
        )
        select page.call_id, exists (
          select 1 from turns r where r.call_id = page.call_id and ${plainSql(sql`r.text`)} ${any}
          union all
          select 1 from tool_calls r where r.call_id = page.call_id
            and (${plainSql(sql`r.arguments`)} ${any} or ${plainSql(sql`r.output`)} ${any})
          union all
          select 1 from messages r where r.call_id = page.call_id
            and ${plainSql(sql`concat_ws(' ', r.caller_name, r.callback_number, r.body)`)} ${any}
          union all
          select 1 from lead_contacts r join leads l using (lead_id) where r.call_id = page.call_id
            and ${plainSql(sql`concat_ws(' ', l.kana_name, l.phone, r.note)`)} ${any}
        ) as hit
        from page order by page.call_id collate "C"`.execute(context.db);
      return result.rows;
    });
    found.push(...rows.filter(({ hit }) => hit).map((row) => row.call_id));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_CALLS) return found;
    after = last.call_id;
  }
}
