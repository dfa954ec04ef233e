import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import type { Owned, ProgressRecord, TurnRecord, UsageRecord } from './ports.ts';
import { OPEN_STATE } from './states.ts';
import { storable, storableValue } from './text.ts';

/**
 * Stores all rows by one statement, whatever their number: each table's rows travel as one JSON array.
 * A turn that is stored already is written again only if it changed. A row whose writer no longer owns the call is
 * left out, silently: its new owner tells the rest.
 */
export async function appendTranscript(
  context: StoreContext,
  turns: readonly Owned<TurnRecord>[],
  usage: readonly Owned<UsageRecord>[],
  progress: readonly ProgressRecord[] = [],
): Promise<void> {
  if (turns.length + usage.length + progress.length === 0) return;
  const turnRows = JSON.stringify(latest(turns, (turn) => `${turn.callId} ${turn.turnKey}`).map(turnRow));
  const usageRows = JSON.stringify(
    latest(usage, (entry) => `${entry.callId} ${entry.usageKey}`).map(usageRow),
  );
  const newest = latest(progress, ({ callId }) => callId).map(progressRow);
  // A body holds what the model called tools with.
  const progressRows = JSON.stringify(newest, storableValue);
  await context.run('appendTranscript', async () => {
    await sql`
      with stored_progress as (
        insert into call_progress (call_id, epoch, body, saved_at)
        select calls.call_id, row.epoch, row.body, clock_timestamp()
        from jsonb_to_recordset(${progressRows}::text::jsonb) as row (call_id text, epoch integer, body jsonb)
        join calls on calls.call_id = row.call_id and calls.epoch = row.epoch and ${OPEN_STATE}
        order by calls.call_id
        on conflict (call_id) do update
          set epoch = excluded.epoch, body = excluded.body, saved_at = excluded.saved_at
          where call_progress.epoch <= excluded.epoch
      ), stored_turns as (
        insert into turns (call_id, turn_key, sequence, role, text, status, started_at, ended_at, response_id)
        select call_id, turn_key, sequence, role, text, status, started_at, ended_at, response_id
        from jsonb_to_recordset(${turnRows}::text::jsonb) as row (call_id text, turn_key text, sequence integer,
          role text, text text, status text, started_at timestamptz, ended_at timestamptz, response_id text,
          epoch integer)
        where ${OWNED}
        order by call_id, turn_key
        on conflict (call_id, turn_key) do update
          set text = excluded.text, status = excluded.status, ended_at = excluded.ended_at,
            response_id = excluded.response_id
          where (turns.text, turns.status, turns.ended_at, turns.response_id)
            is distinct from (excluded.text, excluded.status, excluded.ended_at, excluded.response_id)
      )
      insert into usage (call_id, usage_key, model, kind, text_in, text_in_cached, audio_in, audio_in_cached,
        text_out, audio_out, seconds, cost_usd, at)
      select call_id, usage_key, model, kind, text_in, text_in_cached, audio_in, audio_in_cached,
        text_out, audio_out, seconds, cost_usd, at
      from jsonb_to_recordset(${usageRows}::text::jsonb) as row (call_id text, usage_key text, model text,
        kind text, text_in integer, text_in_cached integer, audio_in integer, audio_in_cached integer,
        text_out integer, audio_out integer, seconds float8, cost_usd numeric, at timestamptz,
        epoch integer)
      where ${OWNED}
      order by call_id, usage_key
      on conflict (call_id, usage_key) do nothing`.execute(context.db);
  });
}

/** Condition "the writer owns the call" on a relation that is called `row`. */
const OWNED = sql`exists (
  select 1 from calls where calls.call_id = row.call_id and calls.epoch = row.epoch)`;

/** The last record of each key: one statement must not touch a row twice. */
function latest<T>(records: readonly T[], keyOf: (record: T) => string): T[] {
  return [...new Map(records.map((record) => [keyOf(record), record])).values()];
}

function turnRow(turn: Owned<TurnRecord>): Record<string, unknown> {
  return {
    call_id: turn.callId,
    turn_key: turn.turnKey,
    sequence: turn.sequence,
    role: turn.role,
    text: storable(turn.text),
    status: turn.status,
    started_at: new Date(turn.startedAt).toISOString(),
    ended_at: new Date(turn.endedAt).toISOString(),
    response_id: turn.responseId,
    epoch: turn.epoch,
  };
}

function usageRow(entry: Owned<UsageRecord>): Record<string, unknown> {
  return {
    call_id: entry.callId,
    usage_key: entry.usageKey,
    model: entry.model,
    kind: entry.kind,
    text_in: entry.textIn,
    text_in_cached: entry.textInCached,
    audio_in: entry.audioIn,
    audio_in_cached: entry.audioInCached,
    text_out: entry.textOut,
    audio_out: entry.audioOut,
    seconds: entry.seconds,
    cost_usd: entry.costUsd,
    at: new Date(entry.at).toISOString(),
    epoch: entry.epoch,
  };
}

function progressRow({ callId, epoch, body }: ProgressRecord): Record<string, unknown> {
  return { call_id: callId, epoch, body };
}
