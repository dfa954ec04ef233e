import { type Kysely, sql } from 'kysely';

/** Many nodes: who is there, how far each live call has come, and what a hand-over looks like in its row. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  // Rewritten with every renewal of leases: free room keeps those updates in place.
  `create table nodes (
    node text primary key,
    seen_at timestamptz not null,
    draining boolean not null
  ) with (fillfactor = 50)`,

  // True from the moment an owner lets go of a call on purpose until somebody takes it.
  `alter table calls add column handed_over boolean not null default false`,

  // What another node needs to go on with a call. It is gone when the call is over: no foreign key is needed.
  `create table call_progress (
    call_id text primary key,
    epoch integer not null,
    body jsonb not null,
    saved_at timestamptz not null
  )`,
  `create function forget_call_progress() returns trigger language plpgsql as $$
  begin
    delete from call_progress where call_id = new.call_id;
    return null;
  end $$`,
  `create trigger calls_forget_progress after update on calls for each row
    when (old.state is distinct from new.state and new.state in ('ended', 'rejected', 'missed', 'failed'))
    execute function forget_call_progress()`,
];
