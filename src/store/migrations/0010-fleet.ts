import { type Kysely, sql } from 'kysely';

/** What holds for all nodes together: how many calls there may be, and what operators ask of a call. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

/** First half of an advisory lock's key: no two kinds of limit share a lock. */
const LOCK = { fleet: 771_001, number: 771_002, caller: 771_003 } as const;

const STATEMENTS: readonly string[] = [
  // A call that was refused when it rang is open until the refusal was told, but takes up no place.
  `alter table calls add column seat_refusal text`,

  // Places are counted in the rows of the calls themselves: one comes back with the final state, whoever stores it, and
  // the count cannot drift. Locks are held until the claim is committed, so that rivals count one after another; only
  // limits that are set take one, always in this order. Each statement in here sees what was committed meanwhile.
  `create function seat_refusal(caller text, dialled text, fleet integer, per_number integer, per_caller integer,
    per_hour integer) returns text language plpgsql volatile as $$
  declare
    in_all bigint;
    of_number bigint;
    of_caller bigint;
  begin
    if fleet > 0 then
      perform pg_advisory_xact_lock(${LOCK.fleet}, 0);
    end if;
    if per_number > 0 and dialled is not null then
      perform pg_advisory_xact_lock(${LOCK.number}, hashtext(dialled));
    end if;
    if (per_caller > 0 or per_hour > 0) and caller is not null then
      perform pg_advisory_xact_lock(${LOCK.caller}, hashtext(caller));
    end if;

    if per_hour > 0 and caller is not null and per_hour <= (
      select count(*) from (
        select 1 from calls
        where caller_number = caller and claimed_at > clock_timestamp() - interval '1 hour'
          and seat_refusal is null and state <> 'rejected'
        limit per_hour) as recent) then
      return 'too_many_calls';
    end if;
    if fleet > 0 or per_number > 0 or per_caller > 0 then
      select count(*), count(*) filter (where dialled_number = dialled),
        count(*) filter (where caller_number = caller)
      into in_all, of_number, of_caller
      from calls
      where state in ('claimed', 'accepting', 'accepted', 'live', 'ending') and seat_refusal is null;
      if per_caller > 0 and of_caller >= per_caller then return 'caller_busy'; end if;
      if per_number > 0 and of_number >= per_number then return 'number_full'; end if;
      if fleet > 0 and in_all >= fleet then return 'fleet_full'; end if;
    end if;
    return null;
  end $$`,

  // What an operator asks of a live call. Its owner takes it up, once, in the epoch that it writes beside it. A sentence
  // is kept until it was said or not: then it stands in the transcript, which has a lifetime.
  `create table call_commands (
    command_id uuid primary key,
    call_id text not null references calls on delete cascade,
    kind text not null check (kind in ('hang_up', 'say', 'transfer')),
    argument text,
    requested_by text not null,
    requested_at timestamptz not null default clock_timestamp(),
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'refused', 'failed')),
    epoch integer,
    result text,
    finished_at timestamptz,
    constraint call_commands_argument check ((kind = 'hang_up') = (argument is null)),
    constraint call_commands_epoch check (state <> 'running' or epoch is not null),
    constraint call_commands_result check (
      (state in ('waiting', 'running')) = (result is null) and (result is null) = (finished_at is null))
  )`,
  `create index call_commands_open on call_commands (call_id) where state in ('waiting', 'running')`,
  `create index call_commands_of_call on call_commands (call_id, requested_at)`,

  // With the call everything that was asked of it is over.
  `create function settle_call_commands() returns trigger language plpgsql as $$
  begin
    update call_commands
    set state = case when kind = 'hang_up' or (kind = 'transfer' and new.end_reason = 'transferred')
        then 'done' else 'refused' end,
      result = case when kind = 'transfer' and new.end_reason = 'transferred' then 'transferred' else 'call_over' end,
      argument = case when kind = 'say' then '' else argument end, finished_at = clock_timestamp()
    where call_id = new.call_id and state in ('waiting', 'running');
    return null;
  end $$`,
  `create trigger calls_settle_commands after update on calls for each row
    when (old.state is distinct from new.state and new.state in ('ended', 'rejected', 'missed', 'failed'))
    execute function settle_call_commands()`,
];
