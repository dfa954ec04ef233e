import t from 'tap';
import { portContract } from '../store/contract.ts';
import { testSigner, type ContractModel, type CountedTable } from '../store/fixtures.ts';
import { Chance } from './chance.ts';
import { Host } from './host.ts';
import { Scheduler } from './scheduler.ts';
import { StoreConnection } from './store-model/connection.ts';
import { StoreServer } from './store-model/server.ts';
import { createModelStore, type ModelStore } from './store-model/store.ts';
import { Trace } from './trace.ts';

/** The model of the simulator, held to what PGlite and PostgreSQL are held to. */

const scheduler = new Scheduler();
const host = new Host(
  'contract',
  { scheduler, trace: new Trace(false, null), chance: new Chance(1) },
  { ms: 0, rate: 1 },
);
let server = new StoreServer(scheduler, 0);
let store: ModelStore = open();

function open(): ModelStore {
  const weather = { state: 'up', delayMs: 2, flake: 0 } as const;
  const connection = new StoreConnection(
    host,
    server,
    scheduler,
    () => weather,
    () => {},
  );
  return createModelStore({ host, connection, signer: testSigner, claimTimeoutMs: 5_000 });
}

/** Virtual time stands still unless it is let run: it runs while somebody waits. */
let waiting = 0;
let running = false;
async function driven<T>(promise: Promise<T>): Promise<T> {
  waiting += 1;
  const over = (): void => void (waiting -= 1);
  promise.then(over, over);
  if (!running) {
    running = true;
    await scheduler.run(
      scheduler.now + 600_000,
      () => waiting === 0,
      () => {},
    );
    running = false;
  }
  return promise;
}

const calls = new Proxy({} as ContractModel['calls'], {
  get:
    (_target, name: keyof ContractModel['calls']) =>
    async (...args: unknown[]) =>
      driven((store.calls[name] as (...given: unknown[]) => Promise<unknown>)(...args)),
});

const model: ContractModel = {
  calls,
  transact: async (work) => driven(store.transact(work)),
  truncate: () => {
    server = new StoreServer(scheduler, 0);
    store = open();
  },
  count: (table: CountedTable) => [...server.tables[table].values()].length,
};

await portContract(t, model);
