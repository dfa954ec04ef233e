import type { AuditChain, AuditPayload, AuditRow, AuditSigner } from '../store/audit-ports.ts';
import { GENESIS, headText, rowText } from '../store/audit/text.ts';
import type { AuditProblem, AuditProblemCode } from './problem.ts';

/** What one chain proves. */
export interface ChainFindings {
  readonly problems: readonly AuditProblem[];
  readonly sealed: boolean;
  /** Keyed hashes of the rows that stand where they belong, by sequence. */
  readonly macs: ReadonlyMap<number, string>;
  /** Payload of the row `call.ended`, if it is genuine. */
  readonly ended: AuditPayload | null;
  /** Rows that belong nowhere in this chain: they may belong to another. */
  readonly foreign: readonly AuditRow[];
}

/**
 * Holds a chain against its keyed hashes. A genuine row proves its own place, so it can be told what was edited,
 * deleted, inserted, put elsewhere or cut off.
 */
export function verifyChain({ chain, head, rows }: AuditChain, signer: AuditSigner): ChainFindings {
  const problems: AuditProblem[] = [];
  const say = (code: AuditProblemCode, sequence: number | null): void => {
    problems.push({ code, where: chain, sequence });
  };
  const isKnown = ({ keyId }: { readonly keyId: string }): boolean => signer.macBy(keyId, '') !== null;
  if (rows.length > 0 && !rows.some(isKnown)) {
    say('key_unknown', null);
    return { problems, sealed: true, macs: new Map(), ended: null, foreign: [] };
  }
  const places = placesOf(rows, signer);
  const genuine = new Map<number, AuditRow>();
  const foreign: AuditRow[] = [];
  for (const [index, row] of rows.entries()) {
    const place = places[index] ?? null;
    if (place === null) foreign.push(row);
    else if (genuine.has(place)) say('inserted', row.sequence);
    else genuine.set(place, row);
  }
  const seal = [...genuine.values()].find(({ kind }) => kind === 'chain.sealed');
  const lastPlace = Math.max(0, ...genuine.keys(), provenEnd(chain, head, signer));
  const end = seal === undefined ? lastPlace : placeOfSeal(seal);
  const missing = Array.from({ length: end }, (_, index) => index + 1).filter((place) => !genuine.has(place));

  for (const row of foreign) {
    const replaces = missing.indexOf(row.sequence);
    if (replaces === -1) say('inserted', row.sequence);
    else {
      missing.splice(replaces, 1);
      say(isKnown(row) ? 'edited' : 'key_unknown', row.sequence);
    }
  }
  const present = Math.max(0, ...rows.map(({ sequence }) => sequence));
  const cutFrom = missing.find((place) => place > present && place > Math.max(0, ...genuine.keys()));
  if (cutFrom !== undefined) say('cut_off', cutFrom);
  for (const place of missing) if (cutFrom === undefined || place < cutFrom) say('deleted', place);
  sayReordered(rows, places, say);
  for (const [place, row] of genuine) {
    if (place > end) say('inserted', row.sequence);
    const before = place === 1 ? GENESIS : genuine.get(place - 1)?.mac;
    if (before !== undefined && row.prevMac !== before) say('reordered', row.sequence);
  }
  if (head === null) say('head_missing', null);
  else if (problems.length === 0 && !isHead(head, genuine.get(end), end, seal !== undefined, signer))
    say('head_edited', null);
  const macs = new Map([...genuine].map(([place, row]) => [place, row.mac]));
  const ended = [...genuine.values()].find(({ kind }) => kind === 'call.ended')?.payload ?? null;
  return { problems, sealed: seal !== undefined, macs, ended, foreign };
}

/** Whether a row is genuine in a place. */
export function belongs(row: AuditRow, chain: string, sequence: number, signer: AuditSigner): boolean {
  return signer.macBy(row.keyId, rowText({ ...row, chain, sequence })) === row.mac;
}

/** Where each row belongs by its keyed hash: mostly where it stands; null: nowhere in this chain. */
function placesOf(rows: readonly AuditRow[], signer: AuditSigner): (number | null)[] {
  const most = Math.max(0, ...rows.map(({ sequence }) => sequence)) + rows.length;
  return rows.map((row) => {
    if (belongs(row, row.chain, row.sequence, signer)) return row.sequence;
    for (let place = 1; place <= most; place += 1) if (belongs(row, row.chain, place, signer)) return place;
    return null;
  });
}

/** Rows that changed places; those that only moved up or down because another came or went are not to blame. */
function sayReordered(
  rows: readonly AuditRow[],
  places: readonly (number | null)[],
  say: (code: AuditProblemCode, sequence: number) => void,
): void {
  let before = 0;
  for (const [index, row] of rows.entries()) {
    const place = places[index] ?? null;
    if (place === null) continue;
    if (place < before) say('reordered', row.sequence);
    before = Math.max(before, place);
  }
}

function placeOfSeal({ payload }: AuditRow): number {
  return Number(payload['rows']) + 1;
}

/** How far the chain came by its head, as far as that can be believed. */
function provenEnd(chain: string, head: AuditChain['head'], signer: AuditSigner): number {
  if (head === null) return 0;
  return signer.macBy(head.keyId, headText(chain, head.sequence, head.mac)) === head.headMac
    ? head.sequence
    : 0;
}

function isHead(
  head: NonNullable<AuditChain['head']>,
  last: AuditRow | undefined,
  end: number,
  sealed: boolean,
  signer: AuditSigner,
): boolean {
  // A head without rows was made and not used: its transaction took nothing with it.
  if (head.sequence === 0 && last === undefined) return true;
  return (
    head.sequence === end &&
    head.mac === last?.mac &&
    head.sealed === sealed &&
    provenEnd(head.chain, head, signer) === end
  );
}
