import type { SeatLimits } from '../../src/store/ports.ts';
import { effectProblem, type Told } from './effects.ts';
import type { OpenAiWatch } from './openai-model.ts';
import { Places } from './places.ts';
import type { ServiceNode } from './service-node.ts';
import { MAX_CALL_MS } from './service-plan.ts';
import { isOpen } from './store-model/call-states.ts';
import type { StoreServer } from './store-model/server.ts';
import type { CallRow } from './store-model/tables.ts';

/** A row that is not final by then is stuck, ms after its claim. */
export const ROW_LIFE_MS = MAX_CALL_MS + 60_000;
/** A call that is billed has an owner again after this, once somebody can serve it, ms. */
const OWNERLESS_MS = 6_000;

/** Names of what must hold: planted bugs are found by one of them. */
export type InvariantName =
  | 'one_owner'
  | 'stale_act'
  | 'one_accept'
  | 'one_greeting'
  | 'effect_once'
  | 'acknowledged'
  | 'told_truth'
  | 'terminal_final'
  | 'capacity'
  | 'place'
  | 'deadline'
  | 'row_deadline'
  | 'ownerless'
  | 'left_over'
  | 'audit'
  | 'crash';

export interface Failure {
  readonly name: InvariantName;
  readonly detail: string;
}

export interface InvariantParts {
  readonly server: StoreServer;
  readonly limits: SeatLimits;
  readonly now: () => number;
  readonly nodes: () => readonly ServiceNode[];
  /** Calls that are accepted at OpenAI and not over. */
  readonly billed: () => readonly string[];
  /** Since when one process or another could serve calls without a break, virtual ms; null: none can. */
  readonly servedSince: () => number | null;
  readonly note: (what: string) => void;
}

/** What must hold in every world, looked at whenever something happens that could break it. */
export class Invariants implements OpenAiWatch {
  readonly #parts: InvariantParts;
  readonly #places: Places;
  readonly #rows = new Map<string, CallRow>();
  readonly #owners = new Map<string, string>();
  readonly #accepted = new Map<string, string>();
  /** Accepts of a process whose effect it does not know, until it has looked. */
  readonly #unknown = new Set<string>();
  readonly #givenUp = new Set<string>();
  readonly #greeted = new Set<string>();
  readonly #functions = new Map<string, string>();
  readonly #answers: Told[] = [];
  /** By call and epoch: a new owner that dies at once leaves a new orphan. */
  readonly #ownerlessSince = new Map<string, number>();
  failure: Failure | null = null;

  constructor(parts: InvariantParts) {
    this.#parts = parts;
    this.#places = new Places(parts.limits, () => parts.server.tables.calls.values());
    parts.server.onCommit = () => this.#onCommit();
  }

  fail(name: InvariantName, detail: string): void {
    if (this.failure !== null) return;
    this.failure = { name, detail };
    this.#parts.note(`VIOLATION ${name}: ${detail}`);
  }

