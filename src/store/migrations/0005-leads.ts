import { type Kysely, sql } from 'kysely';

/** People who are not on the roster and asked for something, and codes as they are heard. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  // One person is one telephone and one name by its sound: families share telephones.
  `create table leads (
    lead_id uuid primary key,
    phone text not null,
    kana_key text not null,
    kana_name text not null,
    university text,
    state text not null default 'open' check (state in ('open', 'done')),
    callback_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    done_at timestamptz,
    done_by text,
    unique (phone, kana_key),
    constraint leads_done check ((state = 'done') = (done_at is not null) and (done_at is not null or done_by is null))
  )`,
  `create index leads_newest on leads (updated_at desc, lead_id)`,

  // No foreign key to the call: what somebody asked for outlives its record until retention removes it.
  `create table lead_contacts (
    call_id text not null,
    natural_key text not null,
    lead_id uuid not null references leads on delete cascade,
    topic text not null check (topic in ('apply', 'reservation', 'question', 'callback', 'other')),
    note text,
    callback_at timestamptz,
    at timestamptz not null,
    primary key (call_id, natural_key)
  )`,
  `create index lead_contacts_of_lead on lead_contacts (lead_id, at)`,

  // By ear O, I and Q are 0, 1 and 9, and signs between are not said: a spoken code is looked up in this form.
  `create index applicants_spoken_code on applicants (translate(reservation_code, 'OIQ./#+*', '019'))
    where reservation_code is not null`,
];
