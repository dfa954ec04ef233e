import { type Kysely, sql } from 'kysely';

/** The audit: rows in chains, their heads, and the anchors that were put elsewhere. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  // No foreign keys: the audit outlives what it is about.
  `create table audit_events (
    chain text not null check (chain ~ '^(call|desk)/'),
    sequence integer not null check (sequence >= 1),
    at timestamptz not null,
    actor text not null check (actor in ('caller', 'agent', 'team', 'import', 'system')),
    kind text not null,
    payload jsonb not null,
    key_id text not null,
    prev_mac text not null,
    mac text not null,
    primary key (chain, sequence)
  )`,
  `create index audit_events_change on audit_events ((payload ->> 'registration_id'), (payload ->> 'version'))
    where kind = 'attendance.changed'`,
  `create index audit_events_at on audit_events (at)`,
  `create index audit_events_erased on audit_events (kind) where kind = 'call.erased'`,

  // The end of each chain: who appends holds its row, so that a chain cannot fork.
  `create table audit_chains (
    chain text primary key,
    sequence integer not null default 0,
    mac text not null,
    head_mac text not null default '',
    key_id text not null,
    sealed boolean not null default false,
    anchored integer not null default 0
  ) with (fillfactor = 70)`,
  `create index audit_chains_grown on audit_chains (chain) where sequence > anchored`,

  `create table audit_anchors (
    number integer primary key check (number >= 1),
    day date not null,
    at timestamptz not null,
    key_id text not null,
    leaves jsonb not null,
    prev_mac text not null,
    mac text not null
  )`,

  `create function refuse_audit_change() returns trigger language plpgsql as $$
  begin
    raise exception 'the audit is only added to' using errcode = 'integrity_constraint_violation';
  end $$`,
  `create trigger audit_events_guard before update or delete or truncate on audit_events
    for each statement execute function refuse_audit_change()`,
  `create trigger audit_anchors_guard before update or delete or truncate on audit_anchors
    for each statement execute function refuse_audit_change()`,

  // What was there before the audit has no rows in it.
  `alter table calls add column audited boolean not null default false`,
  `alter table calls alter column audited set default true`,
  `alter table registration_events add column audited boolean not null default false`,
  `alter table registration_events alter column audited set default true`,
];
