import { sql } from 'kysely';
import type { Executor, OutboundKind, OutboundRecord, OutboundState, Resolution } from './ports.ts';

/** A row to be stored: nothing has been tried yet. */
export interface NewRow {
  readonly messageId: string;
  readonly kind: OutboundKind;
  readonly templateKey: string;
  readonly to: string;
  readonly body: string;
  readonly subject: string | null;
  readonly calendar: string | null;
  readonly callId: string | null;
  readonly applicantId: string | null;
  readonly naturalKey: string;
  readonly dueAt: number;
  readonly notAfter: number;
  readonly createdAt: number;
}

/** Stores a row once per natural key. @returns its id, and whether an earlier request had stored it */
export async function insertRow(
  db: Executor,
  row: NewRow,
): Promise<{ messageId: string; duplicate: boolean }> {
  const inserted = await sql`
    insert into outbound_messages (message_id, kind, template_key, recipient, body, subject, calendar, call_id,
      applicant_id, natural_key, due_at, not_after, created_at)
    values (${row.messageId}, ${row.kind}, ${row.templateKey}, ${row.to}, ${row.body}, ${row.subject},
      ${row.calendar}, ${row.callId}, ${row.applicantId}, ${row.naturalKey}, ${new Date(row.dueAt)}, ${new Date(row.notAfter)},
      ${new Date(row.createdAt)})
    on conflict (natural_key) do nothing
    returning message_id`.execute(db);
  if (inserted.rows.length === 1) return { messageId: row.messageId, duplicate: false };
  const standing = await sql<{ message_id: string }>`
    select message_id from outbound_messages where natural_key = ${row.naturalKey}`.execute(db);
  return { messageId: standing.rows[0]?.message_id ?? row.messageId, duplicate: true };
}

/** Takes a row back that its own transaction has stored. */
export async function deleteRow(db: Executor, messageId: string): Promise<void> {
  await sql`delete from outbound_messages where message_id = ${messageId}`.execute(db);
}

/** A row as its columns are named. */
interface Row {
  readonly message_id: string;
  readonly kind: OutboundKind;
  readonly template_key: string;
  readonly recipient: string;
  readonly body: string;
  readonly subject: string | null;
  readonly calendar: string | null;
  readonly call_id: string | null;
  readonly applicant_id: string | null;
  readonly state: OutboundState;
  readonly resolution: Resolution | null;
  readonly attempts: number;
  readonly due_at: Date;
  readonly not_after: Date;
  readonly provider_id: string | null;
  readonly detail: string | null;
  readonly created_at: Date;
  readonly sent_at: Date | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a message's id. */
export function isMessageId(text: string): boolean {
  return UUID.test(text);
}

/** The row, or null. */
export async function getRow(db: Executor, messageId: string): Promise<OutboundRecord | null> {
  if (!isMessageId(messageId)) return null;
  const { rows } = await sql<Row>`select * from outbound_messages where message_id = ${messageId}`.execute(
    db,
  );
  return rows[0] === undefined ? null : recordOf(rows[0]);
}

/** Which rows are listed; absent keys do not narrow. */
export interface RowFilter {
  readonly kind?: OutboundKind;
  readonly state?: OutboundState;
  readonly callId?: string;
  readonly applicantId?: string;
  /** The last row of the page before. */
  readonly after?: Pick<OutboundRecord, 'createdAt' | 'messageId'>;
}

/** Newest first, at most `limit`. */
export async function listRows(db: Executor, filter: RowFilter, limit: number): Promise<OutboundRecord[]> {
  const { kind = null, state = null, callId = null, applicantId = null } = filter;
  const at = filter.after === undefined ? null : new Date(filter.after.createdAt);
  const id = filter.after?.messageId ?? null;
  const { rows } = await sql<Row>`
    select * from outbound_messages
    where (${kind}::text is null or kind = ${kind}) and (${state}::text is null or state = ${state})
      and (${callId}::text is null or call_id = ${callId})
      and (${applicantId}::text is null or applicant_id = ${applicantId})
      and (${at}::timestamptz is null or created_at < ${at}
        or (created_at = ${at} and message_id > ${id}::uuid))
    order by created_at desc, message_id limit ${limit}`.execute(db);
  return rows.map(recordOf);
}

function recordOf(row: Row): OutboundRecord {
  return {
    messageId: row.message_id,
    kind: row.kind,
    templateKey: row.template_key,
    to: row.recipient,
    body: row.body,
    subject: row.subject,
    calendar: row.calendar,
    callId: row.call_id,
    applicantId: row.applicant_id,
    state: row.state,
    resolution: row.resolution,
    attempts: row.attempts,
    dueAt: row.due_at.getTime(),
    notAfter: row.not_after.getTime(),
    providerId: row.provider_id,
    detail: row.detail,
    createdAt: row.created_at.getTime(),
    sentAt: row.sent_at?.getTime() ?? null,
  };
}
