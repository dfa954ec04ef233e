import { type RawBuilder, sql } from 'kysely';
import type { RetentionPeriod } from './retention-ports.ts';
import type { Database } from './schema.ts';

type Condition = RawBuilder<unknown>;

/** A class of rows with its SQL. Every expression speaks of the row as `r`. */
export interface ClassSql {
  readonly name: string;
  readonly table: keyof Database;
  readonly period: RetentionPeriod;
  /** Tables whose rows go with the row. */
  readonly takesAlong?: readonly (keyof Database)[];
  /**
   * Whether the row is past its time.
   *
   * @param most rows that are wanted at once; null: all
   */
  due(cutoff: Date, now: Date, most: number | null): Condition;
  /** When the row's time begins; absent: it goes with a row of another class. */
  readonly since?: Condition;
  /** Rows that still have something to remove. Default: all. */
  readonly holds?: Condition;
  /** What is set instead of deleting the row. */
  blank?(now: Date): Condition;
}

const FINAL = sql`('ended', 'rejected', 'missed', 'failed')`;

/** Late rows of a call are looked for this long after it was emptied, in days: a recorder never waits so long. */
const LATE_DAYS = 3;

/** Slots of registrations that were changed by the call `c`. */
const CONCERNED = sql`registration_events e join registrations g on g.registration_id = e.registration_id
  join slots s on s.slot_id = g.slot_id where e.call_id = c.call_id`;

/** Calls `c` that are over and whose words and numbers are past their time. */
function emptiable(cutoff: Date): Condition {
  return sql`c.content_erased_at is null and c.state in ${FINAL} and c.claimed_at < ${cutoff}
    and not exists (select 1 from ${CONCERNED} and s.starts_at >= ${cutoff})`;
}

/**
 * The row belongs to a call that is to be emptied, or was, and got a row late. Only calls that have such a row are looked
 * for, and no more than the rows that are wanted: of many calls that are due at once each batch finds its own few.
 *
 * @param row the first such row of the call `c`; a subquery of its own, so that it is looked up by the call and never read
 *   for all calls at once
 */
function ofEmptiable(row: Condition, cutoff: Date, now: Date, most: number | null): Condition {
  return sql`r.call_id = any(array(
    (select c.call_id from calls c where ${emptiable(cutoff)} and (${row}) limit ${most}::integer)
    union all
    (select c.call_id from calls c
      where c.content_erased_at > ${now}::timestamptz - make_interval(days => ${LATE_DAYS}) and (${row})
      limit ${most}::integer)))`;
}

const TURN = sql`select true from turns t where t.call_id = c.call_id limit 1`;

/** What a function call was asked and answered is still there, in a relation of this name. */
function hasWords(name: 'r' | 't'): Condition {
  return sql`(${sql.ref(`${name}.arguments`)} <> '{}' or coalesce(${sql.ref(`${name}.output`)}, '{}') <> '{}')`;
}

const WORDY_TOOL_CALL = sql`select true from tool_calls t where t.call_id = c.call_id and ${hasWords('t')} limit 1`;

/** The applicant with this id may be on the telephone. */
function onTheLine(applicantId: Condition): Condition {
  return sql`exists (
    select 1 from calls c, applicants a
    where c.state not in ${FINAL} and a.applicant_id = ${applicantId} and c.caller_number = any(a.phones)
    union all
    select 1 from calls c join registration_events e on e.call_id = c.call_id
      join registrations g on g.registration_id = e.registration_id
    where c.state not in ${FINAL} and g.applicant_id = ${applicantId})`;
}

/** The call of `r` is recorded no longer. */
function ofForgotten(cutoff: Date): Condition {
  return sql`r.call_id in (select c.call_id from calls c where c.content_erased_at is not null
    and c.claimed_at < ${cutoff})`;
}

/**
 * Everything that has a lifetime, in the order of work: what hangs on a row goes before it. A new table gets an entry
 * here, or a reason in `EXEMPT`.
 */
