import { type Kysely, sql } from 'kysely';

/** Keys of the REST API, and the answers that its writes were given. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  // The key itself is nowhere: only who has it can present it.
  `create table api_keys (
    key_id text primary key,
    name text not null unique,
    hash text not null unique,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
  )`,

  // An answer is stored by the transaction of the write that it tells of: both are there, or neither.
  `create table api_answers (
    key_id text not null,
    idempotency_key text not null,
    fingerprint text not null,
    status integer not null,
    headers jsonb not null,
    body text not null,
    expires_at timestamptz not null,
    primary key (key_id, idempotency_key)
  )`,
  `create index api_answers_expiry on api_answers (expires_at)`,

  `create index registrations_changed on registrations (changed_at, registration_id collate "C")`,
];
