import { type Selectable, sql } from 'kysely';
import { searchKey } from '../briefing/search-key.ts';
import { readPage, toPaged, wholeNumber } from './briefing/cursor.ts';
import type { Page, Paged } from './briefing-ports.ts';
import type { StoreContext } from './context.ts';
import type {
  Lead,
  LeadContact,
  LeadInput,
  LeadState,
  LeadStore,
  LeadTopic,
  SaveLeadResult,
} from './lead-ports.ts';
import type { LeadsTable } from './schema.ts';
import { storable, storableOrNull } from './text.ts';

/** Contacts that one call may store: somebody asks for two or three things, a confused model for thirty. */
export const MAX_CONTACTS_PER_CALL = 3;

/** The end of the year 9999, ms. */
const LATEST_MS = 253_402_300_799_999;

/** The store's operations on leads. Each is one statement, so that it is whole inside and outside of a transaction. */
export function createLeadStore(context: StoreContext): LeadStore {
  return {
    save: async (input) => save(context, input),
    get: async (leadId) => get(context, leadId),
    listContacts: async (leadId) => listContacts(context, leadId),
    list: async (page, state) => list(context, page, state),
    close: async (leadId, memberId, at) =>
      mark(context, leadId, sql`state = 'done', done_at = ${new Date(at)}, done_by = ${memberId}`),
    reopen: async (leadId) => mark(context, leadId, sql`state = 'open', done_at = null, done_by = null`),
  };
}

async function save(context: StoreContext, input: LeadInput): Promise<SaveLeadResult> {
  const leadId = context.random.uuid();
  const at = new Date(input.at);
  const callbackAt = input.callbackAt === null ? null : new Date(input.callbackAt);
  return context.run('saveLead', async () => {
    const { rows } = await sql<{ lead_id: string; kept: string; added: boolean }>`
      with allowed as (
        select 1 where not exists (
            select 1 from lead_contacts where call_id = ${input.callId} and natural_key = ${input.naturalKey})
          and (select count(*) from lead_contacts where call_id = ${input.callId}) < ${MAX_CONTACTS_PER_CALL}
      ), kept as (
        insert into leads as l (lead_id, phone, kana_key, kana_name, university, callback_at, created_at, updated_at)
        select ${leadId}::uuid, ${input.phone}::text, ${searchKey(input.kanaName)}::text,
          ${storable(input.kanaName)}::text, ${storableOrNull(input.university)}::text,
          ${callbackAt}::timestamptz, ${at}::timestamptz, ${at}::timestamptz
        from allowed
        on conflict (phone, kana_key) do update set
          kana_name = excluded.kana_name,
          university = coalesce(excluded.university, l.university),
          callback_at = coalesce(excluded.callback_at, l.callback_at),
          updated_at = excluded.updated_at,
          state = 'open', done_at = null, done_by = null
        returning lead_id
      ), contact as (
        insert into lead_contacts (call_id, natural_key, lead_id, topic, note, callback_at, at)
        select ${input.callId}, ${input.naturalKey}, lead_id, ${input.topic}, ${storableOrNull(input.note)},
          ${callbackAt}::timestamptz, ${at}::timestamptz
        from kept
        on conflict (call_id, natural_key) do nothing
        returning lead_id
      )
      select kept.lead_id::text as kept, exists (select 1 from contact) as added from kept`.execute(
      context.db,
    );
    const row = rows[0];
    if (row?.added === true)
      return { outcome: row.kept === leadId ? 'created' : 'added', leadId: row.kept } as const;
    return standing(context, input, leadId);
  });
}

/** Why nothing was added. A lead with our own id means that an earlier try was stored and its answer lost. */
async function standing(context: StoreContext, input: LeadInput, leadId: string): Promise<SaveLeadResult> {
  const row = await context.db
    .selectFrom('lead_contacts')
    .select('lead_id')
    .where('call_id', '=', input.callId)
    .where('natural_key', '=', input.naturalKey)
    .executeTakeFirst();
  if (row === undefined) return { outcome: 'too_many' };
  return { outcome: row.lead_id === leadId ? 'created' : 'duplicate', leadId: row.lead_id };
}

/** Ids come from addresses and cursors: what is none finds nothing. */
function isId(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}

async function get(context: StoreContext, leadId: string): Promise<Lead | null> {
  if (!isId(leadId)) return null;
  return context.run('getLead', async () => {
    const { rows } = await sql<Selectable<LeadsTable>>`
      select * from leads where lead_id = ${leadId}`.execute(context.db);
    return rows[0] === undefined ? null : toLead(rows[0]);
  });
}

async function listContacts(context: StoreContext, leadId: string): Promise<LeadContact[]> {
  if (!isId(leadId)) return [];
  return context.run('listLeadContacts', async () => {
    const { rows } = await sql<{
      call_id: string;
      topic: LeadTopic;
      note: string | null;
      callback_at: Date | null;
      at: Date;
    }>`
      select call_id, topic, note, callback_at, at from lead_contacts
      where lead_id = ${leadId} order by at, call_id, natural_key`.execute(context.db);
    return rows.map((row) => ({
      callId: row.call_id,
      topic: row.topic,
      note: row.note,
      callbackAt: row.callback_at?.getTime() ?? null,
      at: row.at.getTime(),
    }));
  });
}

async function list(context: StoreContext, page: Page, state: LeadState | null): Promise<Paged<Lead>> {
  const { after, limit } = readPage(page, 2);
  const last = after === null ? null : instantOf(after[0] ?? '');
  return context.run('listLeads', async () => {
    const { rows } = await sql<Selectable<LeadsTable>>`
      select * from leads
      where (${state}::text is null or state = ${state})
        and (${last}::timestamptz is null or updated_at < ${last}
          or (updated_at = ${last} and lead_id::text > ${after?.[1] ?? ''}))
      order by updated_at desc, lead_id
      limit ${limit + 1}`.execute(context.db);
    return toPaged(rows, limit, (row) => [String(row.updated_at.getTime()), row.lead_id], toLead);
  });
}

/** @throws DenwabanError DW_CURSOR when the key is no instant of this list */
function instantOf(key: string): Date {
  // What no Date holds is cut to what one does: the list goes on at its end.
  return new Date(Math.min(Number(wholeNumber(key)), LATEST_MS));
}

async function mark(
  context: StoreContext,
  leadId: string,
  assignment: ReturnType<typeof sql>,
): Promise<Lead | null> {
  if (!isId(leadId)) return null;
  return context.run('markLead', async () => {
    const { rows } = await sql<Selectable<LeadsTable>>`
      update leads set ${assignment} where lead_id = ${leadId} returning *`.execute(context.db);
    return rows[0] === undefined ? null : toLead(rows[0]);
  });
}

function toLead(row: Selectable<LeadsTable>): Lead {
  return {
    leadId: row.lead_id,
    phone: row.phone,
    kanaName: row.kana_name,
    university: row.university,
    state: row.state,
    callbackAt: row.callback_at?.getTime() ?? null,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    doneAt: row.done_at?.getTime() ?? null,
    doneBy: row.done_by,
  };
}
