import type { Test } from 'tap';
import type { Store } from '../../src/store/open.ts';
import type { ContractModel } from './fixtures.ts';
import { capacityContract } from './contract/capacity.ts';
import { claimContract } from './contract/claim.ts';
import { commandsContract } from './contract/commands.ts';
import { engineContract } from './contract/engine.ts';
import { leadContract } from './contract/leads.ts';
import { ledgerContract } from './contract/ledger.ts';
import { leaseContract } from './contract/lease.ts';
import { lifecycleContract } from './contract/lifecycle.ts';
import { ownershipContract } from './contract/ownership.ts';
import { reaperContract } from './contract/reaper.ts';
import { successionContract } from './contract/succession.ts';
import { transactionContract } from './contract/transaction.ts';
import { transcriptContract } from './contract/transcript.ts';

/** What a store promises on either engine. The tables are emptied before each test. */
export async function storeContract(t: Test, store: Store): Promise<void> {
  await portContract(t, store);
  await engineContract(t, store);
  await leadContract(t, store);
  await commandsContract(t, store);
  await reaperContract(t, store);
}

/** The part of it that the ports show: a model of the store is held to the same. */
export async function portContract(t: Test, store: Store | ContractModel): Promise<void> {
  await claimContract(t, store);
  await lifecycleContract(t, store);
  await leaseContract(t, store);
  await ownershipContract(t, store);
  await successionContract(t, store);
  await capacityContract(t, store);
  await ledgerContract(t, store);
  await transcriptContract(t, store);
  await transactionContract(t, store);
}