export const CLASSES: readonly ClassSql[] = [
  {
    name: 'transcript',
    table: 'turns',
    period: 'call',
    due: (cutoff, now, most) => ofEmptiable(TURN, cutoff, now, most),
  },
  {
    name: 'tool arguments',
    table: 'tool_calls',
    period: 'call',
    due: (cutoff, now, most) => sql`${ofEmptiable(WORDY_TOOL_CALL, cutoff, now, most)} and ${hasWords('r')}`,
    blank: () => sql`arguments = '{}', output = case when output is null then null else '{}' end`,
  },
  {
    name: 'caller number',
    table: 'calls',
    period: 'call',
    // The last: a call whose words are too many for one run is found by the next one.
    due: (cutoff) => sql`r.call_id in (select c.call_id from calls c
      where ${emptiable(cutoff)} and (${TURN}) is null and (${WORDY_TOOL_CALL}) is null)`,
    since: sql`greatest(r.claimed_at, (select max(s.starts_at) from calls c, ${CONCERNED} and c.call_id = r.call_id))`,
    holds: sql`r.content_erased_at is null`,
    blank: (now) =>
      sql`caller_number = null, sip_call_id = null, carrier_call_id = null, content_erased_at = ${now}`,
  },
  byTime('messages taken', 'messages', 'message', sql`r.at`),
  { ...byTime('leads', 'leads', 'message', sql`r.updated_at`), takesAlong: ['lead_contacts'] },
  {
    name: 'registrations',
    table: 'registrations',
    period: 'hiring',
    takesAlong: ['registration_events'],
    since: sql`(select s.starts_at from slots s where s.slot_id = r.slot_id)`,
    due: (cutoff) => sql`r.slot_id in (select s.slot_id from slots s where s.starts_at < ${cutoff})
      and not ${onTheLine(sql`r.applicant_id`)}`,
  },
  {
    name: 'applicants',
    table: 'applicants',
    period: 'hiring',
    since: sql`r.known_since`,
    holds: sql`not exists (select 1 from registrations g where g.applicant_id = r.applicant_id)`,
    due: (cutoff) => sql`r.known_since < ${cutoff} and not ${onTheLine(sql`r.applicant_id`)}`,
  },
  {
    name: 'messages sent',
    table: 'outbound_messages',
    period: 'outbound',
    since: sql`r.created_at`,
    due: (cutoff) => sql`r.created_at < ${cutoff}
      and (r.state in ('sent', 'delivered', 'failed', 'dead') or r.not_after < ${cutoff})
      and (r.lease_until is null or r.lease_until < clock_timestamp())`,
  },
  {
    ...byTime('changes passed on', 'outbox_events', 'technical', sql`r.created_at`),
    holds: sql`r.dispatched_at is not null`,
  },
  byTime('deliveries of webhooks', 'inbox', 'technical', sql`r.received_at`),
  byTime('tries of identity', 'identity_tries', 'counter', sql`(r.day::timestamp at time zone 'Asia/Tokyo')`),
  {
    name: 'answers to repeated requests',
    table: 'api_answers',
    period: 'technical',
    due: (_, now) => sql`r.expires_at < ${now}`,
  },
  { name: 'usage', table: 'usage', period: 'record', due: ofForgotten },
  {
    name: 'call records',
    table: 'calls',
    period: 'record',
    takesAlong: ['tool_calls', 'call_commands'],
    since: sql`r.claimed_at`,
    due: (cutoff) => sql`r.claimed_at < ${cutoff} and r.content_erased_at is not null
      and not exists (select 1 from usage u where u.call_id = r.call_id)
      and not exists (select 1 from messages m where m.call_id = r.call_id)`,
  },
  {
    ...byTime('reports of retention', 'retention_runs', 'record', sql`r.started_at`),
    holds: sql`r.finished_at is not null`,
  },
];

/** Tables without a class, each with its reason. */
export const EXEMPT: Readonly<Record<string, string>> = {
  briefings: 'what the team publishes',
  slots: 'what the team publishes',
  audit_events: 'ids, codes and keyed digests; proves what happened after the rest is gone',
  audit_chains: 'ends of the chains of the audit',
  audit_anchors: 'digests that were put elsewhere',
  api_keys: 'names and hashes of keys of machines; the team removes them',
  call_progress: 'a trigger removes it when its call is over',
  nodes: 'names of processes; those not heard of for a day are removed when another one stops',
  outbound_counts: 'the watch of the outbox removes each counter after three days',
  erasures: 'proof of an erasure; holds counts only',
};

function byTime(
  name: string,
  table: keyof Database,
  period: RetentionPeriod,
  since: Condition,
): ClassSql & { readonly since: Condition } {
  return { name, table, period, since, due: (cutoff) => sql`${since} < ${cutoff}` };
}
