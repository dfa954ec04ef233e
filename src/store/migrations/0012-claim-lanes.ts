import { type Kysely, sql } from 'kysely';

/** Limits over all nodes are counted side by side, one after another only where the last places are given away. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

/** First half of an advisory lock's key; those of 0010, since claims under way may still be counted by its function. */
const LOCK = { fleet: 771_001, number: 771_002, caller: 771_003, lane: 771_004 } as const;

/**
 * Claims that count side by side. A place is given away in a lane only while more than this many are left: whoever counts
 * last sees all that were given away but those of the other lanes, and for these there is room.
 */
const LANES = 16;

const STATEMENTS: readonly string[] = [
  // What the committed rows say: which limit leaves no place. 0: no limit.
  `create function seat_full(caller text, dialled text, fleet integer, per_number integer, per_caller integer,
    per_hour integer) returns text language plpgsql volatile as $$
  declare
    in_all bigint;
    of_number bigint;
    of_caller bigint;
  begin
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

  // Locks that were taken in a block go with its exception: nobody waits for the commit of a call that was refused, or
  // that has to count anew. All take them in the same order. Each statement in here sees what was committed meanwhile.
  `create or replace function seat_refusal(caller text, dialled text, fleet integer, per_number integer,
    per_caller integer, per_hour integer) returns text language plpgsql volatile as $$
  declare
    refusal text;
    first_lane integer := floor(random() * ${LANES});
    lane integer;
    found_lane boolean := false;
  begin
    -- What is full now is full, whatever the others are about to take.
    refusal := seat_full(caller, dialled, fleet, per_number, per_caller, per_hour);
    if refusal is not null then return refusal; end if;

    if (fleet = 0 or fleet > ${LANES}) and (per_number = 0 or per_number > ${LANES}) then
      begin
        if fleet > 0 then
          perform pg_advisory_xact_lock_shared(${LOCK.fleet}, 0);
        end if;
        if per_number > 0 and dialled is not null then
          perform pg_advisory_xact_lock_shared(${LOCK.number}, hashtext(dialled));
        end if;
        if (per_caller > 0 or per_hour > 0) and caller is not null then
          perform pg_advisory_xact_lock(${LOCK.caller}, hashtext(caller));
        end if;
        if fleet > 0 or per_number > 0 then
          for i in 0 .. ${LANES - 1} loop
            lane := (first_lane + i) % ${LANES};
            found_lane := pg_try_advisory_xact_lock(${LOCK.lane}, lane);
            exit when found_lane;
          end loop;
          if not found_lane then
            perform pg_advisory_xact_lock(${LOCK.lane}, first_lane);
          end if;
        end if;
        refusal := seat_full(caller, dialled, fleet - case when fleet > 0 then ${LANES} else 0 end,
          per_number - case when per_number > 0 then ${LANES} else 0 end, per_caller, per_hour);
        if refusal is null then return null; end if;
        raise exception using errcode = 'DW001';
      exception when sqlstate 'DW001' then
        -- A caller is counted alone already; of the other places the last ones are left.
        if refusal in ('too_many_calls', 'caller_busy') then return refusal; end if;
      end;
    end if;

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
      refusal := seat_full(caller, dialled, fleet, per_number, per_caller, per_hour);
      if refusal is null then return null; end if;
      raise exception using errcode = 'DW001';
    exception when sqlstate 'DW001' then
      return refusal;
    end;
  end $$`,
];
