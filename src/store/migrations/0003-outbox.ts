import { type Kysely, sql } from 'kysely';

/** What leaves the house: messages to people, webhooks to machines, and the counters that limit them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  // No foreign keys: a message outlives its call and its applicant until retention removes it.
  `create table outbound_messages (
    message_id uuid primary key,
    kind text not null check (kind in ('sms', 'email', 'webhook')),
    template_key text not null,
    recipient text not null,
    body text not null,
    subject text,
    call_id text,
    applicant_id text,
    natural_key text not null unique,
    state text not null default 'queued',
    resolution text check (resolution in ('direct', 'reconciled', 'resent', 'callback')),
    attempts integer not null default 0,
    due_at timestamptz not null,
    not_after timestamptz not null,
    first_tried_at timestamptz,
    handed_at timestamptz,
    claim_token text,
    lease_until timestamptz,
    provider_id text,
    detail text,
    created_at timestamptz not null,
    sent_at timestamptz,
    constraint outbound_state check (state in (
      'queued', 'sending', 'unknown', 'sent', 'delivered', 'failed', 'dead')),
    constraint outbound_claim check ((state = 'sending') = (claim_token is not null)
      and (claim_token is null) = (lease_until is null)),
    constraint outbound_sent check ((state in ('sent', 'delivered')) <= (sent_at is not null))
  ) with (fillfactor = 80)`,
  `create index outbound_open on outbound_messages (due_at) where state in ('queued', 'sending', 'unknown')`,
  `create index outbound_newest on outbound_messages (created_at desc, message_id)`,
  `create index outbound_call on outbound_messages (call_id) where call_id is not null`,
  `create index outbound_provider on outbound_messages (provider_id) where provider_id is not null`,

  // A status of the carrier may still come after "sent"; nothing leads out of the other final states but a replay,
  // which only webhooks know.
  `create function refuse_outbound_change() returns trigger language plpgsql as $$
  begin
    if old.state in ('delivered', 'failed', 'dead', 'sent')
       and not (old.state = 'sent' and new.state in ('delivered', 'failed'))
       and not (old.state = 'failed' and new.state in ('sent', 'delivered') and new.resolution = 'callback')
       and not (old.state = 'dead' and new.state in ('sent', 'delivered', 'failed') and new.resolution = 'callback')
       and not (old.kind = 'webhook' and new.state = 'queued') then
      raise exception 'a message in state % does not go to %', old.state, new.state
        using errcode = 'integrity_constraint_violation';
    end if;
    return new;
  end $$`,
  `create trigger outbound_state_guard before update on outbound_messages for each row
    when (old.state is distinct from new.state)
    execute function refuse_outbound_change()`,

  `create table outbound_counts (
    scope text not null check (scope in ('call', 'number', 'budget')),
    key text not null,
    used integer not null check (used >= 0),
    expires_at timestamptz not null,
    primary key (scope, key)
  )`,
];
