import type { Applicant } from '../briefing/applicant.ts';
import type { AttendanceStatus } from '../briefing/attendance-status.ts';
import type { Registration } from '../briefing/registration.ts';
import type { Page, Paged } from './briefing-ports.ts';
import type { CallRecord, CallState, MessageRecord } from './ports.ts';

/**
 * What the REST API asks of the store beside the briefings: its keys, the answers it has given, and lists whose cursors
 * hold nothing personal. All instants are ms since the Unix epoch.
 */

/** A key as the store knows it; the key itself is not in it. */
export interface ApiKeyRecord {
  readonly keyId: string;
  /** Stands in the history of what was changed with it. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Known to the minute. */
  readonly lastUsedAt: number | null;
}

/** A key to be stored. */
export type NewApiKey = Omit<ApiKeyRecord, 'revokedAt' | 'lastUsedAt'> & {
  /** SHA-256 of the key, hex. */
  readonly hash: string;
};

/** An answer as it was given. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Names a request for a day: who sent it, under which key. */
export interface AnswerKey {
  readonly keyId: string;
  readonly idempotencyKey: string;
}

/** An answer with what it was an answer to. */
export interface StoredAnswer extends ApiAnswer {
  readonly fingerprint: string;
}

/** The answers of writes, inside the transaction of the write. */
export interface ApiAnswers {
  /** Keeps others with this key away until the transaction ends. @returns false when somebody has it */
  lock(key: AnswerKey): Promise<boolean>;
  find(key: AnswerKey, at: number): Promise<StoredAnswer | null>;
  /** Replaces one that has expired. */
  save(key: AnswerKey, answer: StoredAnswer, expiresAt: number): Promise<void>;
}

/** Which registrations are listed; null does not narrow. */
export interface RegistrationQuery {
  readonly briefingId: string | null;
  readonly slotId: string | null;
  readonly status: AttendanceStatus | null;
  /** Changed at or after this instant. */
  readonly changedSince: number | null;
}

/** Which calls are listed; null does not narrow. */
export interface CallQuery {
  readonly state: CallState | null;
  /** Claimed at or after this instant. */
  readonly since: number | null;
}

/** A registration with the person it is of. */
export interface RegistrationLine {
  readonly registration: Registration;
  readonly applicant: Applicant;
}

export interface ApiStore {
  /** @returns false when the name is taken */
  createKey(key: NewApiKey): Promise<boolean>;
  /** The key with this hash, whether it is valid or not. */
  findKey(hash: string): Promise<(ApiKeyRecord & { readonly hash: string }) | null>;
  /** Notes that a key was used. */
  touchKey(keyId: string, at: number): Promise<void>;
  /** Oldest first. */
  listKeys(): Promise<ApiKeyRecord[]>;
  /** Ends a key, named by id or name. @returns null: there is none; a key that was ended before keeps its time */
  revokeKey(idOrName: string, at: number): Promise<ApiKeyRecord | null>;
  /** Deletes answers that have expired. @returns how many */
  forgetAnswers(at: number): Promise<number>;

  /** Earliest change first. */
  listRegistrations(query: RegistrationQuery, page: Page): Promise<Paged<RegistrationLine>>;
  /** By id. */
  listApplicants(page: Page): Promise<Paged<Applicant>>;
  /** Newest first. */
  listCalls(query: CallQuery, page: Page): Promise<Paged<CallRecord>>;
  /** Newest first. @param callId null: of all calls */
  listMessages(callId: string | null, page: Page): Promise<Paged<MessageRecord>>;
}
