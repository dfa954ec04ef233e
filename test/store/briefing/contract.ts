import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { changeContract } from './changes.ts';
import { editContract } from './edits.ts';
import { likenessContract } from './likeness.ts';
import { peopleContract } from './people.ts';
import { propertyContract } from './properties.ts';
import { rosterContract } from './rosters.ts';
import { seatContract } from './seats.ts';
import { undoContract } from './undo.ts';

/** What a store promises about briefings on either engine. The tables are emptied before each test. */
export async function briefingContract(t: Test, store: Store): Promise<void> {
  await changeContract(t, store);
  await seatContract(t, store);
  await undoContract(t, store);
  await rosterContract(t, store);
  await propertyContract(t, store);
  await editContract(t, store);
  await likenessContract(t, store, true);
  // The last: it ends without an extension of the database.
  await peopleContract(t, store);
  await likenessContract(t, store, false);
}
