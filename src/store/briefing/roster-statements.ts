import { sql } from 'kysely';
import type { StoreContext } from '../context.ts';
import type {
  ChangedApplicantRow,
  NewApplicantRow,
  NewRegistrationRow,
  ReassignedRow,
} from './roster-rows.ts';

const DATA_COLUMNS = sql`full_name, family_name, given_name, full_kana, family_kana, given_kana, kana_key, university,
  faculty, phones, email, source, external_id, reservation_code`;

const DATA_TYPES = sql`applicant_id text, full_name text, family_name text, given_name text, full_kana text,
  family_kana text, given_kana text, kana_key text, university text, faculty text, phones text[], email text,
  source text, external_id text, reservation_code text`;

export async function insertApplicants(
  context: StoreContext,
  rows: readonly NewApplicantRow[],
): Promise<void> {
  await sql`
    insert into applicants (applicant_id, ${DATA_COLUMNS})
    select applicant_id, ${DATA_COLUMNS}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as row (${DATA_TYPES})`.execute(context.db);
}

/**
 * Writes the data of applicants who still have the version that the plan was made from. Rows whose data stay are
 * looked at and left alone.
 *
 * @returns how many still had it
 */
export async function updateApplicants(
  context: StoreContext,
  rows: readonly ChangedApplicantRow[],
): Promise<number> {
  const list = JSON.stringify(rows);
  const { rows: current } = await sql<{ applicant_id: string }>`
    select applicants.applicant_id from applicants
      join jsonb_to_recordset(${list}::text::jsonb) as row (applicant_id text, version integer)
        using (applicant_id, version)
    order by applicant_id
    for no key update of applicants`.execute(context.db);
  await sql`
    update applicants set (${DATA_COLUMNS}, version) = row (${qualified('row')}, applicants.version + 1)
    from jsonb_to_recordset(${list}::text::jsonb) as row (${DATA_TYPES}, version integer)
    where applicants.applicant_id = row.applicant_id and applicants.version = row.version
      and (${qualified('applicants')}) is distinct from (${qualified('row')})`.execute(context.db);
  return current.length;
}

/** Stores registrations and the beginnings of their histories. */
export async function insertRegistrations(
  context: StoreContext,
  briefingId: string,
  rows: readonly NewRegistrationRow[],
  at: number,
): Promise<void> {
  await sql`
    with first as (
      insert into registrations (registration_id, applicant_id, briefing_id, slot_id, version, status,
        waiting_number, changed_at)
      select registration_id, applicant_id, ${briefingId}, slot_id, 1, status,
        case when status = 'waiting' then nextval('waiting_numbers') end, ${new Date(at)}::timestamptz
      from (
        select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as row (registration_id text,
          applicant_id text, slot_id text, status text, line integer)
        order by line
      ) ordered
      returning *
    )
    insert into registration_events (registration_id, version, kind, source, to_status, to_slot_id,
      waiting_number, at)
    select registration_id, version, 'created', 'import', status, slot_id, waiting_number, changed_at
    from first`.execute(context.db);
}

/**
 * Puts registrations that nobody has spoken about into other slots, if they have the version that the plan was made
 * from.
 *
 * @returns how many had it
 */
export async function reassign(
  context: StoreContext,
  rows: readonly ReassignedRow[],
  at: number,
): Promise<number> {
  const { rows: done } = await sql`
    with wanted as (
      select registrations.registration_id, row.slot_id as to_slot_id, registrations.slot_id as from_slot_id
      from registrations
        join jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
          as row (registration_id text, version integer, slot_id text)
        on registrations.registration_id = row.registration_id and registrations.version = row.version
      where attendance_may_go('reassigned', registrations.status, registrations.status)
    ), next as (
      update registrations set version = version + 1, slot_id = to_slot_id, changed_at = ${new Date(at)}
      from wanted where registrations.registration_id = wanted.registration_id
      returning registrations.*, from_slot_id
    )
    insert into registration_events (registration_id, version, kind, source, from_status, from_slot_id, to_status,
      to_slot_id, actual, at)
    select registration_id, version, 'reassigned', 'import', status, from_slot_id, status, slot_id, actual,
      changed_at
    from next
    returning registration_id`.execute(context.db);
  return done.length;
}

/** The data columns of one relation, in order. */
function qualified(relation: 'applicants' | 'row'): ReturnType<typeof sql> {
  const names = [
    'full_name',
    'family_name',
    'given_name',
    'full_kana',
    'family_kana',
    'given_kana',
    'kana_key',
    'university',
    'faculty',
    'phones',
    'email',
    'source',
    'external_id',
    'reservation_code',
  ];
  return sql.join(names.map((name) => sql.ref(`${relation}.${name}`)));
}
