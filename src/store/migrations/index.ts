import type { Migration } from 'kysely/migration';
import * as calls from './0001-calls.ts';
import * as briefings from './0002-briefings.ts';
import * as outbox from './0003-outbox.ts';
import * as identityTries from './0004-identity-tries.ts';

/** All migrations by name; the names' order is the order of their application. A released one never changes. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-calls': calls,
  '0002-briefings': briefings,
  '0003-outbox': outbox,
  '0004-identity-tries': identityTries,
};
