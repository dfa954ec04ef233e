import type pg from 'pg';

/** What the store says of one call. */
export interface StoredCall {
  readonly state: string;
  readonly endReason: string | null;
  readonly endDetail: string | null;
  readonly epoch: number;
  /** Messages for the team by their words, each with how often it is stored. */
  readonly messages: ReadonlyMap<string, number>;
  /** Changes of attendance on behalf of this call. */
  readonly changes: number;
  /** Text messages to people that follow from it, by state. */
  readonly texts: readonly string[];
}

const OPEN = `state in ('claimed', 'accepting', 'accepted', 'live', 'ending')`;

/** Calls that are not over, as the store has it. */
export async function openCalls(db: pg.Pool): Promise<number> {
  const { rows } = await db.query<{ count: string }>(`select count(*) from calls where ${OPEN}`);
  return Number(rows[0]?.count);
}

/** Messages and events on their way out. */
export async function waitingToLeave(db: pg.Pool): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select (select count(*) from outbound_messages where state in ('queued', 'sending', 'unknown'))
      + (select count(*) from outbox_events where dispatched_at is null) as count`,
  );
  return Number(rows[0]?.count);
}

/** Everything that is stored of these calls. */
export async function readStored(db: pg.Pool, callIds: readonly string[]): Promise<Map<string, StoredCall>> {
  const calls = await db.query<Row>(
    `select call_id, state, end_reason, end_detail, epoch from calls where call_id = any($1)`,
    [callIds],
  );
  const messages = await db.query<{ call_id: string; body: string; count: string }>(
    `select call_id, body, count(*) from messages where call_id = any($1) group by call_id, body`,
    [callIds],
  );
  const changes = await db.query<{ call_id: string; count: string }>(
    `select call_id, count(*) from registration_events where call_id = any($1) group by call_id`,
    [callIds],
  );
  const texts = await db.query<{ call_id: string; state: string }>(
    `select call_id, state from outbound_messages where call_id = any($1) and kind = 'sms'`,
    [callIds],
  );
  return new Map(
    calls.rows.map((row) => [
      row.call_id,
      {
        state: row.state,
        endReason: row.end_reason,
        endDetail: row.end_detail,
        epoch: row.epoch,
        messages: new Map(of(messages.rows, row).map(({ body, count }) => [body, Number(count)])),
        changes: Number(of(changes.rows, row)[0]?.count ?? 0),
        texts: of(texts.rows, row).map(({ state }) => state),
      },
    ]),
  );
}

interface Row {
  readonly call_id: string;
  readonly state: string;
  readonly end_reason: string | null;
  readonly end_detail: string | null;
  readonly epoch: number;
}

function of<T extends { readonly call_id: string }>(rows: readonly T[], { call_id: id }: Row): T[] {
  return rows.filter(({ call_id: callId }) => callId === id);
}
