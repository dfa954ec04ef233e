import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import type { CallEnd, CallFields, CallRecord, CallState } from './ports.ts';
import { CALL_COLUMNS, type CallRow, toCallRecord } from './rows.ts';
import { OPEN_STATE, legalFrom } from './states.ts';
import { storableOrNull } from './text.ts';

export async function transition(
  context: StoreContext,
  callId: string,
  epoch: number,
  from: readonly CallState[],
  to: CallState,
  fields: CallFields = {},
): Promise<boolean> {
  const legal = legalFrom(from, to);
  if (legal.length === 0) return false;
  return context.run('transition', async (attempt) => {
    const { rows } = await sql`
      update calls set state = ${to}, ${assignments(fields)}
      where call_id = ${callId} and epoch = ${epoch} and state = any(${legal}::text[])
      returning epoch`.execute(context.db);
    return rows.length === 1 || (attempt.unsure && (await isIn(context, callId, epoch, to)));
  });
}

export async function setCallFields(
  context: StoreContext,
  callId: string,
  epoch: number,
  fields: CallFields,
): Promise<boolean> {
  return context.run('setCallFields', async () => {
    const { rows } = await sql`
      update calls set ${assignments(fields)}
      where call_id = ${callId} and epoch = ${epoch} and ${OPEN_STATE}
      returning epoch`.execute(context.db);
    return rows.length === 1;
  });
}

export async function finishCall(
  context: StoreContext,
  callId: string,
  epoch: number,
  end: CallEnd,
): Promise<boolean> {
  return context.run('finishCall', async (attempt) => {
    const { rows } = await sql`
      update calls set state = ${end.state}, end_reason = ${end.reason}, end_party = ${end.party},
        end_detail = ${storableOrNull(end.detail)}, ended_at = ${new Date(end.endedAt)}
      where call_id = ${callId} and epoch = ${epoch} and ${OPEN_STATE}
      returning epoch`.execute(context.db);
    // Only this epoch could have finished the call, so its final state is the work of the lost try.
    return rows.length === 1 || (attempt.unsure && (await isIn(context, callId, epoch, end.state)));
  });
}

export async function renewLeases(
  context: StoreContext,
  node: string,
  callIds: readonly string[],
  leaseMs: number,
): Promise<string[]> {
  if (callIds.length === 0) return [];
  return context.run('renewLeases', async () => {
    const { rows } = await sql<{ call_id: string }>`
      update calls set lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
      where call_id = any(${callIds}::text[]) and node = ${node} and ${OPEN_STATE}
      returning call_id`.execute(context.db);
    return rows.map((row) => row.call_id);
  });
}

export async function takeLapsedCalls(
  context: StoreContext,
  node: string,
  leaseMs: number,
  limit: number,
  except: readonly string[],
): Promise<CallRecord[]> {
  // Not repeated when the fate of the first try is open: what it took lapses again and is found then.
  return context.run('takeLapsedCalls', async () => takeLapsed(context, node, leaseMs, limit, except), {
    repeat: 'rolled-back',
  });
}

async function takeLapsed(
  context: StoreContext,
  node: string,
  leaseMs: number,
  limit: number,
  except: readonly string[],
): Promise<CallRecord[]> {
  // FOR NO KEY UPDATE does not wait for the foreign key locks of a tool call that is being recorded.
  const { rows } = await sql<CallRow>`
    with lapsed as materialized (
      select call_id from calls
      where ${OPEN_STATE} and lease_until < clock_timestamp() and call_id <> all(${except}::text[])
      order by lease_until
      limit ${limit}
      for no key update skip locked
    ), taken as (
      update calls set node = ${node}, epoch = epoch + 1,
        lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
      from lapsed where calls.call_id = lapsed.call_id
      returning calls.*
    )
    select ${CALL_COLUMNS} from taken as calls order by claimed_at, call_id`.execute(context.db);
  return rows.map(toCallRecord);
}

/** The fields as SET list of a fixed text: an absent field keeps the column's value. */
function assignments(fields: CallFields) {
  return sql`accepted_at = coalesce(${instant(fields.acceptedAt)}::timestamptz, accepted_at),
    live_at = coalesce(${instant(fields.liveAt)}::timestamptz, live_at),
    notice_proof = coalesce(${fields.noticeProof ?? null}::text, notice_proof),
    notice_played_at = coalesce(${instant(fields.noticePlayedAt)}::timestamptz, notice_played_at),
    notice_version = coalesce(${fields.noticeVersion ?? null}::text, notice_version)`;
}

function instant(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}

async function isIn(
  context: StoreContext,
  callId: string,
  epoch: number,
  state: CallState,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from calls where call_id = ${callId} and epoch = ${epoch} and state = ${state}`.execute(
    context.db,
  );
  return rows.length === 1;
}
