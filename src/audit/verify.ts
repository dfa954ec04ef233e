import type {
  AuditAnchor,
  AuditPayload,
  AuditReader,
  AuditRow,
  AuditScope,
  AuditSigner,
  StoredAudit,
} from '../store/audit-ports.ts';
import { anchorText, callChain, GENESIS, plainPayload, samePayload } from '../store/audit/text.ts';
import type { AuditProblem } from './problem.ts';
import { belongs, verifyChain } from './verify-chain.ts';

/** What a verification looked at and found. */
export interface AuditVerdict {
  readonly chains: number;
  readonly rows: number;
  readonly anchors: number;
  readonly calls: number;
  readonly changes: number;
  readonly problems: readonly AuditProblem[];
}

/** Reads the anchor file: its entries in order, null for a line that is none. */
export type ReadAnchors = () => Promise<readonly (AuditAnchor | null)[]>;

export interface VerifyParts {
  readonly audit: StoredAudit;
  readonly signer: AuditSigner;
  /** Null: there is no file to be compared. */
  readonly readAnchors: ReadAnchors | null;
  readonly scope: AuditScope;
  /** Told how many rows of how many were looked at so far; first of all, none. */
  readonly onProgress: (rows: number, total: number) => void;
}

/** Rows between two reports of progress. */
const PROGRESS_ROWS = 10_000;
/** Foreign rows whose home is looked for: a flood of them is named as inserted. */
const MAX_STRAYS = 200;

/**
 * Verifies chains, seals and anchors, and that calls and callers' changes are what the audit says of them: all as they
 * were at one moment, so that a service may go on meanwhile.
 */
export async function verifyAudit(parts: VerifyParts): Promise<AuditVerdict> {
  // Before that moment: what an anchor in the file proves is in the database by then.
  const filed = parts.readAnchors === null ? null : await parts.readAnchors();
  return parts.audit.read(async (reader) => verifyMoment(parts, reader, filed));
}

async function verifyMoment(
  parts: VerifyParts,
  reader: AuditReader,
  filed: readonly (AuditAnchor | null)[] | null,
): Promise<AuditVerdict> {
  const { signer, scope, readAnchors } = parts;
  const problems: AuditProblem[] = [];
  const total = await reader.countRows(scope);
  parts.onProgress(0, total);
  const stored = await reader.anchors();
  problems.push(...anchorProblems(stored, filed ?? [], signer));
  if (filed !== null && readAnchors !== null) problems.push(...(await unfiled(stored, filed, readAnchors)));
  const leaves = leavesOf([...stored, ...(filed ?? [])], signer);
  const ends = new Map<string, AuditPayload | null>();
  const unsealed = new Set<string>();
  const strays: AuditRow[] = [];
  const lengths = new Map<string, number>();
  let rows = 0;
  let reported = 0;

  for await (const chain of reader.chains(scope)) {
    const found = verifyChain(chain, signer);
    problems.push(...found.problems);
    strays.push(...found.foreign);
    rows += chain.rows.length;
    lengths.set(chain.chain, chain.rows.length);
    ends.set(chain.chain, found.ended);
    if (!found.sealed) unsealed.add(chain.chain);
    const unknown = found.problems.some(({ code }) => code === 'key_unknown');
    for (const [sequence, mac] of leaves.get(chain.chain) ?? []) {
      if (!unknown && found.macs.get(sequence) !== mac)
        problems.push({ code: 'anchored_lost', where: chain.chain, sequence });
    }
    leaves.delete(chain.chain);
    if (rows - reported >= PROGRESS_ROWS) parts.onProgress((reported = rows), total);
  }
  if (scope.since === null && scope.callId === null) {
    for (const chain of leaves.keys()) problems.push({ code: 'chain_missing', where: chain, sequence: null });
  } else if (scope.callId !== null && leaves.has(callChain(scope.callId))) {
    problems.push({ code: 'chain_missing', where: callChain(scope.callId), sequence: null });
  }
  nameStrays(strays, lengths, signer, problems);

  let calls = 0;
  for await (const call of reader.calls(scope)) {
    calls += 1;
    const chain = callChain(call.callId);
    const ended = ends.get(chain);
    if (ended === undefined) add(problems, { code: 'chain_missing', where: chain, sequence: null });
    else if (unsealed.has(chain)) add(problems, { code: 'seal_missing', where: chain, sequence: null });
    else if (ended !== null && !isOf(ended, call.ended))
      problems.push({ code: 'call_edited', where: chain, sequence: null });
  }
  let changes = 0;
  for await (const change of reader.changes(scope)) {
    changes += 1;
    const where = `${change.registrationId} (${callChain(change.callId ?? '')})`;
    if (change.audited === null) problems.push({ code: 'change_unaudited', where, sequence: change.version });
    else {
      const digest = signer.macBy(change.audited.keyId, change.text);
      if (digest !== null && digest !== change.audited.digest)
        problems.push({ code: 'change_edited', where, sequence: change.version });
    }
  }
  return { chains: ends.size, rows, anchors: stored.length, calls, changes, problems };
}

