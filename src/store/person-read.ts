import { type RawBuilder, type Selectable, sql } from 'kysely';
import { readHistory } from './briefing/history.ts';
import { listRegistrations } from './briefing/registrations.ts';
import type { StoreContext } from './context.ts';
import { createLeadStore } from './leads.ts';
import { callsOfPerson } from './person-calls.ts';
import type { Person, PersonCall, PersonFile, SentMessage } from './person-ports.ts';
import type { MessageRecord } from './ports.ts';
import { getCall, listToolCalls, listTurns } from './queries.ts';
import { toMessageRecord } from './rows.ts';
import type { MessagesTable, OutboundMessagesTable } from './schema.ts';

/** Reads everything that is stored about a person. */
export async function readPerson(
  context: StoreContext,
  person: Person,
  withShared: boolean,
): Promise<PersonFile> {
  const found = await callsOfPerson(context, person);
  const shared = withShared ? found.shared : [];
  const ids = [...found.own, ...shared];
  const calls: PersonCall[] = [];
  for (const callId of ids) {
    const call = await getCall(context, callId);
    if (call === null) continue;
    calls.push({
      call,
      shared: shared.includes(callId),
      turns: await listTurns(context, callId),
      toolCalls: await listToolCalls(context, callId),
    });
  }
  return {
    person,
    registrations: await readRegistrations(context, person),
    calls,
    callsLeftOut: withShared ? 0 : found.shared.length,
    messagesTaken: await readMessages(context, person, ids),
    leads: await readLeads(context, person, ids),
    messagesSent: await readSent(context, person, ids),
  };
}

async function readRegistrations(
  context: StoreContext,
  { applicant }: Person,
): Promise<PersonFile['registrations'][number][]> {
  if (applicant === null) return [];
  const views = await listRegistrations(context, applicant.applicantId);
  const whole: PersonFile['registrations'][number][] = [];
  for (const view of views)
    whole.push({ ...view, history: await readHistory(context, view.registration.registrationId) });
  return whole;
}

async function readMessages(
  context: StoreContext,
  person: Person,
  callIds: readonly string[],
): Promise<MessageRecord[]> {
  return context.run('person.messages', async () => {
    const { rows } = await sql<Selectable<MessagesTable>>`
      select * from messages where ${messagesOf(person, callIds)} order by at, message_id`.execute(
      context.db,
    );
    return rows.map(toMessageRecord);
  });
}

async function readLeads(
  context: StoreContext,
  person: Person,
  callIds: readonly string[],
): Promise<PersonFile['leads'][number][]> {
  const rows = await context.run('person.leads', async () => {
    const result = await sql<{ lead_id: string }>`
      select lead_id from leads where ${leadsOf(person, callIds)} order by created_at, lead_id`.execute(
      context.db,
    );
    return result.rows;
  });
  const store = createLeadStore(context);
  const whole: PersonFile['leads'][number][] = [];
  for (const { lead_id: leadId } of rows) {
    const lead = await store.get(leadId);
    if (lead !== null) whole.push({ ...lead, contacts: await store.listContacts(leadId) });
  }
  return whole;
}

async function readSent(
  context: StoreContext,
  person: Person,
  callIds: readonly string[],
): Promise<SentMessage[]> {
  return context.run('person.sent', async () => {
    const { rows } = await sql<Selectable<OutboundMessagesTable>>`
      select * from outbound_messages where ${sentTo(person, callIds)}
      order by created_at, message_id`.execute(context.db);
    return rows.map((row) => ({
      messageId: row.message_id,
      kind: row.kind,
      template: row.template_key,
      recipient: row.recipient,
      subject: row.subject,
      body: row.body,
      calendar: row.calendar,
      state: row.state,
      createdAt: row.created_at.getTime(),
      sentAt: row.sent_at?.getTime() ?? null,
    }));
  });
}

/** Condition on `messages`: taken in the calls, or to be answered to a number that is the person's alone. */
export function messagesOf(person: Person, callIds: readonly string[]): RawBuilder<unknown> {
  return sql`(call_id = any(${[...callIds]}::text[]) or (callback_number = any(${[...person.numbers]}::text[])
    and not ${heldByAnother(person, sql`callback_number`)}))`;
}

/** Condition on `leads`: made in the calls, or under a number that is the person's alone. */
export function leadsOf(person: Person, callIds: readonly string[]): RawBuilder<unknown> {
  return sql`(lead_id in (select lead_id from lead_contacts where call_id = any(${[...callIds]}::text[]))
    or (phone = any(${[...person.numbers]}::text[]) and not ${heldByAnother(person, sql`phone`)}))`;
}

/** Condition on `outbound_messages`: for the applicant, caused by the calls, or to an address without another owner. */
export function sentTo(person: Person, callIds: readonly string[]): RawBuilder<unknown> {
  const applicantId = person.applicant?.applicantId ?? null;
  const email = person.applicant?.email ?? null;
  const addresses = email === null ? [...person.numbers] : [...person.numbers, email];
  return sql`(applicant_id = ${applicantId}::text or (
    applicant_id is null and kind <> 'webhook' and (call_id = any(${[...callIds]}::text[])
      or (recipient = any(${addresses}::text[]) and not ${heldByAnother(person, sql`recipient`)}))))`;
}

/** Whether an applicant other than the person has this number or address. */
function heldByAnother({ applicant }: Person, column: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (select 1 from applicants other where other.applicant_id is distinct from ${applicant?.applicantId ?? null}::text
    and (other.phones @> array[${column}] or other.email = ${column}))`;
}
