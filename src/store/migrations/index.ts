import type { Migration } from 'kysely/migration';
import * as calls from './0001-calls.ts';
import * as briefings from './0002-briefings.ts';
import * as outbox from './0003-outbox.ts';
import * as identityTries from './0004-identity-tries.ts';
import * as api from './0007-api.ts';
import * as leads from './0005-leads.ts';
import * as audit from './0006-audit.ts';
import * as ownership from './0008-ownership.ts';
import * as retention from './0009-retention.ts';
import * as fleet from './0010-fleet.ts';
import * as mailCalendar from './0011-mail-calendar.ts';
import * as claimLanes from './0012-claim-lanes.ts';
import * as nodeRoom from './0013-node-room.ts';
import * as rosterMoves from './0014-roster-moves.ts';

/** All migrations by name; the names' order is the order of their application. A released one never changes. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-calls': calls,
  '0002-briefings': briefings,
  '0003-outbox': outbox,
  '0004-identity-tries': identityTries,
  '0005-leads': leads,
  '0006-audit': audit,
  '0007-api': api,
  '0008-ownership': ownership,
  '0009-retention': retention,
  '0010-fleet': fleet,
  '0011-mail-calendar': mailCalendar,
  '0012-claim-lanes': claimLanes,
  '0013-node-room': nodeRoom,
  '0014-roster-moves': rosterMoves,
};
