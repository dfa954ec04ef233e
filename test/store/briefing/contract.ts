import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { changeContract } from './changes.ts';
import { seatContract } from './seats.ts';

/** What a store promises about briefings on either engine. The tables are emptied before each test. */
export async function briefingContract(t: Test, store: Store): Promise<void> {
  await changeContract(t, store);
  await seatContract(t, store);
}
