import type { Test } from 'tap';
import type { Store } from '../../src/store/open.ts';
import { claimContract } from './contract/claim.ts';
import { ledgerContract } from './contract/ledger.ts';
import { leaseContract } from './contract/lease.ts';
import { lifecycleContract } from './contract/lifecycle.ts';
import { transactionContract } from './contract/transaction.ts';
import { transcriptContract } from './contract/transcript.ts';

/** What a store promises on either engine. The tables are emptied before each test. */
export async function storeContract(t: Test, store: Store): Promise<void> {
  await claimContract(t, store);
  await lifecycleContract(t, store);
  await leaseContract(t, store);
  await ledgerContract(t, store);
  await transcriptContract(t, store);
  await transactionContract(t, store);
}
