/**
 * What the service asks of its store about the audit: rows in chains, each sealed to the one before it by a keyed
 * hash. A row holds ids and codes, never what names a person. All instants are ms since the Unix epoch.
 */

/** Who acted. */
export type AuditActor = 'caller' | 'agent' | 'team' | 'import' | 'system';

/** Ids, codes, counts. Text that is neither is stored as its digest: see `plainPayload`. */
export type AuditPayload = Readonly<Record<string, string | number | boolean | null>>;

/** Something that happened, before it is stored. */
export interface AuditEntry {
  /** Call in whose chain it stands; null: the desk's chain of the day. */
  readonly callId: string | null;
  readonly at: number;
  readonly actor: AuditActor;
  /** Two words and a point, such as `change.proposed`. */
  readonly kind: string;
  readonly payload: AuditPayload;
}

/** A stored row. */
export interface AuditRow {
  readonly chain: string;
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly at: number;
  readonly actor: string;
  readonly kind: string;
  readonly payload: AuditPayload;
  /** Which key made `mac`. */
  readonly keyId: string;
  readonly prevMac: string;
  readonly mac: string;
}

/** What a chain says of its own end. */
export interface AuditHead {
  readonly chain: string;
  readonly sequence: number;
  readonly mac: string;
  /** Proves the two above. */
  readonly headMac: string;
  readonly keyId: string;
  readonly sealed: boolean;
}

/** A chain as it stands: its rows in order, and its head, if it has one. */
export interface AuditChain {
  readonly chain: string;
  readonly head: AuditHead | null;
  readonly rows: readonly AuditRow[];
}

/** A chain at the moment it was anchored. */
export type AuditLeaf = readonly [chain: string, sequence: number, mac: string];

/** One entry of the anchors: proves how far each chain had come. */
export interface AuditAnchor {
  /** From 1, without gaps, over all nodes. */
  readonly number: number;
  /** `YYYY-MM-DD` in Japan. */
  readonly day: string;
  readonly at: number;
  readonly keyId: string;
  /** Chains that grew since the anchor before. */
  readonly leaves: readonly AuditLeaf[];
  readonly prevMac: string;
  readonly mac: string;
}

/** Makes keyed hashes. `mac` signs with the newest key, `macBy` with the one named, or null when it is unknown. */
export interface AuditSigner {
  readonly keyId: string;
  mac(text: string): string;
  macBy(keyId: string, text: string): string | null;
}

/** A call that is over, and what the audit has to say of it. */
export interface AuditedCall {
  readonly callId: string;
  /** Payload that its row `call.ended` must have. */
  readonly ended: AuditPayload;
}

/** A decision of a caller that is compared with the audit. */
export interface AuditedChange {
  readonly registrationId: string;
  readonly version: number;
  readonly callId: string | null;
  /** Text of the entry as it stands, of which the audit holds the keyed hash. */
  readonly text: string;
  /** What the audit holds; null: it has no such row. */
  readonly audited: { readonly keyId: string; readonly digest: string | null } | null;
}

/** Which part of the audit is looked at. */
export interface AuditScope {
  /** Only chains, calls and changes with something that happened since, ms; null: all. */
  readonly since: number | null;
  /** Only this call's; null: all. */
  readonly callId: string | null;
}

/** The audit as it stands, for whoever verifies it. */
export interface StoredAudit {
  /**
   * Runs work over one moment of the audit, however long it takes: what is written meanwhile is not in it. On the
   * embedded engine everything else waits. The reader is dead afterwards.
   */
  read<T>(work: (reader: AuditReader) => Promise<T>): Promise<T>;
}

/** Reads the audit whole, in parts, each to its end. */
export interface AuditReader {
  /** Rows that `chains` will give. */
  countRows(scope: AuditScope): Promise<number>;
  /** Chains in the order of their names; those whose head is gone come last. */
  chains(scope: AuditScope): AsyncIterable<AuditChain>;
  /** Calls that are over and began under the audit. */
  calls(scope: AuditScope): AsyncIterable<AuditedCall>;
  /** Decisions of callers that were stored under the audit. */
  changes(scope: AuditScope): AsyncIterable<AuditedChange>;
  /** Oldest first. */
  anchors(): Promise<AuditAnchor[]>;
  /** Ids of the keys that signed the ends of chains, and anchors. */
  keyIds(): Promise<string[]>;
}

/** What tells an anchor from others. */
export type AnchorName = Pick<AuditAnchor, 'number' | 'day' | 'mac'>;

/** Makes anchors. */
export interface AuditAnchors {
  /**
   * Makes the next anchor of all chains that grew since the last one, and stores it once `write` has put it elsewhere.
   * One at a time over all nodes. Chains of the desk from days before are sealed first.
   *
   * @param unlessMade whether a day that has an anchor gets no other
   * @returns null when nothing grew, or the day is anchored
   */
  anchor(
    day: string,
    at: number,
    write: (anchor: AuditAnchor) => Promise<void>,
    unlessMade?: boolean,
  ): Promise<AuditAnchor | null>;
  /** The newest anchor, without what it anchors, or null. */
  last(): Promise<AnchorName | null>;
  /** All anchors, without what they anchor, oldest first. */
  list(): Promise<AnchorName[]>;
  /** One anchor; null when there is none of this number, or it is not genuine. */
  genuine(number: number): Promise<AuditAnchor | null>;
}
