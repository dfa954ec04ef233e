import { sql } from 'kysely';
import { DenwabanError } from '../errors.ts';
import type { StoreContext } from './context.ts';
import type { ToolBegin, ToolCallKey, ToolStatus } from './ports.ts';
import type { ToolCallsTable } from './schema.ts';
import { storable } from './text.ts';

/** Bytes of the token that makes a repeated insert recognise its own row. */
const TOKEN_BYTES = 8;

export async function beginToolCall(
  context: StoreContext,
  key: ToolCallKey,
  name: string,
  args: string,
  at: number,
): Promise<ToolBegin> {
  const token = context.random.hex(TOKEN_BYTES);
  return context.run('beginToolCall', async () => {
    const { rows } = await sql`
      insert into tool_calls (call_id, function_call_id, name, arguments, status, begin_token, started_at)
      values (${key.callId}, ${key.functionCallId}, ${storable(name)}, ${storable(args)}, 'running', ${token},
        ${new Date(at)})
      on conflict (call_id, function_call_id) do nothing
      returning status`.execute(context.db);
    return rows.length === 1 ? { outcome: 'new' } : readBegin(context, key, token);
  });
}

export async function finishToolCall(
  context: StoreContext,
  key: ToolCallKey,
  status: ToolStatus,
  output: string,
  at: number,
): Promise<string> {
  return context.run('finishToolCall', async () => {
    const { rows } = await sql<{ output: string }>`
      update tool_calls set status = ${status}, output = ${storable(output)}, finished_at = ${new Date(at)}
      where call_id = ${key.callId} and function_call_id = ${key.functionCallId} and status = 'running'
      returning output`.execute(context.db);
    return rows[0]?.output ?? (await standingOutput(context, key));
  });
}

async function readBegin(context: StoreContext, key: ToolCallKey, token: string): Promise<ToolBegin> {
  const row = await find(context, key);
  if (row === undefined || row.output === null || row.status === 'running') {
    return { outcome: row?.begin_token === token ? 'new' : 'running' };
  }
  return { outcome: 'finished', output: row.output, status: row.status };
}

async function standingOutput(context: StoreContext, key: ToolCallKey): Promise<string> {
  const output = (await find(context, key))?.output ?? null;
  if (output === null)
    throw new DenwabanError('DW_TOOL', 'a function call was finished that was never begun');
  return output;
}

async function find(
  context: StoreContext,
  key: ToolCallKey,
): Promise<Pick<ToolCallsTable, 'status' | 'output' | 'begin_token'> | undefined> {
  const { rows } = await sql<Pick<ToolCallsTable, 'status' | 'output' | 'begin_token'>>`
    select status, output, begin_token from tool_calls
    where call_id = ${key.callId} and function_call_id = ${key.functionCallId}`.execute(context.db);
  return rows[0];
}
