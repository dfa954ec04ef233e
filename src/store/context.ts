import type { Kysely } from 'kysely';
import type { Random } from '../lib/random.ts';
import type { Run } from './operation.ts';
import type { Database } from './schema.ts';

/** What every operation of the store works with. `db` may be a transaction. */
export interface StoreContext {
  readonly db: Kysely<Database>;
  readonly run: Run;
  readonly random: Random;
  /** Deadline for storing a ringing call, in ms. */
  readonly claimTimeoutMs: number;
}
