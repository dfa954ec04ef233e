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
  StoredAudit,
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

/**
 * The audit of this database.
 *
 * @param upkeep runs work whose statements may take long
 */
export function createStoredAudit(
  upkeep: <T>(work: (db: Kysely<Database>) => Promise<T>) => Promise<T>,
): StoredAudit {
  return {
    read: async (work) =>
      upkeep(async (db) =>
        db
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute(async (trx) => work(createReader(trx))),
      ),
  };
}

function createReader(trx: Kysely<Database>): AuditReader {
  return {
    countRows: async (scope) => countRows(trx, scope),
    chains: (scope) => readChains(trx, scope),
    calls: (scope) => readCalls(trx, scope),
    changes: (scope) => readChanges(trx, scope),
    anchors: async () => readAnchors(trx),
    keyIds: async () => {
      const { rows } = await sql<{ key_id: string }>`
        select key_id from audit_chains union select key_id from audit_anchors order by key_id`.execute(trx);
      return rows.map(({ key_id: keyId }) => keyId);
    },
  };
}

async function countRows(trx: Kysely<Database>, scope: AuditScope): Promise<number> {
  const { own, from } = limitsOf(scope);
  const recent = sql`exists (select 1 from audit_events late where late.chain = e.chain and late.at >= ${from})`;
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from audit_events e
    where ${own === null ? ALL : sql`e.chain = ${own}`} and ${from === null ? ALL : recent}`.execute(trx);
  return rows[0]?.n ?? 0;
}

async function* readChains(trx: Kysely<Database>, scope: AuditScope): AsyncIterable<AuditChain> {
  for await (const heads of inParts<HeadRow>(trx, 'audit_heads', headsIn(scope), CHAINS_AT_ONCE)) {
    const rows = await readRows(trx, heads);
    for (const head of heads)
      yield { chain: head.chain, head: toHead(head), rows: rows.get(head.chain) ?? [] };
  }
  const headless = inParts<{ chain: string }>(trx, 'audit_headless', headlessIn(scope), CHAINS_AT_ONCE);
  for await (const chains of headless) {
    const rows = await readRows(trx, chains);
    for (const { chain } of chains) yield { chain, head: null, rows: rows.get(chain) ?? [] };
  }
}

const ALL = sql`true`;

function limitsOf({ since, callId }: AuditScope): { own: string | null; from: Date | null } {
  return { own: callId === null ? null : callChain(callId), from: since === null ? null : new Date(since) };
}

/** Heads, also those whose rows are gone. */
function headsIn(scope: AuditScope): RawBuilder<unknown> {
  const { own, from } = limitsOf(scope);
  const rows = sql`select 1 from audit_events e where e.chain = c.chain`;
  return sql`
    select chain, sequence, mac, head_mac, key_id, sealed from audit_chains c
    where ${own === null ? ALL : sql`chain = ${own}::text`}
      and ${from === null ? ALL : sql`(exists (${rows} and e.at >= ${from}::timestamptz) or not exists (${rows}))`}
    order by chain`;
}

/** Chains with rows and without a head. */
function headlessIn(scope: AuditScope): RawBuilder<unknown> {
  const { own, from } = limitsOf(scope);
  return sql`
    select distinct chain from audit_events e
    where not exists (select 1 from audit_chains c where c.chain = e.chain)
      and ${own === null ? ALL : sql`chain = ${own}::text`}
      and ${from === null ? ALL : sql`at >= ${from}::timestamptz`}
    order by chain`;
}

/** What a query finds, some rows at a time: it runs once, however much that is. */
async function* inParts<T>(
  trx: Kysely<Database>,
  name: string,
  query: RawBuilder<unknown>,
  size: number,
): AsyncGenerator<T[]> {
  await sql`declare ${sql.id(name)} no scroll cursor for ${query}`.execute(trx);
  for (;;) {
    const { rows } = await sql<T>`fetch ${sql.lit(size)} from ${sql.id(name)}`.execute(trx);
    if (rows.length > 0) yield rows;
    if (rows.length < size) break;
  }
  await sql`close ${sql.id(name)}`.execute(trx);
}

interface HeadRow {
  readonly chain: string;
  readonly sequence: number;
  readonly mac: string;
  readonly head_mac: string;
  readonly key_id: string;
  readonly sealed: boolean;
}

function toHead(row: HeadRow): AuditHead {
  const { head_mac: headMac, key_id: keyId, ...head } = row;
  return { ...head, headMac, keyId };
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

async function readRows(
  db: Kysely<Database>,
  chains: readonly { readonly chain: string }[],
): Promise<Map<string, AuditRow[]>> {
  const { rows } = await sql<EventRow>`
    select chain, sequence, at, actor, kind, payload, key_id, prev_mac, mac from audit_events
    where chain = any(${chains.map(({ chain }) => chain)}::text[]) order by chain, sequence`.execute(db);
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
