import { type Kysely, sql } from 'kysely';
import type { AnchorName, AuditAnchor, AuditAnchors, AuditLeaf, AuditSigner } from '../audit-ports.ts';
import type { Database } from '../schema.ts';
import type { Transact } from '../transaction.ts';
import { readAnchors } from './reader.ts';
import { anchorText, GENESIS } from './text.ts';

/** Chains of one anchor; more make more anchors. */
const LEAVES_AT_ONCE = 5_000;
/** Longest making of an anchor, ms: the file is written meanwhile. */
const ANCHOR_TIMEOUT_MS = 30_000;
/** Key of the lock that lets one node anchor at a time. */
const ANCHOR_LOCK = 0x64776261;

/** Makes anchors of the chains in this database. */
export function createAuditAnchors(
  db: Kysely<Database>,
  transact: Transact,
  signer: AuditSigner,
): AuditAnchors {
  return {
    last: async () => newest(db),
    list: async () =>
      (await sql<AnchorName>`select ${NAME} from audit_anchors order by number`.execute(db)).rows,
    genuine: async (number) => genuine(db, signer, number),
    anchor: async (day, at, write, unlessMade = false) => {
      await sealDays(transact, db, day);
      return transact(
        async ({ trx }) => {
          await sql`select pg_advisory_xact_lock(${ANCHOR_LOCK})`.execute(trx);
          const last = await newest(trx);
          // Asked behind the lock: another node may have been quicker.
          if (unlessMade && last?.day === day) return null;
          const leaves = await grown(trx);
          if (leaves.length === 0) return null;
          const unsigned = {
            number: (last?.number ?? 0) + 1,
            day,
            at,
            keyId: signer.keyId,
            leaves,
            prevMac: last?.mac ?? GENESIS,
          };
          const anchor = { ...unsigned, mac: signer.mac(anchorText(unsigned)) };
          await store(trx, anchor);
          // Before the commit: what is not in the file is not taken for anchored.
          await write(anchor);
          return anchor;
        },
        { timeoutMs: ANCHOR_TIMEOUT_MS },
      );
    },
  };
}

const NAME = sql`number, to_char(day, 'YYYY-MM-DD') as day, mac`;

async function newest(db: Kysely<Database>): Promise<AnchorName | null> {
  const { rows } = await sql<AnchorName>`
    select ${NAME} from audit_anchors order by number desc limit 1`.execute(db);
  return rows[0] ?? null;
}

async function genuine(
  db: Kysely<Database>,
  signer: AuditSigner,
  number: number,
): Promise<AuditAnchor | null> {
  const [anchor] = await readAnchors(db, number);
  if (anchor === undefined) return null;
  return signer.macBy(anchor.keyId, anchorText(anchor)) === anchor.mac ? anchor : null;
}

/** Chains of the desk are over when their day is. */
async function sealDays(transact: Transact, db: Kysely<Database>, day: string): Promise<void> {
  const { rows } = await sql<{ chain: string }>`
    select chain from audit_chains
    where not sealed and chain like 'desk/%' and chain >= 'desk/' and chain < ${`desk/${day}`}
    order by chain`.execute(db);
  for (const { chain } of rows) await transact(async ({ sealChain }) => sealChain(chain));
}

async function grown(db: Kysely<Database>): Promise<AuditLeaf[]> {
  const { rows } = await sql<{ chain: string; sequence: number; mac: string }>`
    update audit_chains set anchored = sequence
    where chain in (
      select chain from audit_chains where sequence > anchored order by chain limit ${LEAVES_AT_ONCE}
      for update skip locked)
    returning chain, sequence, mac`.execute(db);
  return rows
    .map(({ chain, sequence, mac }) => [chain, sequence, mac] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

async function store(db: Kysely<Database>, anchor: AuditAnchor): Promise<void> {
  await sql`
    insert into audit_anchors (number, day, at, key_id, leaves, prev_mac, mac)
    values (${anchor.number}, ${anchor.day}::date, ${new Date(anchor.at)}, ${anchor.keyId},
      ${JSON.stringify(anchor.leaves)}::text::jsonb, ${anchor.prevMac}, ${anchor.mac})`.execute(db);
}
