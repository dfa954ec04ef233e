import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import type { CallRecord, MessageRecord, ToolCallRecord, TurnRecord, UsageRecord } from './ports.ts';
import {
  CALL_COLUMNS,
  type CallRow,
  toCallRecord,
  toMessageRecord,
  toToolCallRecord,
  toTurnRecord,
  toUsageRecord,
} from './rows.ts';

export async function getCall(context: StoreContext, callId: string): Promise<CallRecord | null> {
  return context.run('getCall', async () => {
    const { rows } = await sql<CallRow>`
      select ${CALL_COLUMNS} from calls where call_id = ${callId}`.execute(context.db);
    return rows[0] === undefined ? null : toCallRecord(rows[0]);
  });
}

export async function listCalls(context: StoreContext, limit: number): Promise<CallRecord[]> {
  return context.run('listCalls', async () => {
    const { rows } = await sql<CallRow>`
      select ${CALL_COLUMNS} from calls order by claimed_at desc, call_id limit ${limit}`.execute(context.db);
    return rows.map(toCallRecord);
  });
}

export async function listTurns(context: StoreContext, callId: string): Promise<TurnRecord[]> {
  return context.run('listTurns', async () => {
    const rows = await context.db
      .selectFrom('turns')
      .selectAll()
      .where('call_id', '=', callId)
      .orderBy('sequence')
      .orderBy('turn_key')
      .execute();
    return rows.map(toTurnRecord);
  });
}

export async function listToolCalls(context: StoreContext, callId: string): Promise<ToolCallRecord[]> {
  return context.run('listToolCalls', async () => {
    const rows = await context.db
      .selectFrom('tool_calls')
      .selectAll()
      .where('call_id', '=', callId)
      .orderBy('started_at')
      .orderBy('function_call_id')
      .execute();
    return rows.map(toToolCallRecord);
  });
}

export async function listUsage(context: StoreContext, callId: string): Promise<UsageRecord[]> {
  return context.run('listUsage', async () => {
    const rows = await context.db
      .selectFrom('usage')
      .selectAll()
      .where('call_id', '=', callId)
      .orderBy('at')
      .orderBy('usage_key')
      .execute();
    return rows.map(toUsageRecord);
  });
}

export async function listMessages(context: StoreContext, limit: number): Promise<MessageRecord[]> {
  return context.run('listMessages', async () => {
    const rows = await context.db
      .selectFrom('messages')
      .selectAll()
      .orderBy('at', 'desc')
      .orderBy('message_id')
      .limit(limit)
      .execute();
    return rows.map(toMessageRecord);
  });
}

export async function ping(context: StoreContext): Promise<void> {
  await context.run('ping', async () => sql`select 1`.execute(context.db));
}
