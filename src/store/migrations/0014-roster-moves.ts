import { type Kysely, sql } from 'kysely';

/** A roster may put into another slot whoever rosters alone have spoken of, also under a status that it brought. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(MAY_GO).execute(db);
}

/** The function of 0002; `reassigned` is new. */
const MAY_GO = `create or replace function attendance_may_go(kind text, old_status text, new_status text)
  returns boolean language sql immutable as $$
    select coalesce(case
      when old_status is null or kind = 'created' then kind = 'created' and old_status is null
      when kind = 'changed' and old_status in ('not_confirmed', 'late', 'moved', 'undecided') then
        new_status <> 'not_confirmed'
      when kind = 'changed' and old_status in ('attending', 'change_requested') then
        new_status not in ('not_confirmed', old_status)
      when kind = 'changed' and old_status = 'absent' then
        new_status in ('absent', 'attending', 'late', 'moved', 'waiting', 'online', 'withdrawn')
      when kind = 'changed' and old_status = 'waiting' then
        new_status in ('attending', 'absent', 'moved', 'waiting', 'online', 'withdrawn')
      when kind = 'changed' and old_status = 'online' then
        new_status in ('attending', 'absent', 'moved', 'waiting', 'withdrawn')
      when kind = 'promoted' then old_status = 'waiting' and new_status = 'attending'
      when kind = 'reassigned' then old_status = new_status and old_status in ('not_confirmed', 'attending', 'moved')
      when kind = 'observed' then old_status = new_status
      else kind = 'undone'
    end, false)
  $$`;
