import { tokyoTime } from '../../../src/briefing/spoken-calendar.ts';
import type { AuditEntry, AuditHead, AuditPayload, AuditSigner } from '../../../src/store/audit-ports.ts';
import {
  atDesk,
  callChain,
  deskChain,
  GENESIS,
  headText,
  plainPayload,
  rowText,
} from '../../../src/store/audit/text.ts';
import type { Statement, View } from './server.ts';
import type { CallRow } from './tables.ts';

/** Something for the audit; `last`: the call's chain ends with it. */
export interface Note {
  readonly entry: AuditEntry;
  readonly last: boolean;
}

/** Writes what a transaction noted into the chains, as src/store/audit/book.ts does, with the real hashes. */
export function writeAudit(notes: readonly Note[], signer: AuditSigner, wallNow: number): Statement<void> {
  const { day } = tokyoTime(wallNow);
  const desk = deskChain(day, 1);
  const callIds = [...new Set(notes.flatMap(({ entry }) => (entry.callId === null ? [] : [entry.callId])))];
  return {
    name: 'writeAudit',
    locks: ({ heads }) => {
      const chains = callIds.map((callId) => callChain(callId));
      const late = chains.some((chain) => heads.get(chain)?.sealed === true);
      const toDesk = late || notes.some(({ entry }) => entry.callId === null);
      return [...chains, ...(toDesk ? [desk] : [])].map((chain) => `chain ${chain}`);
    },
    run: (view) => {
      const late = notes.filter(({ entry }) => entry.callId === null).map(({ entry }) => entry);
      for (const callId of callIds.toSorted()) {
        const own = notes.filter(({ entry }) => entry.callId === callId);
        const head = headOf(view, callChain(callId), signer);
        if (head.sealed) late.push(...own.map(({ entry }) => atDesk(entry)));
        else
          appendRows(
            view,
            head,
            withFacts(view, callId, head, own),
            own.some(({ last }) => last),
            signer,
            wallNow,
          );
      }
      if (late.length > 0) appendRows(view, headOf(view, desk, signer), late, false, signer, wallNow);
    },
  };
}

function headOf({ tables }: View, chain: string, signer: AuditSigner): AuditHead {
  const { keyId } = signer;
  return tables.heads.get(chain) ?? { chain, sequence: 0, mac: GENESIS, headMac: '', keyId, sealed: false };
}

function withFacts({ tables }: View, callId: string, head: AuditHead, notes: readonly Note[]): AuditEntry[] {
  const row = tables.calls.get(callId);
  const entries = notes.map(({ entry, last }) =>
    last && row !== undefined ? { ...entry, payload: ended(row) } : entry,
  );
  if (head.sequence > 0 || row === undefined) return entries;
  const payload = { scenario: row.scenario, scenario_version: row.scenarioVersion };
  return [{ callId, at: row.claimedAt, actor: 'system', kind: 'call.claimed', payload }, ...entries];
}

function ended(row: CallRow): AuditPayload {
  return { state: row.state, reason: row.endReason, party: row.endParty, detail: row.endDetail };
}

function appendRows(
  { tables }: View,
  head: AuditHead,
  entries: readonly AuditEntry[],
  seal: boolean,
  signer: AuditSigner,
  at: number,
): void {
  const { chain } = head;
  let { sequence, mac } = head;
  const count = sequence + entries.length;
  const last: AuditEntry = {
    callId: null,
    at,
    actor: 'system',
    kind: 'chain.sealed',
    payload: { rows: count },
  };
  for (const entry of seal ? [...entries, last] : entries) {
    sequence += 1;
    const { actor, kind } = entry;
    const payload = plainPayload(entry.payload);
    const row = { chain, sequence, at: entry.at, actor, kind, payload, keyId: signer.keyId, prevMac: mac };
    mac = signer.mac(rowText(row));
    tables.audit.set(`${chain} ${sequence}`, { ...row, mac });
  }
  tables.heads.set(chain, {
    chain,
    sequence,
    mac,
    headMac: signer.mac(headText(chain, sequence, mac)),
    keyId: signer.keyId,
    sealed: seal,
  });
}
