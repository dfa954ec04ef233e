import { type Kysely, sql } from 'kysely';

/** Briefings, slots, applicants, registrations with their history, and the outbox of events. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATUSES = `'not_confirmed', 'attending', 'absent', 'late', 'change_requested', 'moved', 'waiting', 'online',
  'undecided', 'withdrawn'`;

const REASONS = `'unwell', 'personal', 'schedule', 'transport', 'other_offer', 'other'`;

const STATEMENTS: readonly string[] = [
  `create table briefings (
    briefing_id text primary key,
    title text not null,
    company text not null,
    place text,
    online_url text,
    what_to_bring text,
    dress text,
    contact text,
    notices text[] not null,
    cancel_deadline_minutes integer check (cancel_deadline_minutes >= 0)
  )`,
  `create index briefings_by_title on briefings (title collate "C", briefing_id collate "C")`,

  // Every change of a seat updates the slot's row: free room in the page keeps those updates in place.
  `create table slots (
    slot_id text primary key,
    briefing_id text not null references briefings on delete cascade,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    mode text not null check (mode in ('on_site', 'online')),
    place text,
    capacity integer check (capacity >= 0),
    taken integer not null default 0,
    open boolean not null,
    unique (slot_id, briefing_id),
    constraint slots_time check (ends_at > starts_at),
    constraint slots_taken check (taken >= 0 and taken <= capacity)
  ) with (fillfactor = 70)`,
  `create index slots_of_briefing on slots (briefing_id, starts_at)`,

  `create table applicants (
    applicant_id text primary key,
    version integer not null default 1 check (version >= 1),
    full_name text not null,
    family_name text,
    given_name text,
    full_kana text,
    family_kana text,
    given_kana text,
    kana_key text not null,
    university text,
    faculty text,
    phones text[] not null,
    email text,
    source text not null,
    external_id text,
    reservation_code text
  )`,
  `create unique index applicants_external_id on applicants (source, external_id) where external_id is not null`,
  `create unique index applicants_reservation_code on applicants (reservation_code)
    where reservation_code is not null`,
  `create index applicants_phones on applicants using gin (phones)`,
  `create index applicants_by_kana on applicants (kana_key collate "C", applicant_id collate "C")`,

  // Likeness of names needs an extension that a server may not offer or not allow: without it names are found by
  // their beginnings and their parts.
  `do $$
  begin
    create extension if not exists pg_trgm;
    create index applicants_kana_likeness on applicants using gin (kana_key gin_trgm_ops);
  exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
    raise notice 'pg_trgm is not to be had: names are found by their parts';
  end $$`,

  `create function attendance_holds_seat(status text) returns boolean language sql immutable as $$
    select status in ('not_confirmed', 'attending', 'late', 'change_requested', 'moved', 'undecided')
  $$`,
  `create function attendance_may_go(kind text, old_status text, new_status text) returns boolean
    language sql immutable as $$
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
      when kind = 'reassigned' then old_status = 'not_confirmed' and new_status = 'not_confirmed'
      when kind = 'observed' then old_status = new_status
      else kind = 'undone'
    end, false)
  $$`,

  `create sequence waiting_numbers`,
  `create table registrations (
    registration_id text primary key,
    applicant_id text not null references applicants on delete cascade,
    briefing_id text not null,
    slot_id text not null,
    version integer not null,
    status text not null,
    actual text,
    reason text,
    expected_arrival_at timestamptz,
    callback_at timestamptz,
    waiting_number bigint,
    changed_at timestamptz not null,
    unique (applicant_id, briefing_id),
    foreign key (slot_id, briefing_id) references slots (slot_id, briefing_id) on delete cascade,
    constraint registrations_waiting check ((status = 'waiting') = (waiting_number is not null))
  ) with (fillfactor = 70)`,
  `create index registrations_of_slot on registrations (slot_id, waiting_number)`,

  // The references make a history a chain: each event begins where the one before it ended, and a registration is
  // what its last event says.
  `create table registration_events (
    registration_id text not null references registrations on delete cascade,
    version integer not null check (version >= 1),
    kind text not null
      check (kind in ('created', 'changed', 'promoted', 'reassigned', 'observed', 'undone')),
    source text not null check (source in ('caller', 'team', 'system', 'import')),
    member_id text,
    call_id text,
    read_back_turn_key text,
    consent_turn_key text,
    idempotency_key text,
    from_version integer generated always as (case when version > 1 then version - 1 end) stored,
    from_status text,
    from_slot_id text,
    to_status text not null check (to_status in (${STATUSES})),
    to_slot_id text not null,
    actual text check (actual in ('attended', 'no_show')),
    reason text check (reason in (${REASONS})),
    expected_arrival_at timestamptz,
    callback_at timestamptz,
    waiting_number bigint,
    undoes integer check (undoes > 1 and undoes < version),
    at timestamptz not null,
    primary key (registration_id, version),
    unique (registration_id, version, to_status, to_slot_id),
    foreign key (registration_id, from_version, from_status, from_slot_id)
      references registration_events (registration_id, version, to_status, to_slot_id),
    constraint registration_events_from check (
      (version = 1) = (from_status is null) and (from_status is null) = (from_slot_id is null)),
    constraint registration_events_transition check (attendance_may_go(kind, from_status, to_status)),
    constraint registration_events_evidence check (
      (source = 'caller') = (call_id is not null) and (call_id is null) = (consent_turn_key is null)
      and (call_id is not null or read_back_turn_key is null) and (member_id is null or source = 'team')),
    constraint registration_events_undo check (
      (kind = 'undone') = (undoes is not null) and (undoes is null or source = 'team'))
  )`,
  `create unique index registration_events_key on registration_events (idempotency_key)
    where idempotency_key is not null`,
  `create index registration_events_call on registration_events (call_id) where call_id is not null`,
  `alter table registrations add constraint registrations_history
    foreign key (registration_id, version, status, slot_id)
    references registration_events (registration_id, version, to_status, to_slot_id)
    deferrable initially deferred`,

  // An event goes with its registration, never before it.
  `create function refuse_history_change() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' and not exists (
      select 1 from registrations where registration_id = old.registration_id) then
      return old;
    end if;
    raise exception 'the history of a registration is only added to'
      using errcode = 'integrity_constraint_violation';
  end $$`,
  `create trigger registration_events_guard before update or delete on registration_events for each row
    execute function refuse_history_change()`,

  // Registrations are erased by whoever owns the data's lifetime; their seats come free with them.
  `create function free_erased_seats() returns trigger language plpgsql as $$
  begin
    update slots set taken = taken - gone.seats
    from (select slot_id, count(*) as seats from erased where attendance_holds_seat(status) group by slot_id) gone
    where slots.slot_id = gone.slot_id;
    return null;
  end $$`,
  `create trigger registrations_erased after delete on registrations referencing old table as erased
    for each statement execute function free_erased_seats()`,

  `create table outbox_events (
    event_id text primary key,
    sequence bigint generated always as identity,
    kind text not null check (kind in ('attendance.changed', 'attendance.promoted', 'roster.imported')),
    payload jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    dispatched_at timestamptz
  )`,
  `create index outbox_events_open on outbox_events (sequence) where dispatched_at is null`,
];
