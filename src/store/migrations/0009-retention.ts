import { type Kysely, sql } from 'kysely';

/** Lifetimes: what marks a call as emptied, since when an applicant is known, runs of retention, erasures on request. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `alter table calls add column content_erased_at timestamptz`,
  // Neither index holds a column that a lease changes, so renewals stay in place.
  `create index calls_with_content on calls (claimed_at) where content_erased_at is null`,
  `create index calls_without_content on calls (content_erased_at) where content_erased_at is not null`,
  `create index calls_by_number on calls (caller_number) where caller_number is not null`,

  // An applicant without a registration has no other date to count from.
  `alter table applicants add column known_since timestamptz not null default clock_timestamp()`,

  // One run at a time over all nodes, and one daily run a day.
  `create table retention_runs (
    run_id uuid primary key,
    kind text not null check (kind in ('daily', 'manual')),
    day date not null,
    token text not null,
    lease_until timestamptz not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    removed jsonb not null default '{}',
    next_due jsonb not null default '{}'
  )`,
  `create unique index retention_runs_open on retention_runs ((true)) where finished_at is null`,
  `create unique index retention_runs_daily on retention_runs (day) where kind = 'daily'`,

  // What is left of an erased person: that it was done, when, and how much went. Nothing that names anybody.
  `create table erasures (
    erasure_id uuid primary key,
    at timestamptz not null,
    removed jsonb not null
  )`,
  `create function refuse_erasure_change() returns trigger language plpgsql as $$
  begin
    raise exception 'the record of an erasure stays as it is' using errcode = 'integrity_constraint_violation';
  end $$`,
  `create trigger erasures_guard before update on erasures for each row execute function refuse_erasure_change()`,
];
