import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import type { CallEnd, CallFields, CallState } from './ports.ts';
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
    if (rows.length === 1 && to === 'live') noteLive(context, callId, fields);
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
    if (rows.length === 1 && fields.noticeProof !== undefined) noteNotice(context, callId, fields);
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
    if (rows.length === 1) context.audit?.ended(callId, end.endedAt);
    // Only this epoch could have finished the call, so its final state is the work of the lost try.
    return rows.length === 1 || (attempt.unsure && (await isIn(context, callId, epoch, end.state)));
  });
}

/** A call that goes live a second time, because a goodbye was called off, has no fields. */
function noteLive({ audit }: StoreContext, callId: string, fields: CallFields): void {
  if (fields.liveAt === undefined) return;
  const payload = { notice_version: fields.noticeVersion ?? null };
  audit?.add({ callId, at: fields.liveAt, actor: 'system', kind: 'call.live', payload });
}

function noteNotice({ audit, now }: StoreContext, callId: string, fields: CallFields): void {
  const payload = { proof: fields.noticeProof ?? null };
  audit?.add({ callId, at: fields.noticePlayedAt ?? now(), actor: 'agent', kind: 'call.notice', payload });
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
