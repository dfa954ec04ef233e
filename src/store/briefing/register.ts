import { sql } from 'kysely';
import type { RegisterInput, RegisterResult } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storable } from '../text.ts';
import { noteChange } from './history.ts';
import { sourceColumns, toRegistration } from './rows.ts';
import { lockSlots, takeSeat } from './seats.ts';
import type { RegistrationsTable } from './tables.ts';

/** Registers an applicant for a slot, inside a transaction. */
export async function register(context: StoreContext, input: RegisterInput): Promise<RegisterResult> {
  const applicantId = storable(input.applicantId);
  const slotId = storable(input.slotId);
  return context.run('register', async () => {
    // The applicant's lock keeps a second registration for the same briefing away.
    const known = await sql`
      select 1 from applicants where applicant_id = ${applicantId} for no key update`.execute(context.db);
    if (known.rows.length === 0) return { outcome: 'not_found', what: 'applicant' };
    const slot = (await lockSlots(context, sql`select ${slotId}::text`)).get(slotId);
    if (slot === undefined) return { outcome: 'not_found', what: 'slot' };

    const { rows } = await sql<RegistrationsTable>`
      select * from registrations
      where applicant_id = ${applicantId} and briefing_id = ${slot.briefingId}`.execute(context.db);
    if (rows[0] !== undefined) return { outcome: 'exists', registration: toRegistration(rows[0]) };
    if (!(await takeSeat(context, slotId))) return { outcome: 'full', slot };
    const registration = toRegistration(await insert(context, input, slot.briefingId));
    noteChange(context, registration, input.source, input.at);
    return { outcome: 'registered', registration };
  });
}

async function insert(
  context: StoreContext,
  input: RegisterInput,
  briefingId: string,
): Promise<RegistrationsTable> {
  const registrationId = context.random.uuid();
  const source = sourceColumns(input.source);
  const { rows } = await sql<RegistrationsTable>`
    with first as (
      insert into registrations (registration_id, applicant_id, briefing_id, slot_id, version, status, changed_at)
      values (${registrationId}, ${storable(input.applicantId)}, ${briefingId}, ${storable(input.slotId)}, 1,
        'not_confirmed', ${new Date(input.at)})
      returning *
    ), entry as (
      insert into registration_events (registration_id, version, kind, source, member_id, call_id,
        read_back_turn_key, consent_turn_key, to_status, to_slot_id, at)
      select registration_id, version, 'created', ${source.source}, ${source.member_id}, ${source.call_id},
        ${source.read_back_turn_key}, ${source.consent_turn_key}, status, slot_id, changed_at
      from first
    ), outbox as (
      insert into outbox_events (event_id, kind, payload)
      select 'attendance.changed:' || registration_id || ':1', 'attendance.changed',
        jsonb_build_object('registrationId', registration_id, 'version', version)
      from first
    )
    select * from first`.execute(context.db);
  const row = rows[0];
  if (row === undefined) throw new RangeError('an insert returned nothing');
  return row;
}
