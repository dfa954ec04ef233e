import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import { hint } from './hints.ts';
import type { CallSeat, NodeStanding, Renewal, TakenCall } from './ports.ts';
import { CALL_COLUMNS, type CallRow, toCallRecord } from './rows.ts';
import { OPEN_STATE } from './states.ts';

/** A node that was not heard of for this long takes no calls, ms: several renewals were missed. */
const NODE_SILENT_MS = 4_000;
/**
 * A node's word that it has room is good for this long, ms: one renewal may be missed. Less than a lease, so that nobody
 * who gets full with the calls of a node that died counts on that one's room.
 */
const ROOM_SILENT_MS = 2_000;
/** Of a store that answered nothing. */
const NOTHING: Renewal = { ours: [], peers: 0, roomElsewhere: false };

/** All of a node's leases and its sign of life in one statement. A call that another epoch owns stays as it is. */
export async function renewLeases(
  context: StoreContext,
  node: string,
  seats: readonly CallSeat[],
  leaseMs: number,
  { draining, room }: NodeStanding,
): Promise<Renewal> {
  return context.run('renewLeases', async () => {
    const { rows } = await sql<Renewal>`
      with beat as (
        insert into nodes (node, seen_at, draining, room) values (${node}, clock_timestamp(), ${draining}, ${room})
        on conflict (node) do update
          set seen_at = excluded.seen_at, draining = excluded.draining, room = excluded.room
      ), renewed as (
        update calls set lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
        from unnest(${callIds(seats)}::text[], ${epochs(seats)}::integer[]) as seat (call_id, epoch)
        where calls.call_id = seat.call_id and calls.epoch = seat.epoch and node = ${node} and ${OPEN_STATE}
        returning calls.call_id
      )
      select array(select call_id from renewed) as ours, count(*)::integer as peers, coalesce(bool_or(
          room and seen_at > clock_timestamp() - ${ROOM_SILENT_MS}::float8 * interval '1 millisecond'
        ), false) as "roomElsewhere"
      from nodes where node <> ${node} and not draining
        and seen_at > clock_timestamp() - ${NODE_SILENT_MS}::float8 * interval '1 millisecond'`.execute(
      context.db,
    );
    return rows[0] ?? NOTHING;
  });
}

export async function releaseCalls(
  context: StoreContext,
  node: string,
  seats: readonly CallSeat[],
): Promise<string[]> {
  return context.run('releaseCalls', async () => {
    const { rows } = await sql<{ call_id: string }>`
      with released as (
        update calls set handed_over = true, lease_until = clock_timestamp() - interval '1 millisecond'
        from unnest(${callIds(seats)}::text[], ${epochs(seats)}::integer[]) as seat (call_id, epoch)
        where calls.call_id = seat.call_id and calls.epoch = seat.epoch and node = ${node} and ${OPEN_STATE}
        returning calls.call_id
      )
      select call_id, ${hint('call')} from released`.execute(context.db);
    return rows.map((row) => row.call_id);
  });
}

export async function findSuccessors(context: StoreContext, seats: readonly CallSeat[]): Promise<CallSeat[]> {
  return context.run('findSuccessors', async () => {
    // Whoever has attached stores how far the call has come, in its own epoch.
    const { rows } = await sql<{ call_id: string; epoch: number }>`
      select calls.call_id, calls.epoch from calls
      join unnest(${callIds(seats)}::text[], ${epochs(seats)}::integer[]) as seat (call_id, epoch)
        on seat.call_id = calls.call_id
      left join call_progress on call_progress.call_id = calls.call_id
      where not ${OPEN_STATE} or (calls.epoch > seat.epoch and call_progress.epoch = calls.epoch)`.execute(
      context.db,
    );
    return rows.map((row) => ({ callId: row.call_id, epoch: row.epoch }));
  });
}

export async function forgetNode(context: StoreContext, node: string): Promise<void> {
  await context.run('forgetNode', async () => {
    await sql`delete from nodes where node = ${node}
      or seen_at < clock_timestamp() - interval '1 day'`.execute(context.db);
  });
}

export async function takeLapsedCalls(
  context: StoreContext,
  node: string,
  leaseMs: number,
  limit: number,
  except: readonly string[],
): Promise<TakenCall[]> {
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
): Promise<TakenCall[]> {
  // FOR NO KEY UPDATE does not wait for the foreign key locks of a tool call that is being recorded.
  const { rows } = await sql<CallRow & { was_handed_over: boolean }>`
    with lapsed as materialized (
      select call_id, handed_over from calls
      where ${OPEN_STATE} and lease_until < clock_timestamp() and call_id <> all(${except}::text[])
      order by lease_until
      limit ${limit}
      for no key update skip locked
    ), taken as (
      update calls set node = ${node}, epoch = epoch + 1, handed_over = false,
        lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
      from lapsed where calls.call_id = lapsed.call_id
      returning calls.*, lapsed.handed_over as was_handed_over
    )
    select ${CALL_COLUMNS} from taken as calls order by claimed_at, call_id`.execute(context.db);
  return rows.map((row) => ({ ...toCallRecord(row), handedOver: row.was_handed_over }));
}

function callIds(seats: readonly CallSeat[]): string[] {
  return seats.map(({ callId }) => callId);
}

function epochs(seats: readonly CallSeat[]): number[] {
  return seats.map(({ epoch }) => epoch);
}
