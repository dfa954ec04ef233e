import { type Kysely, type RawBuilder, sql, type Selectable } from 'kysely';
import type {
  AuditAnchor,
  AuditChain,
  AuditedCall,
  AuditedChange,
  AuditHead,
  AuditLeaf,
  AuditPayload,
  AuditReader,
  AuditRow,
  AuditScope,
} from '../audit-ports.ts';
import { toEvent } from '../briefing/rows.ts';
import type { RegistrationEventsTable } from '../briefing/tables.ts';
import type { Database } from '../schema.ts';
import { endedPayload, FACT_COLUMNS, type CallFacts } from './facts.ts';
import { callChain, eventText } from './text.ts';

/** Chains of one query: their rows must be read well within the server's limit for statements. */
const CHAINS_AT_ONCE = 200;
/** Calls or changes of one query. */
const ROWS_AT_ONCE = 1_000;

/** Reads the audit of this database. */
export function createAuditReader(db: Kysely<Database>): AuditReader {
  return {
    countRows: async (scope) => {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from audit_events where chain in (select chain from (${namesIn(scope)}) named)`.execute(
        db,
      );
      return rows[0]?.n ?? 0;
    },
    chains: (scope) => readChains(db, scope),
    calls: (scope) => readCalls(db, scope),
    changes: (scope) => readChanges(db, scope),
    anchors: async () => readAnchors(db),
    keyIds: async () => {
      const { rows } = await sql<{ key_id: string }>`
        select key_id from audit_chains union select key_id from audit_anchors order by key_id`.execute(db);
      return rows.map(({ key_id: keyId }) => keyId);
    },
  };
}

async function* readChains(db: Kysely<Database>, scope: AuditScope): AsyncIterable<AuditChain> {
  for (let after = ''; ;) {
    const names = await sql<{ chain: string }>`
      select chain from (${namesIn(scope)}) named where chain > ${after}
      order by chain limit ${CHAINS_AT_ONCE}`.execute(db);
    const chains = names.rows.map(({ chain }) => chain);
    const last = chains.at(-1);
    if (last === undefined) return;
    const heads = await readHeads(db, chains);
    const rows = await readRows(db, chains);
    for (const chain of chains) yield { chain, head: heads.get(chain) ?? null, rows: rows.get(chain) ?? [] };
    after = last;
  }
}

/** Names of chains: those that have rows, and those that have a head only, since their rows may be gone. */
function namesIn({ since, callId }: AuditScope): RawBuilder<{ chain: string }> {
  const own = callId === null ? null : callChain(callId);
  const from = since === null ? null : new Date(since);
  return sql`
    select chain from audit_events
    where (${own}::text is null or chain = ${own}::text) and (${from}::timestamptz is null or at >= ${from}::timestamptz)
    union
    select chain from audit_chains
    where (${own}::text is null or chain = ${own}::text) and (${from}::timestamptz is null
      or not exists (select 1 from audit_events where audit_events.chain = audit_chains.chain))`;
}

interface HeadRow {
  readonly chain: string;
  readonly sequence: number;
  readonly mac: string;
  readonly head_mac: string;
  readonly key_id: string;
  readonly sealed: boolean;
}

async function readHeads(db: Kysely<Database>, chains: readonly string[]): Promise<Map<string, AuditHead>> {
  const { rows } = await sql<HeadRow>`
    select chain, sequence, mac, head_mac, key_id, sealed from audit_chains
    where chain = any(${chains}::text[])`.execute(db);
  return new Map(
    rows.map((row) => [
      row.chain,
      {
        chain: row.chain,
        sequence: row.sequence,
        mac: row.mac,
        headMac: row.head_mac,
        keyId: row.key_id,
        sealed: row.sealed,
      },
    ]),
  );
}

interface EventRow {
  readonly chain: string;
  readonly sequence: number;
  readonly at: Date;
  readonly actor: string;
  readonly kind: string;
  readonly payload: AuditPayload;
  readonly key_id: string;
  readonly prev_mac: string;
  readonly mac: string;
}

async function readRows(db: Kysely<Database>, chains: readonly string[]): Promise<Map<string, AuditRow[]>> {
  const { rows } = await sql<EventRow>`
    select chain, sequence, at, actor, kind, payload, key_id, prev_mac, mac from audit_events
    where chain = any(${chains}::text[]) order by chain, sequence`.execute(db);
  const found = new Map<string, AuditRow[]>();
  for (const { key_id: keyId, prev_mac: prevMac, at, ...row } of rows) {
    const list = found.get(row.chain) ?? [];
    list.push({ ...row, at: at.getTime(), keyId, prevMac });
    found.set(row.chain, list);
  }
  return found;
}

async function* readCalls(db: Kysely<Database>, scope: AuditScope): AsyncIterable<AuditedCall> {
  const from = scope.since === null ? null : new Date(scope.since);
  for (let after = ''; ;) {
    const { rows } = await sql<CallFacts>`
      select ${FACT_COLUMNS} from calls
      where audited and state in ('ended', 'rejected', 'missed', 'failed') and call_id > ${after}
        and (${scope.callId}::text is null or call_id = ${scope.callId}::text)
        and (${from}::timestamptz is null or ended_at >= ${from}::timestamptz)
      order by call_id limit ${ROWS_AT_ONCE}`.execute(db);
    for (const row of rows) yield { callId: row.call_id, ended: endedPayload(row) };
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.call_id;
  }
}

type ChangeRow = Selectable<RegistrationEventsTable> & {
  readonly audit_key: string | null;
  readonly audit_digest: string | null;
};

async function* readChanges(db: Kysely<Database>, scope: AuditScope): AsyncIterable<AuditedChange> {
  const from = scope.since === null ? null : new Date(scope.since);
  for (let after = { id: '', version: 0 }; ;) {
    const { rows } = await sql<ChangeRow>`
      select found.*, audit.key_id as audit_key, audit.payload ->> 'digest' as audit_digest
      from (
        select * from registration_events
        where source = 'caller' and audited and kind <> 'observed'
          and (registration_id, version) > (${after.id}, ${after.version}::integer)
          and (${scope.callId}::text is null or call_id = ${scope.callId}::text)
          and (${from}::timestamptz is null or at >= ${from}::timestamptz)
        order by registration_id, version limit ${ROWS_AT_ONCE}
      ) found
      left join audit_events audit on audit.kind = 'attendance.changed'
        and audit.payload ->> 'registration_id' = found.registration_id
        and audit.payload ->> 'version' = found.version::text
      order by found.registration_id, found.version`.execute(db);
    for (const row of rows) yield changeOf(row);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = { id: last.registration_id, version: last.version };
  }
}

function changeOf(row: ChangeRow): AuditedChange {
  return {
    registrationId: row.registration_id,
    version: row.version,
    callId: row.call_id,
    text: eventText(toEvent(row)),
    audited: row.audit_key === null ? null : { keyId: row.audit_key, digest: row.audit_digest },
  };
}

interface AnchorRow {
  readonly number: number;
  readonly day: string;
  readonly at: Date;
  readonly key_id: string;
  readonly leaves: readonly AuditLeaf[];
  readonly prev_mac: string;
  readonly mac: string;
}

/** Anchors as they are stored, oldest first. @param number of the one that is wanted; default: all */
export async function readAnchors(
  db: Kysely<Database>,
  number: number | null = null,
): Promise<AuditAnchor[]> {
  const { rows } = await sql<AnchorRow>`
    select number, to_char(day, 'YYYY-MM-DD') as day, at, key_id, leaves, prev_mac, mac
    from audit_anchors where ${number}::integer is null or number = ${number}::integer
    order by number`.execute(db);
  return rows.map(({ key_id: keyId, prev_mac: prevMac, at, ...row }) => ({
    ...row,
    at: at.getTime(),
    keyId,
    prevMac,
  }));
}
