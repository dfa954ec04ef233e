import type { Kysely } from 'kysely';
import type { Random } from '../lib/random.ts';
import type { AuditBook } from './audit/book.ts';
import type { Run } from './operation.ts';
import type { Database } from './schema.ts';

/** What every operation of the store works with. `db` may be a transaction. */
export interface StoreContext {
  readonly db: Kysely<Database>;
  readonly run: Run;
  readonly random: Random;
  /** Wall time, ms. */
  readonly now: () => number;
  /** Deadline for storing a ringing call, in ms. */
  readonly claimTimeoutMs: number;
  /** Where the open transaction notes what the audit has to know; null: no transaction is open. */
  readonly audit: AuditBook | null;
}
