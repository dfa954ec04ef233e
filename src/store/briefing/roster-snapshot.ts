import { type Selectable, sql } from 'kysely';
import { reservationCodeKey } from '../../briefing/applicant.ts';
import type { EventKind } from '../../briefing/attendance-status.ts';
import type { ChangeSource } from '../../briefing/registration.ts';
import type { KnownPerson, RosterKeys, RosterSnapshot } from '../../briefing/roster-plan.ts';
import type { StoreContext } from '../context.ts';
import { storable } from '../text.ts';
import { SLOT_COLUMNS, type SlotRow, toApplicant, toRegistration, toSlot } from './rows.ts';
import type { ApplicantsTable, RegistrationsTable } from './tables.ts';

/** Longest reading of one table for a snapshot, in ms: nobody waits for it on the telephone. */
const SNAPSHOT_TIMEOUT_MS = 10_000;

interface LastChange {
  readonly registration_id: string;
  readonly kind: EventKind;
  readonly source: ChangeSource['kind'];
}

/** Reads what a roster is compared with. Whatever changes meanwhile is noticed when the plan is applied. */
export async function readRosterSnapshot(
  context: StoreContext,
  briefingId: string,
  keys: RosterKeys,
): Promise<RosterSnapshot | null> {
  const id = storable(briefingId);
  return context.run(
    'readRosterSnapshot',
    async () => {
      const briefing = await sql`select 1 from briefings where briefing_id = ${id}`.execute(context.db);
      if (briefing.rows.length === 0) return null;
      const slots = await sql<SlotRow>`
        select ${SLOT_COLUMNS} from slots where briefing_id = ${id} order by starts_at, slot_id`.execute(
        context.db,
      );
      return { briefingId, slots: slots.rows.map(toSlot), people: await readPeople(context, id, keys) };
    },
    { timeoutMs: SNAPSHOT_TIMEOUT_MS },
  );
}

async function readPeople(
  context: StoreContext,
  briefingId: string,
  keys: RosterKeys,
): Promise<KnownPerson[]> {
  const registrations = await sql<Selectable<RegistrationsTable>>`
    select * from registrations where briefing_id = ${briefingId}`.execute(context.db);
  const events = await sql<LastChange>`
    select registration_id, events.kind, events.source
    from registrations join registration_events events using (registration_id, version)
    where registrations.briefing_id = ${briefingId}`.execute(context.db);
  const registrationOf = new Map(registrations.rows.map((row) => [row.applicant_id, row]));
  const eventOf = new Map(events.rows.map((row) => [row.registration_id, row]));
  const applicants = await readApplicants(context, briefingId, keys);
  return applicants.map((row) => {
    const registration = registrationOf.get(row.applicant_id);
    const event = eventOf.get(registration?.registration_id ?? '');
    return {
      applicant: toApplicant(row),
      registration: registration === undefined ? null : toRegistration(registration),
      lastChange: event === undefined ? null : { kind: event.kind, source: event.source },
    };
  });
}

/**
 * Everybody registered and everybody who shares a key. One statement for each key: together they look so dear to the
 * planner that a server spends a second on compiling them.
 */
async function readApplicants(
  context: StoreContext,
  briefingId: string,
  keys: RosterKeys,
): Promise<Selectable<ApplicantsTable>[]> {
  const external = keys.externalIds.map((key) => ({
    source: storable(key.source),
    id: storable(key.externalId),
  }));
  const codes = keys.reservationCodes.map((code) => storable(reservationCodeKey(code)));
  const selections = [
    sql`select applicant_id from registrations where briefing_id = ${briefingId}`,
    sql`select applicant_id from applicants
      join jsonb_to_recordset(${JSON.stringify(external)}::text::jsonb) as key (source text, id text)
        on applicants.source = key.source and applicants.external_id = key.id`,
    sql`select applicant_id from applicants
      join unnest(${codes}::text[]) as key (code) on applicants.reservation_code = key.code`,
    sql`select applicant_id from (select applicant_id, unnest(phones) as phone from applicants) held
      join unnest(${keys.phones.map(storable)}::text[]) as key (phone) using (phone)`,
  ];
  const ids = new Set<string>();
  for (const selection of selections) {
    const { rows } = await sql<{ applicant_id: string }>`${selection}`.execute(context.db);
    for (const row of rows) ids.add(row.applicant_id);
  }
  const { rows } = await sql<Selectable<ApplicantsTable>>`
    select applicants.* from applicants
      join unnest(${[...ids]}::text[]) as wanted (applicant_id) using (applicant_id)`.execute(context.db);
  return rows;
}
