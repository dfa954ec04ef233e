import { sql } from 'kysely';
import { createAuditSigner } from '../../src/audit/keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { type Store, type StoreOptions, openStore } from '../../src/store/open.ts';
import type {
  CallEnd,
  CallStore,
  ClaimInput,
  NodeStanding,
  Owned,
  TurnRecord,
  UsageRecord,
} from '../../src/store/ports.ts';
import { storeTemplate } from './template.ts';

/** Signs the audit of tests. */
export const testSigner = createAuditSigner([Buffer.alloc(32, 7).toString('base64')]);

/** Opens a store for a test: in memory unless told otherwise. */
export async function openTestStore(options: Partial<StoreOptions> = {}): Promise<Store> {
  const inMemory = (options.databaseUrl ?? '') === '' && (options.dataDir ?? 'memory://') === 'memory://';
  return openStore({
    ...(inMemory ? { template: await storeTemplate() } : {}),
    databaseUrl: '',
    dataDir: 'memory://',
    claimTimeoutMs: 5_000,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    busy: () => false,
    audit: testSigner,
    ...options,
  });
}

/** What the contract is held against: a store, or a model of one. */
export interface ContractSubject {
  readonly calls: CallStore;
  readonly transact: <T>(work: (transaction: { readonly calls: CallStore }) => Promise<T>) => Promise<T>;
}

/** A model of a store. */
export interface ContractModel extends ContractSubject {
  truncate(): void;
  count(table: CountedTable): number;
}

export type CountedTable = 'inbox' | 'calls' | 'turns' | 'usage' | 'messages';

/** Empties every table. */
export async function truncate(store: Store | ContractModel): Promise<void> {
  if ('truncate' in store) store.truncate();
  else
    await sql`truncate inbox, calls, call_progress, call_commands, nodes, turns, usage, tool_calls, messages`.execute(
      store.db,
    );
}

/** What a node in service tells with its renewals. */
export const STANDING: NodeStanding = { draining: false, room: true };

/** The claim of call `name`, delivered once as `wh_<name>`. */
export function claimOf(name: string, changes: Partial<ClaimInput> = {}): ClaimInput {
  return {
    webhookId: `wh_${name}`,
    eventId: `evt_${name}`,
    eventType: 'realtime.call.incoming',
    eventCreatedAt: 1_790_000_000_000,
    callId: `rtc_${name}`,
    sipCallId: `sip_${name}`,
    callerNumber: '+819011112222',
    callerWithheld: false,
    dialledNumber: '+815033334444',
    carrierCallId: `CA${name}`,
    scenario: 'attendance-ja',
    scenarioVersion: 'v1',
    node: 'node-a',
    leaseMs: 60_000,
    state: 'claimed',
    endReason: null,
    ...changes,
  };
}

/** Claims call `name`. @returns its call id */
export async function claimed(
  store: ContractSubject,
  name: string,
  changes: Partial<ClaimInput> = {},
): Promise<string> {
  const input = claimOf(name, changes);
  await store.calls.claimCall(input);
  return input.callId;
}

export const COMPLETED: CallEnd = {
  state: 'ended',
  reason: 'completed',
  party: 'agent',
  detail: null,
  endedAt: 1_790_000_100_000,
};

export function turnOf(
  callId: string,
  turnKey: string,
  changes: Partial<Owned<TurnRecord>> = {},
): Owned<TurnRecord> {
  return {
    epoch: 1,
    callId,
    turnKey,
    sequence: 1,
    role: 'caller',
    text: 'はい、参加します',
    status: 'complete',
    startedAt: 1_790_000_001_000,
    endedAt: 1_790_000_002_000,
    responseId: null,
    ...changes,
  };
}

export function usageOf(
  callId: string,
  usageKey: string,
  changes: Partial<Owned<UsageRecord>> = {},
): Owned<UsageRecord> {
  return {
    epoch: 1,
    callId,
    usageKey,
    model: 'gpt-realtime-2.1',
    kind: 'response',
    textIn: 10,
    textInCached: 4,
    audioIn: 20,
    audioInCached: 0,
    textOut: 3,
    audioOut: 40,
    seconds: 1.25,
    costUsd: 0.001,
    at: 1_790_000_002_500,
    ...changes,
  };
}

/** A row as it is read back: who wrote it is not told. */
export function asRead<T extends { readonly epoch: number }>({ epoch: _epoch, ...row }: T): Omit<T, 'epoch'> {
  return row;
}

/** One number of the database. */
export async function count(store: Store | ContractModel, table: CountedTable): Promise<number> {
  if ('count' in store) return store.count(table);
  const row = await store.db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return row.n;
}