/** Whether a row says what is stored. Rows of before may hold a text that would be a digest now. */
function isOf(row: AuditPayload, stored: AuditPayload): boolean {
  return samePayload(row, plainPayload(stored)) || samePayload(row, stored);
}

function add(problems: AuditProblem[], problem: AuditProblem): void {
  const known = problems.some(({ code, where }) => code === problem.code && where === problem.where);
  if (!known) problems.push(problem);
}

/** Rows that belong nowhere in their chain but in another of the damaged ones were moved. */
function nameStrays(
  strays: readonly AuditRow[],
  lengths: ReadonlyMap<string, number>,
  signer: AuditSigner,
  problems: AuditProblem[],
): void {
  if (strays.length > MAX_STRAYS) return;
  const homes = new Set(problems.map(({ where }) => where).filter((where) => lengths.has(where)));
  for (const row of strays) {
    const isMoved = [...homes].some((home) =>
      Array.from({ length: (lengths.get(home) ?? 0) + strays.length }, (_, index) => index + 1).some(
        (place) => belongs(row, home, place, signer),
      ),
    );
    const known = problems.findIndex(
      ({ code, where, sequence }) =>
        where === row.chain && sequence === row.sequence && (code === 'inserted' || code === 'edited'),
    );
    if (isMoved && known !== -1)
      problems[known] = { code: 'moved', where: row.chain, sequence: row.sequence };
  }
}

/** Sequences and keyed hashes that genuine anchors prove, by chain. */
function leavesOf(
  anchors: readonly (AuditAnchor | null)[],
  signer: AuditSigner,
): Map<string, (readonly [number, string])[]> {
  const leaves = new Map<string, (readonly [number, string])[]>();
  for (const anchor of anchors) {
    if (anchor === null || !isGenuine(anchor, signer)) continue;
    for (const [chain, sequence, mac] of anchor.leaves) {
      const known = leaves.get(chain) ?? [];
      if (!known.some(([place, other]) => place === sequence && other === mac)) known.push([sequence, mac]);
      leaves.set(chain, known);
    }
  }
  return leaves;
}

function isGenuine(anchor: AuditAnchor, signer: AuditSigner): boolean {
  return signer.macBy(anchor.keyId, anchorText(anchor)) === anchor.mac;
}

/** Stored anchors that the file does not have. One that was made since the file was read is in it by now. */
async function unfiled(
  stored: readonly AuditAnchor[],
  filed: readonly (AuditAnchor | null)[],
  readAnchors: ReadAnchors,
): Promise<AuditProblem[]> {
  const missingIn = (entries: readonly (AuditAnchor | null)[]): AuditAnchor[] => {
    const byMac = new Set(entries.map((anchor) => anchor?.mac));
    return stored.filter(({ mac }) => !byMac.has(mac));
  };
  const missing = missingIn(filed).length === 0 ? [] : missingIn(await readAnchors());
  return missing.map(({ number, day }) => ({
    code: 'anchor_missing',
    where: `anchor ${number} (${day})`,
    sequence: null,
  }));
}

function anchorProblems(
  stored: readonly AuditAnchor[],
  filed: readonly (AuditAnchor | null)[],
  signer: AuditSigner,
): AuditProblem[] {
  const problems: AuditProblem[] = [];
  const say = (code: AuditProblem['code'], where: string): void => {
    problems.push({ code, where, sequence: null });
  };
  for (const [index, anchor] of stored.entries()) {
    const name = `anchor ${anchor.number} (${anchor.day})`;
    if (signer.macBy(anchor.keyId, '') === null) say('key_unknown', name);
    else if (!isGenuine(anchor, signer)) say('anchor_edited', `${name} in the database`);
    const before = stored[index - 1];
    if (anchor.number !== index + 1 || (before?.mac ?? GENESIS) !== anchor.prevMac) {
      say('anchor_deleted', `anchor before ${name}`);
      break;
    }
  }
  const newest = stored.at(-1)?.number ?? 0;
  for (const [index, anchor] of filed.entries()) {
    const line = `anchor file, entry ${index + 1}`;
    if (anchor === null) say('anchor_edited', line);
    else if (signer.macBy(anchor.keyId, '') === null) say('key_unknown', line);
    else if (!isGenuine(anchor, signer)) say('anchor_edited', line);
    // One more than the database has was written by a process that died before it could say so.
    else if (anchor.number > newest + 1) say('anchor_deleted', `anchor ${anchor.number} (${anchor.day})`);
  }
  return problems;
}