  /** A process does something to a call, by REST or on a sideband. */
  onAct(node: string, callId: string, what: string): void {
    const row = this.#parts.server.tables.calls.get(callId);
    if (what === 'accept') {
      if (this.#unknown.has(`${node} ${callId}`))
        this.fail('one_accept', `${node} accepts ${callId} again without having looked`);
      return;
    }
    if (row === undefined || row.node !== node)
      this.fail('stale_act', `${node}: ${what} on ${callId}, which is ${row?.node ?? 'nobody'}'s`);
  }

  /** A call that was given up, and OpenAI did not say what became of that. */
  onRejectUnknown(callId: string): void {
    this.#givenUp.add(callId);
  }

  /** Whether nobody looks after a call any more, as far as anybody can know. */
  isGivenUp(callId: string): boolean {
    return this.#givenUp.has(callId);
  }

  onAcceptUnknown(node: string, callId: string): void {
    this.#unknown.add(`${node} ${callId}`);
  }

  onLook(node: string, callId: string): void {
    this.#unknown.delete(`${node} ${callId}`);
  }

  accepted(callId: string, by: string): void {
    this.#parts.note(`${callId} accepted by ${by}`);
    const before = this.#accepted.get(callId);
    if (before !== undefined) this.fail('one_accept', `${callId} accepted by ${before} and by ${by}`);
    this.#accepted.set(callId, by);
    this.#places.accepted(callId);
    if (this.#places.limited) this.#report(this.#places.overfull());
  }

  acceptedAgain(callId: string, by: string): void {
    this.#parts.note(`${callId} accepted again by ${by}: refused`);
  }

  over(callId: string, why: string): void {
    this.#parts.note(`${callId} is over: ${why}`);
    this.#places.over(callId, this.#parts.now());
  }

  greetingPlays(callId: string): void {
    this.#parts.note(`${callId}: the greeting plays`);
    if (this.#greeted.has(callId)) this.fail('one_greeting', `${callId} is greeted twice`);
    this.#greeted.add(callId);
  }

  called(callId: string, functionCallId: string, name: string): void {
    this.#parts.note(`${callId}: the model calls ${name} ${functionCallId}`);
    this.#functions.set(`${callId} ${functionCallId}`, name);
  }

  told(callId: string, functionCallId: string, output: string): void {
    this.#parts.note(`${callId}: told ${functionCallId} ${output.slice(0, 40)}`);
    const told = { callId, functionCallId, output };
    this.#answers.push(told);
    const problem = effectProblem(this.#parts.server.tables, told, this.#nameOf(told));
    if (problem !== null) this.fail(problem.name, problem.detail);
  }

  /** At the end: what was told of every function call still holds. */
  settle(): void {
    for (const told of this.#answers) {
      const problem = effectProblem(this.#parts.server.tables, told, this.#nameOf(told));
      if (problem !== null) this.fail(problem.name, problem.detail);
    }
  }

  /** Looked at several times a second. */
  tick(): void {
    const now = this.#parts.now();
    for (const row of this.#parts.server.tables.calls.values()) {
      if (isOpen(row) && this.#parts.server.now - row.claimedAt > ROW_LIFE_MS)
        this.fail('row_deadline', `${row.callId} is ${row.state} for more than ${ROW_LIFE_MS} ms`);
    }
    const owned = new Set(
      this.#parts
        .nodes()
        .filter(({ host }) => host.running)
        .flatMap(({ manager }) => manager.callIds),
    );
    const since = this.#parts.servedSince();
    if (since !== null && this.#places.limited) this.#report(this.#places.kept(since, now));
    const billed = new Set(this.#parts.billed());
    for (const callId of billed) {
      const orphan = tenureOf(this.#parts.server.tables.calls.get(callId) ?? { callId, epoch: 0 });
      if (since === null || owned.has(callId) || this.#givenUp.has(callId))
        this.#ownerlessSince.delete(orphan);
      else if (now - Math.max(since, this.#ownerlessSince.get(orphan) ?? now) > OWNERLESS_MS)
        this.fail('ownerless', `${callId} is billed and nobody's for more than ${OWNERLESS_MS} ms`);
      else if (!this.#ownerlessSince.has(orphan)) this.#ownerlessSince.set(orphan, now);
    }
  }

  #report(failure: Failure | null): void {
    if (failure !== null) this.fail(failure.name, failure.detail);
  }

  #nameOf({ callId, functionCallId }: Told): string {
    return this.#functions.get(`${callId} ${functionCallId}`) ?? '';
  }

  #onCommit(): void {
    let changed = false;
    for (const row of this.#parts.server.tables.calls.values()) {
      const before = this.#rows.get(row.callId);
      if (before === row) continue;
      changed = true;
      this.#rows.set(row.callId, row);
      if (before === undefined) this.#report(this.#places.wronglyRefused(row));
      // A lease is renewed by its owner only: it was there, if only between two looks.
      if (before?.leaseUntil !== row.leaseUntil) this.#ownerlessSince.delete(tenureOf(row));
      if (before !== undefined && !isOpen(before) && hasMoved(before, row))
        this.fail('terminal_final', `${row.callId} was ${before.state} and is ${row.state}`);
      const tenure = tenureOf(row);
      const owner = this.#owners.get(tenure);
      if ((owner !== undefined && owner !== row.node) || row.epoch < (before?.epoch ?? 0))
        this.fail('one_owner', `epoch ${row.epoch} of ${row.callId} is ${owner ?? '?'}'s and ${row.node}'s`);
      this.#owners.set(tenure, row.node);
    }
    if (changed && this.#places.limited) this.#report(this.#places.overfull());
  }
}

function tenureOf({ callId, epoch }: Pick<CallRow, 'callId' | 'epoch'>): string {
  return `${callId} ${epoch}`;
}

function hasMoved(before: CallRow, row: CallRow): boolean {
  return before.state !== row.state || before.endReason !== row.endReason || before.epoch !== row.epoch;
}
