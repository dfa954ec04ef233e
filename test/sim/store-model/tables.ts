import type { AuditHead, AuditRow } from '../../../src/store/audit-ports.ts';
import type {
  CallState,
  EndParty,
  EndReason,
  MessageRecord,
  NoticeProof,
  SeatRefusal,
  ToolCallRecord,
  TurnRecord,
  UsageRecord,
} from '../../../src/store/ports.ts';

/** Rows of the model: what the SQL of src/store keeps, with instants of the server's clock as ms. Rows are never changed in place. */
export interface CallRow {
  readonly callId: string;
  readonly sipCallId: string | null;
  readonly carrierCallId: string | null;
  readonly state: CallState;
  readonly node: string;
  readonly claimToken: string;
  readonly epoch: number;
  readonly leaseUntil: number;
  readonly handedOver: boolean;
  readonly callerNumber: string | null;
  readonly callerWithheld: boolean;
  readonly dialledNumber: string | null;
  readonly scenario: string;
  readonly scenarioVersion: string;
  readonly eventCreatedAt: number;
  readonly claimedAt: number;
  readonly acceptedAt: number | null;
  readonly liveAt: number | null;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  readonly endParty: EndParty | null;
  readonly endDetail: string | null;
  readonly noticeProof: NoticeProof;
  readonly noticePlayedAt: number | null;
  readonly noticeVersion: string | null;
  /** `policy`: refused when it rang; it takes no place. */
  readonly seatRefusal: SeatRefusal | 'policy' | null;
}

export interface ToolRow extends ToolCallRecord {
  readonly beginToken: string;
}

export interface ProgressRow {
  readonly callId: string;
  readonly epoch: number;
  /** A JSON text. */
  readonly body: string;
}

export interface NodeRow {
  readonly node: string;
  readonly seenAt: number;
  readonly draining: boolean;
  readonly room: boolean;
}

/** A message in the outbox, as far as calls put it there. It has no key but its own: nothing but its cause keeps it single. */
export interface OutboxRow {
  readonly callId: string;
  /** Function call that put it there. */
  readonly cause: string;
}

/** Every table by its name. Keys are texts; a key of several columns is joined by a blank. */
export interface Rows {
  readonly inbox: { readonly webhookId: string; readonly callId: string };
  readonly calls: CallRow;
  readonly sip: { readonly callId: string };
  readonly tools: ToolRow;
  readonly messages: MessageRecord;
  readonly turns: TurnRecord;
  readonly usage: UsageRecord;
  readonly progress: ProgressRow;
  readonly nodes: NodeRow;
  readonly outbox: OutboxRow;
  readonly heads: AuditHead;
  readonly audit: AuditRow;
}

export type TableName = keyof Rows;

export interface Table<R> {
  get(key: string): R | undefined;
  set(key: string, row: R): void;
  delete(key: string): void;
  values(): Iterable<R>;
}

/** The tables as one statement sees them. */
export type Tables = { readonly [N in TableName]: Table<Rows[N]> };

const NAMES: readonly TableName[] = [
  'inbox',
  'calls',
  'sip',
  'tools',
  'messages',
  'turns',
  'usage',
  'progress',
  'nodes',
  'outbox',
  'heads',
  'audit',
];

/** Empty tables. */
export function newTables(): Tables {
  return build(() => new Map<string, never>());
}

/** What one transaction wrote, over what is committed: others do not see it before `commit`. */
export class Overlay {
  readonly tables: Tables;
  readonly #layers: Layer<never>[] = [];

  constructor(base: Tables) {
    this.tables = build((name) => {
      const layer = new Layer<never>(base[name] as Table<never>);
      this.#layers.push(layer);
      return layer;
    });
  }

  commit(): void {
    for (const layer of this.#layers) layer.commit();
  }
}

class Layer<R> implements Table<R> {
  readonly #base: Table<R>;
  readonly #written = new Map<string, R | null>();

  constructor(base: Table<R>) {
    this.#base = base;
  }

  get(key: string): R | undefined {
    const own = this.#written.get(key);
    return own === undefined ? this.#base.get(key) : (own ?? undefined);
  }

  set(key: string, row: R): void {
    this.#written.set(key, row);
  }

  delete(key: string): void {
    this.#written.set(key, null);
  }

  /** Statements inside a transaction look rows up by their keys; none reads a whole table. */
  values(): Iterable<R> {
    throw new TypeError('a whole table is not read inside a transaction');
  }

  commit(): void {
    for (const [key, row] of this.#written) {
      if (row === null) this.#base.delete(key);
      else this.#base.set(key, row);
    }
  }
}

function build(make: (name: TableName) => Table<never>): Tables {
  return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as unknown as Tables;
}
