import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Applicant } from '../../briefing/applicant.ts';
import type { CallQuery, RegistrationLine, RegistrationQuery } from '../api-ports.ts';
import { readPage, toPaged, wholeNumber } from '../briefing/cursor.ts';
import type { Page, Paged } from '../briefing-ports.ts';
import { toApplicant, toRegistration } from '../briefing/rows.ts';
import type { ApplicantsTable, RegistrationsTable } from '../briefing/tables.ts';
import type { StoreContext } from '../context.ts';
import type { CallRecord, MessageRecord } from '../ports.ts';
import { CALL_COLUMNS, type CallRow, toCallRecord, toMessageRecord } from '../rows.ts';
import type { MessagesTable } from '../schema.ts';
import { storableOrNull } from '../text.ts';

/*
 * Cursors stand in addresses, and addresses in the logs of proxies: the sort columns of these lists are times and ids,
 * nothing personal.
 */

export async function listRegistrations(
  context: StoreContext,
  query: RegistrationQuery,
  page: Page,
): Promise<Paged<RegistrationLine>> {
  const { after, limit } = readPage(page, 2);
  const from = after === null ? null : momentOf(after[0]);
  return context.run('listRegistrations', async () => {
    const { rows } = await sql<Selectable<RegistrationsTable> & Moment>`
      select *, ${microseconds(sql.ref('changed_at'))} as moment from registrations
      where ${narrowed('briefing_id', storableOrNull(query.briefingId))}
        and ${narrowed('slot_id', storableOrNull(query.slotId))}
        and ${narrowed('status', query.status)}
        and (${query.changedSince === null}::boolean or changed_at >= ${new Date(query.changedSince ?? 0)})
        and (${from === null}::boolean
          or (changed_at, registration_id collate "C") > (${instantOf(from)}, ${after?.[1] ?? ''}::text))
      order by changed_at, registration_id collate "C"
      limit ${limit + 1}`.execute(context.db);
    const { rows: people } = await sql<Selectable<ApplicantsTable>>`
      select * from applicants
      where applicant_id = any(${rows.map((row) => row.applicant_id)}::text[])`.execute(context.db);
    const personOf = new Map(people.map((row) => [row.applicant_id, toApplicant(row)]));
    const part = toPaged(
      rows,
      limit,
      (row) => [row.moment, row.registration_id],
      (row) => row,
    );
    const items = part.items.flatMap((row) => {
      const applicant = personOf.get(row.applicant_id);
      // Erased between the statements.
      return applicant === undefined ? [] : [{ registration: toRegistration(row), applicant }];
    });
    return { items, next: part.next };
  });
}

export async function listApplicants(context: StoreContext, page: Page): Promise<Paged<Applicant>> {
  const { after, limit } = readPage(page, 1);
  return context.run('listApplicantsById', async () => {
    const { rows } = await sql<Selectable<ApplicantsTable>>`
      select * from applicants
      where ${after === null}::boolean or applicant_id collate "C" > ${after?.[0] ?? ''}::text
      order by applicant_id collate "C" limit ${limit + 1}`.execute(context.db);
    return toPaged(rows, limit, (row) => [row.applicant_id], toApplicant);
  });
}

export async function listCalls(
  context: StoreContext,
  query: CallQuery,
  page: Page,
): Promise<Paged<CallRecord>> {
  const { after, limit } = readPage(page, 2);
  const from = after === null ? null : momentOf(after[0]);
  return context.run('listCallsByPage', async () => {
    const { rows } = await sql<CallRow & Moment>`
      select ${CALL_COLUMNS}, ${microseconds(sql.ref('claimed_at'))} as moment from calls
      where ${narrowed('state', query.state)}
        and (${query.since === null}::boolean or claimed_at >= ${new Date(query.since ?? 0)})
        and (${from === null}::boolean
          or (claimed_at, call_id) < (${instantOf(from)}, ${after?.[1] ?? ''}::text))
      order by claimed_at desc, call_id desc
      limit ${limit + 1}`.execute(context.db);
    return toPaged(rows, limit, (row) => [row.moment, row.call_id], toCallRecord);
  });
}

export async function listMessages(
  context: StoreContext,
  callId: string | null,
  page: Page,
): Promise<Paged<MessageRecord>> {
  const { after, limit } = readPage(page, 2);
  const from = after === null ? null : momentOf(after[0]);
  return context.run('listMessagesByPage', async () => {
    const { rows } = await sql<Selectable<MessagesTable> & Moment>`
      select *, ${microseconds(sql.ref('at'))} as moment from messages
      where ${narrowed('call_id', storableOrNull(callId))}
        and (${from === null}::boolean
          or (at, message_id::text) < (${instantOf(from)}, ${after?.[1] ?? ''}::text))
      order by at desc, message_id::text desc
      limit ${limit + 1}`.execute(context.db);
    return toPaged(rows, limit, (row) => [row.moment, row.message_id], toMessageRecord);
  });
}

interface Moment {
  /** Microseconds since the Unix epoch: a Date holds no more than milliseconds, and a list may not skip what lies between. */
  readonly moment: string;
}

function microseconds(column: RawBuilder<unknown>): RawBuilder<string> {
  return sql`(extract(epoch from ${column}) * 1000000)::bigint::text`;
}

function momentOf(key: string | undefined): string {
  return wholeNumber(key ?? '');
}

function instantOf(moment: string | null): RawBuilder<unknown> {
  return sql`timestamptz 'epoch' + ${moment ?? '0'}::bigint * interval '1 microsecond'`;
}

function narrowed(column: string, value: string | null): RawBuilder<boolean> {
  return sql`(${value}::text is null or ${sql.ref(column)} = ${value}::text)`;
}
