import { verifyChain } from '../../src/audit/verify-chain.ts';
import type { AuditRow, AuditSigner } from '../../src/store/audit-ports.ts';
import { callChain } from '../../src/store/audit/text.ts';
import type { Failure } from './invariants.ts';
import { isOpen } from './store-model/call-states.ts';
import type { Tables } from './store-model/tables.ts';

/** What the model was told of a function call. */
export interface Told {
  readonly callId: string;
  readonly functionCallId: string;
  readonly output: string;
}

/** Tools that change something. */
const WRITES = new Set(['take_message', 'notify']);
/** How an answer begins that promises that nothing was done. */
const NOT_DONE = 'It was not done.';

/** What was told of a function call, held against what is committed. Null: it is true. */
export function effectProblem(tables: Tables, told: Told, name: string): Failure | null {
  if (!WRITES.has(name)) return null;
  const where = `${name} ${told.functionCallId} of ${told.callId}`;
  const answer = JSON.parse(told.output) as { ok?: boolean; hint?: string };
  const row = tables.tools.get(`${told.callId} ${told.functionCallId}`);
  const effects = effectsOf(tables, told);
  if (name === 'notify' && effects > 1)
    return { name: 'effect_once', detail: `${where} was done ${effects} times` };
  if (answer.ok === true) {
    if (row?.status !== 'ok' || row.output !== told.output)
      return {
        name: 'acknowledged',
        detail: `${where} was acknowledged and the ledger has ${row?.status ?? 'nothing'}`,
      };
    if (name === 'notify' && effects !== 1)
      return { name: 'acknowledged', detail: `${where} was acknowledged and not done` };
  }
  if (answer.hint?.startsWith(NOT_DONE) === true && (effects > 0 || row?.status === 'ok'))
    return { name: 'told_truth', detail: `${where} was done, and the caller was told that it was not` };
  return null;
}

/** No effect is there twice, whether it was told of or not. */
export function doubledEffect(tables: Tables): Failure | null {
  const seen = new Set<string>();
  for (const { callId, cause } of tables.outbox.values()) {
    const key = `${callId} ${cause}`;
    if (seen.has(key)) return { name: 'effect_once', detail: `${cause} of ${callId} was done twice` };
    seen.add(key);
  }
  return null;
}

/** Every chain verifies, and every call that is over has told its end and is sealed. */
export function auditProblem(tables: Tables, signer: AuditSigner): Failure | null {
  const chains = new Map<string, AuditRow[]>();
  for (const row of tables.audit.values()) {
    const rows = chains.get(row.chain);
    if (rows === undefined) chains.set(row.chain, [row]);
    else rows.push(row);
  }
  for (const [chain, rows] of chains) {
    const head = tables.heads.get(chain) ?? null;
    const found = verifyChain({ chain, head, rows: rows.sort((a, b) => a.sequence - b.sequence) }, signer);
    const [problem] = found.problems;
    if (problem !== undefined) return { name: 'audit', detail: `${chain}: ${problem.code}` };
  }
  for (const call of tables.calls.values()) {
    if (isOpen(call)) continue;
    const rows = chains.get(callChain(call.callId)) ?? [];
    const ends = rows.filter(({ kind }) => kind === 'call.ended').length;
    if (ends !== 1 || tables.heads.get(callChain(call.callId))?.sealed !== true)
      return { name: 'audit', detail: `${call.callId} is over and the audit has ${ends} ends of it` };
  }
  return unauditedEffect(tables, [...chains.values()].flat());
}

function unauditedEffect(tables: Tables, rows: readonly AuditRow[]): Failure | null {
  const audited = rows.filter(({ kind }) => kind === 'tool.answered');
  for (const tool of tables.tools.values()) {
    if (tool.status !== 'ok' || !WRITES.has(tool.name)) continue;
    const own = audited.filter(
      ({ chain, payload }) =>
        payload['function_call_id'] === tool.functionCallId &&
        (chain === callChain(tool.callId) || payload['call_id'] === tool.callId),
    );
    if (own.length !== 1)
      return {
        name: 'audit',
        detail: `${tool.functionCallId} of ${tool.callId} is audited ${own.length} times`,
      };
  }
  return null;
}

function effectsOf(tables: Tables, { callId, functionCallId }: Told): number {
  let count = 0;
  for (const row of tables.outbox.values())
    if (row.callId === callId && row.cause === functionCallId) count += 1;
  return count;
}
