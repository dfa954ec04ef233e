import { type Selectable, sql } from 'kysely';
import type { Atomic } from './atomic.ts';
import type { CommandInput, CommandRecord, CommandStore, TakenCommand } from './command-ports.ts';
import type { StoreContext } from './context.ts';
import { hint } from './hints.ts';
import type { CallSeat } from './ports.ts';
import type { CallCommandsTable } from './schema.ts';
import { OPEN_STATE } from './states.ts';
import { storableOrNull } from './text.ts';

/** What was asked longer ago than this is not done any more, s: the talk has gone on. Hanging up is. */
const FRESH_S = 60;

/** Operators' commands over one connection pool, embedded engine or transaction. */
export function createCommandStore(context: StoreContext): CommandStore {
  return {
    request: async (input) => request(context, input),
    take: async (seats, known) => take(context, seats, known),
    finish: async (command, end) =>
      context.run('finishCommand', async () => {
        const { rows } = await sql`
          update call_commands set state = ${end.state}, result = ${end.result}, finished_at = ${new Date(end.at)},
            argument = case when kind = 'say' then '' else argument end
          where command_id = ${command.commandId} and state = 'running' and epoch = ${command.epoch}
          returning 1`.execute(context.db);
        const { commandId, callId } = command;
        const payload = { command_id: commandId, state: end.state, result: end.result };
        if (rows.length === 1)
          context.audit?.add({ callId, at: end.at, actor: 'system', kind: 'command.ended', payload });
        return rows.length === 1;
      }),
    get: async (commandId) =>
      context.run('getCommand', async () => {
        const { rows } = await sql<Row>`
          select * from call_commands where command_id = ${commandId}`.execute(context.db);
        return rows[0] === undefined ? null : toRecord(rows[0]);
      }),
    list: async (callId) =>
      context.run('listCommands', async () => {
        const { rows } = await sql<Row>`
          select * from call_commands where call_id = ${callId} order by requested_at, command_id`.execute(
          context.db,
        );
        return rows.map(toRecord);
      }),
  };
}

/** The same outside of a transaction: what the audit has to know is stored in one with what was asked and done. */
export function auditedCommands(plain: CommandStore, atomic: Atomic): CommandStore {
  return {
    ...plain,
    request: async (input) => atomic('requestCommand', async ({ commands }) => commands.request(input)),
    finish: async (command, end) =>
      atomic('finishCommand', async ({ commands }) => commands.finish(command, end)),
  };
}

type Row = Selectable<CallCommandsTable>;

async function request(context: StoreContext, input: CommandInput): Promise<'asked' | 'over' | 'not_found'> {
  return context.run('requestCommand', async () => {
    const { commandId, callId, kind, argument, requestedBy } = input;
    // The lock keeps the call from ending before the command is there to be settled with it.
    const { rows } = await sql`
      with asked as (
        insert into call_commands (command_id, call_id, kind, argument, requested_by)
        select ${commandId}::uuid, call_id, ${kind}::text, ${storableOrNull(argument)}::text, ${requestedBy}::text
        from calls where call_id = ${callId} and ${OPEN_STATE} for share
        on conflict (command_id) do nothing
        returning 1
      )
      select ${hint('command')} from asked`.execute(context.db);
    if (rows.length === 1) {
      const target = kind === 'transfer' ? argument : null;
      const payload = { command_id: commandId, command: kind, requested_by: requestedBy, target };
      context.audit?.add({ callId, at: input.at, actor: 'team', kind: 'command.asked', payload });
      return 'asked';
    }
    const { rows: known } = await sql<{ asked: boolean }>`
      select exists (select 1 from call_commands where command_id = ${commandId}) as asked
      from calls where call_id = ${callId}`.execute(context.db);
    if (known[0] === undefined) return 'not_found';
    return known[0].asked ? 'asked' : 'over';
  });
}

async function take(
  context: StoreContext,
  seats: readonly CallSeat[],
  known: readonly string[],
): Promise<TakenCommand[]> {
  return context.run('takeCommands', async () => {
    const { rows } = await sql<Row & { owner: number }>`
      with open as materialized (
        select command_id, calls.epoch as owner, call_commands.kind <> 'hang_up' as once, call_commands.epoch as taken,
          requested_at < clock_timestamp() - ${FRESH_S}::float8 * interval '1 second' as stale
        from call_commands
        join calls using (call_id)
        join unnest(${seats.map(({ callId }) => callId)}::text[], ${seats.map(({ epoch }) => epoch)}::integer[])
          as seat (call_id, epoch) on seat.call_id = calls.call_id and seat.epoch = calls.epoch
        where call_commands.state in ('waiting', 'running') and command_id <> all(${known}::uuid[])
      ), given_up as (
        update call_commands set
          state = case when open.taken is null then 'refused' else 'failed' end,
          result = case when open.taken is null then 'too_late' else 'owner_lost' end,
          argument = case when kind = 'say' then '' else argument end, finished_at = clock_timestamp()
        from open
        where call_commands.command_id = open.command_id and once and (stale or taken < owner)
          and state in ('waiting', 'running')
      )
      update call_commands set state = 'running', epoch = open.owner
      from open
      where call_commands.command_id = open.command_id and not (once and (stale or coalesce(taken < owner, false)))
        and state in ('waiting', 'running')
      returning call_commands.*, open.owner`.execute(context.db);
    return rows.map((row) => ({ ...toRecord(row), epoch: row.owner }));
  });
}

function toRecord(row: Row): CommandRecord {
  return {
    commandId: row.command_id,
    callId: row.call_id,
    kind: row.kind,
    argument: row.argument,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.getTime(),
    state: row.state,
    result: row.result,
    finishedAt: row.finished_at?.getTime() ?? null,
  };
}
