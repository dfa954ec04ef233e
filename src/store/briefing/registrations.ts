import { type Selectable, sql } from 'kysely';
import type { RegistrationEvent } from '../../briefing/registration.ts';
import type { Page, Paged, RegistrationView, RosterLine } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storable } from '../text.ts';
import { readPage, toPaged, wholeNumber } from './cursor.ts';
import { readHistory } from './history.ts';
import {
  SLOT_COLUMNS,
  type SlotRow,
  toApplicant,
  toBriefing,
  toEvent,
  toRegistration,
  toSlot,
} from './rows.ts';
import type {
  ApplicantsTable,
  BriefingsTable,
  RegistrationEventsTable,
  RegistrationsTable,
} from './tables.ts';

export async function getRegistration(
  context: StoreContext,
  registrationId: string,
): Promise<RegistrationView | null> {
  const match = sql`registration_id = ${storable(registrationId)}`;
  return (await views(context, 'getRegistration', match))[0] ?? null;
}

export async function listRegistrations(
  context: StoreContext,
  applicantId: string,
): Promise<RegistrationView[]> {
  return views(context, 'listRegistrations', sql`applicant_id = ${storable(applicantId)}`);
}

export async function listHistory(
  context: StoreContext,
  registrationId: string,
): Promise<RegistrationEvent[]> {
  return context.run('listHistory', async () => readHistory(context, registrationId));
}

/** Registrations with their slots and briefings, read by three statements: an applicant has few. */
async function views(
  context: StoreContext,
  name: string,
  match: ReturnType<typeof sql>,
): Promise<RegistrationView[]> {
  return context.run(name, async () => {
    const registrations = await sql<Selectable<RegistrationsTable>>`
      select * from registrations where ${match}`.execute(context.db);
    if (registrations.rows.length === 0) return [];
    const slotIds = registrations.rows.map((row) => row.slot_id);
    const slots = await sql<SlotRow>`
      select ${SLOT_COLUMNS} from slots where slot_id = any(${slotIds}::text[])`.execute(context.db);
    const briefings = await sql<Selectable<BriefingsTable>>`
      select * from briefings
      where briefing_id = any(${registrations.rows.map((row) => row.briefing_id)}::text[])`.execute(
      context.db,
    );
    return registrations.rows
      .flatMap((row) => {
        const slot = slots.rows.find((one) => one.slot_id === row.slot_id);
        const briefing = briefings.rows.find((one) => one.briefing_id === row.briefing_id);
        // Erased between the statements.
        if (slot === undefined || briefing === undefined) return [];
        return [{ registration: toRegistration(row), slot: toSlot(slot), briefing: toBriefing(briefing) }];
      })
      .sort((a, b) => a.slot.startsAt - b.slot.startsAt);
  });
}

/** Events about what the applicant said, not about what happened on the day. */
const ABOUT_WORDS = sql`kind <> 'observed'`;

export async function listRoster(
  context: StoreContext,
  slotId: string,
  page: Page,
): Promise<Paged<RosterLine>> {
  const { after, limit } = readPage(page, 3);
  return context.run('listRoster', async () => {
    // Zero is everybody who does not wait; a place in the waiting list is at least one.
    const keys = await sql<{ number: string; kana_key: string; registration_id: string }>`
      select coalesce(waiting_number, 0)::text as number, kana_key, registration_id
      from registrations join applicants using (applicant_id)
      where slot_id = ${storable(slotId)} and (${after === null}::boolean
        or (coalesce(waiting_number, 0), kana_key collate "C", registration_id collate "C")
          > (${wholeNumber(after?.[0] ?? '0')}::bigint, ${after?.[1] ?? ''}::text, ${after?.[2] ?? ''}::text))
      order by coalesce(waiting_number, 0), kana_key collate "C", registration_id collate "C"
      limit ${limit + 1}`.execute(context.db);
    const { items, next } = toPaged(
      keys.rows,
      limit,
      (row) => [row.number, row.kana_key, row.registration_id],
      (row) => row.registration_id,
    );
    return { items: await rosterLines(context, items), next };
  });
}

/** The lines of these registrations, in the order of the ids. */
async function rosterLines(context: StoreContext, registrationIds: readonly string[]): Promise<RosterLine[]> {
  if (registrationIds.length === 0) return [];
  const { rows: registrations } = await sql<Selectable<RegistrationsTable>>`
    select * from registrations where registration_id = any(${registrationIds}::text[])`.execute(context.db);
  const { rows: applicants } = await sql<Selectable<ApplicantsTable>>`
    select * from applicants
    where applicant_id = any(${registrations.map((row) => row.applicant_id)}::text[])`.execute(context.db);
  const { rows: events } = await sql<Selectable<RegistrationEventsTable>>`
    select distinct on (registration_id) * from registration_events
    where registration_id = any(${registrationIds}::text[]) and ${ABOUT_WORDS}
    order by registration_id, version desc`.execute(context.db);

  const registrationOf = new Map(registrations.map((row) => [row.registration_id, row]));
  const applicantOf = new Map(applicants.map((row) => [row.applicant_id, row]));
  const eventOf = new Map(events.map((row) => [row.registration_id, row]));
  return registrationIds.flatMap((id) => {
    const registration = registrationOf.get(id);
    const applicant = applicantOf.get(registration?.applicant_id ?? '');
    const event = eventOf.get(id);
    // Erased between the statements.
    if (registration === undefined || applicant === undefined || event === undefined) return [];
    return [
      {
        applicant: toApplicant(applicant),
        registration: toRegistration(registration),
        lastChange: toEvent(event),
      },
    ];
  });
}
