import { type Kysely, sql } from 'kysely';

/** Calls and what belongs to them: inbox, ledger of function calls, turns, usage, messages. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table inbox (
    webhook_id text primary key,
    event_id text not null,
    event_type text not null,
    event_created_at timestamptz not null,
    call_id text not null,
    received_at timestamptz not null default clock_timestamp()
  )`,

  // Leases are renewed every second: free room in each page and no index on lease_until keep those updates
  // in place, which matters where no autovacuum runs.
  `create table calls (
    call_id text primary key,
    sip_call_id text,
    carrier_call_id text,
    state text not null,
    node text not null,
    epoch integer not null default 1 check (epoch >= 1),
    claim_token text not null,
    lease_until timestamptz not null,
    caller_number text,
    caller_withheld boolean not null,
    dialled_number text,
    scenario text not null,
    scenario_version text not null,
    event_created_at timestamptz not null,
    claimed_at timestamptz not null default clock_timestamp(),
    accepted_at timestamptz,
    live_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    end_party text,
    end_detail text,
    notice_proof text not null default 'pending',
    notice_played_at timestamptz,
    notice_version text,
    constraint calls_state check (state in (
      'claimed', 'accepting', 'accepted', 'live', 'ending', 'ended', 'rejected', 'missed', 'failed')),
    constraint calls_notice_proof check (notice_proof in (
      'pending', 'played', 'cut', 'not_played', 'unproven')),
    constraint calls_end check (
      (state in ('ended', 'rejected', 'missed', 'failed')) = (end_reason is not null)
      and (end_reason is null) = (ended_at is null))
  ) with (fillfactor = 70)`,
  `create unique index calls_sip_call_id on calls (sip_call_id) where sip_call_id is not null`,
  `create index calls_open on calls (call_id)
    where state in ('claimed', 'accepting', 'accepted', 'live', 'ending')`,
  `create index calls_newest on calls (claimed_at desc, call_id)`,

  `create function refuse_call_change() returns trigger language plpgsql as $$
  begin
    if new.epoch < old.epoch then
      raise exception 'the epoch of a call never falls' using errcode = 'integrity_constraint_violation';
    end if;
    if old.state in ('ended', 'rejected', 'missed', 'failed')
       or (array_position(array['claimed', 'accepting', 'accepted', 'live', 'ending'], new.state)
           < array_position(array['claimed', 'accepting', 'accepted', 'live', 'ending'], old.state)
           and not (old.state = 'ending' and new.state = 'live')) then
      raise exception 'a call in state % does not go to %', old.state, new.state
        using errcode = 'integrity_constraint_violation';
    end if;
    return new;
  end $$`,
  `create trigger calls_state_guard before update on calls for each row
    when (old.state is distinct from new.state or new.epoch < old.epoch)
    execute function refuse_call_change()`,

  // Turns and usage are written in batches over many calls: no foreign key, so that a call that retention
  // has removed meanwhile cannot hold up the transcript of the others.
  `create table turns (
    call_id text not null,
    turn_key text not null,
    sequence integer not null,
    role text not null check (role in ('caller', 'agent', 'tool', 'keypad', 'system')),
    text text not null,
    status text not null check (status in ('complete', 'cut', 'partial')),
    started_at timestamptz not null,
    ended_at timestamptz not null,
    response_id text,
    primary key (call_id, turn_key)
  )`,
  `create table usage (
    call_id text not null,
    usage_key text not null,
    model text not null,
    kind text not null check (kind in ('response', 'transcription')),
    text_in integer not null,
    text_in_cached integer not null,
    audio_in integer not null,
    audio_in_cached integer not null,
    text_out integer not null,
    audio_out integer not null,
    seconds double precision not null,
    cost_usd numeric,
    at timestamptz not null,
    primary key (call_id, usage_key)
  )`,

  `create table tool_calls (
    call_id text not null references calls on delete cascade,
    function_call_id text not null,
    name text not null,
    arguments text not null,
    status text not null check (status in ('running', 'ok', 'refused', 'failed', 'timeout')),
    output text,
    begin_token text not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    primary key (call_id, function_call_id),
    constraint tool_calls_output check (
      (status = 'running') = (output is null) and (output is null) = (finished_at is null))
  )`,
  `create table messages (
    message_id uuid primary key,
    call_id text not null references calls on delete cascade,
    natural_key text not null,
    caller_name text,
    callback_number text,
    body text not null,
    at timestamptz not null,
    unique (call_id, natural_key)
  )`,
  `create index messages_newest on messages (at desc, message_id)`,
];
