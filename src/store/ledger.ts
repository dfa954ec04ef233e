import { sql } from 'kysely';
import { DenwabanError } from '../errors.ts';
import type { StoreContext } from './context.ts';
import type { ToolBegin, ToolCallKey, ToolStanding, ToolStatus } from './ports.ts';
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
      select ${key.callId}::text, ${key.functionCallId}::text, ${storable(name)}::text, ${storable(args)}::text,
        'running', ${token}::text, ${new Date(at)}::timestamptz
      where ${owned(key)}
      on conflict (call_id, function_call_id) do nothing
      returning status`.execute(context.db);
    if (rows.length === 1) return { outcome: 'new' };
    await requireOwner(context, key);
    return readBegin(context, key, token);
  });
}

export async function holdToolCall(context: StoreContext, key: ToolCallKey): Promise<ToolStanding> {
  return context.run('holdToolCall', async () => {
    const { rows } = await sql<Pick<ToolCallsTable, 'status' | 'output'>>`
      select status, output from tool_calls
      where call_id = ${key.callId} and function_call_id = ${key.functionCallId}
      for update`.execute(context.db);
    // Asked in a statement of its own, behind the lock: whoever took the call meanwhile is seen.
    await requireOwner(context, key);
    const [row] = rows;
    if (row === undefined) throw neverBegun();
    return row.output === null || row.status === 'running'
      ? { outcome: 'running' }
      : { outcome: 'finished', output: row.output, status: row.status };
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
        and ${owned(key)}
      returning output`.execute(context.db);
    if (rows[0] !== undefined) return rows[0].output;
    await requireOwner(context, key);
    return standingOutput(context, key);
  });
}

/** Condition "the key's epoch owns the call". */
function owned({ callId, epoch }: ToolCallKey) {
  return sql`exists (select 1 from calls where call_id = ${callId} and epoch = ${epoch}::integer)`;
}

async function requireOwner(context: StoreContext, key: ToolCallKey): Promise<void> {
  const { rows } = await sql`select 1 where ${owned(key)}`.execute(context.db);
  if (rows.length === 0) throw new DenwabanError('DW_CALL_LOST', 'another node owns the call');
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
  if (output === null) throw neverBegun();
  return output;
}

function neverBegun(): DenwabanError {
  return new DenwabanError('DW_TOOL', 'a function call was finished that was never begun');
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
