import { createAuditSigner } from '../../src/audit/keys.ts';
import { newCaller } from './caller.ts';
import { Chance } from './chance.ts';
import { Deliveries } from './deliveries.ts';
import { auditProblem, doubledEffect } from './effects.ts';
import { CALM_MS, newFate, type Fate } from './faults.ts';
import { Fleet, type Planted } from './fleet.ts';
import { Invariants, ROW_LIFE_MS, type Failure } from './invariants.ts';
import { OpenAiModel } from './openai-model.ts';
import { Scheduler, toldOfDefects } from './scheduler.ts';
import { isOpen } from './store-model/call-states.ts';
import { StoreServer } from './store-model/server.ts';
import { Storm } from './storm.ts';
import { Trace } from './trace.ts';
import { Watcher } from './watcher.ts';
import { CALM, type Weather } from './weather.ts';

/** The world is looked at this often, ms. */
const TICK_MS = 500;
/** Calls begin to ring within this, ms. */
const RING_MS = 8_000;
/** In a crowded world those beyond the first few ring within this, ms: places are taken and given back. */
const FEW_CALLS = 3;
const LATE_RING_MS = 25_000;
/** A world that has not come to rest by then never will, ms. */
const LONGEST_MS = CALM_MS + ROW_LIFE_MS + 30_000;
/** Stopping the processes of a world at rest takes less, ms. */
const STOP_MS = 60_000;

const SIGNER = createAuditSigner([Buffer.alloc(32, 9).toString('base64')]);

export interface RunOptions {
  readonly trace?: Trace;
  readonly planted?: Planted;
  /** Instead of what the seed decides. */
  readonly fate?: Partial<Fate>;
}

/** What became of a world. */
export interface Outcome {
  readonly seed: number;
  /** Null: everything held. */
  readonly failure: Failure | null;
  /** Virtual ms that passed. */
  readonly ms: number;
  readonly steps: number;
  readonly digest: string | null;
  /** Calls that were answered, and that were to be: those that found no place are not. */
  readonly answered: number;
  readonly calls: number;
}

/** Plays one world from its seed to its end. The same seed is the same world. */
export async function runWorld(seed: number, options: RunOptions = {}): Promise<Outcome> {
  const chance = new Chance(seed);
  const trace = options.trace ?? new Trace(false, null);
  const fate: Fate = { ...newFate(chance.fork('fate')), ...options.fate };
  const scheduler = new Scheduler();
  const server = new StoreServer(scheduler, fate.storeSkewMs);
  const weather: Weather = {
    ...CALM,
    storeless: new Set(),
    storeFaultUntil: 0,
  };
  const watcher = new Watcher(scheduler);
  const note = (what: string): void => {
    if (trace.on) trace.add(scheduler.now, 'world', what);
  };
  note(`seed ${seed}: ${JSON.stringify(fate)}`);
  const nodes = (): Fleet['nodes'] => fleet.nodes;
  const invariants = new Invariants({
    server,
    limits: fate.limits,
    now: () => scheduler.now,
    nodes,
    billed: () =>
      [...openai.calls.values()].flatMap((call) => (call.state === 'accepted' ? [call.callId] : [])),
    servedSince: () => {
      const up = nodes().filter(({ host, stopping }) => host.running && !stopping);
      if (up.length === 0 || weather.store !== CALM.store || weather.storeless.size > 0) return null;
      const awake = Math.min(...up.map(({ host }) => Math.max(host.bornAt, host.thawedAt)));
      // A trouble that was over between two looks cost the statements that were under way.
      return Math.max(awake, weather.storeFaultUntil);
    },
    note,
  });
  const openai = new OpenAiModel(scheduler, chance.fork('openai'), invariants);
  const fleet = new Fleet(
    {
      scheduler,
      trace,
      chance,
      server,
      openai,
      weather,
      watcher,
      invariants,
      signer: SIGNER,
      planted: options.planted ?? {},
      passed: (host, what) => storm.passed(host, what),
    },
    fate,
  );
  const storm = new Storm({ scheduler, fleet, weather, note }, fate);
  const deliveries = new Deliveries({ scheduler, chance: chance.fork('webhooks'), fleet, note });

  const people = chance.fork('people');
  for (let number = 1; number <= fate.calls; number += 1) {
    const caller = newCaller(people.fork(String(number)));
    scheduler.after(people.integer(0, number > FEW_CALLS ? LATE_RING_MS : RING_MS), () => {
      openai.ring(`rtc_${number}`, caller);
      note(`rtc_${number} rings: ${JSON.stringify(caller)}`);
      deliveries.announce(`rtc_${number}`, caller);
    });
  }
  const failed = (): boolean => invariants.failure !== null;
  const tick = (): void => {
    invariants.tick();
    const overdue = watcher.overdue();
    if (overdue !== null) invariants.fail('deadline', overdue);
    if (!failed()) scheduler.after(TICK_MS, tick, false);
  };
  scheduler.after(TICK_MS, tick, false);
  fleet.startAll();

  const atRest = (): boolean =>
    openai.calls.size === fate.calls &&
    !deliveries.pending &&
    [...openai.calls.values()].every(
      ({ state, callId }) => state === 'over' || invariants.isGivenUp(callId),
    ) &&
    [...server.tables.calls.values()].every((row) => !isOpen(row)) &&
    nodes().every(({ host, stopping }) => host.running && !stopping) &&
    weather.store === CALM.store;
  const defects = onDefect((error) =>
    invariants.fail('crash', String(error instanceof Error ? error.stack : error)),
  );
  try {
    await scheduler.run(
      LONGEST_MS,
      () => failed() || atRest(),
      () => {},
    );
    const left = [...server.tables.calls.values()]
      .filter(isOpen)
      .map(({ callId, state }) => `${callId} ${state}`);
    if (!failed() && !atRest()) invariants.fail('row_deadline', `not at rest: ${left.join(', ')}`);
    let stopped = false;
    if (!failed()) {
      storm.calm();
      void fleet.stopAll().then(() => (stopped = true));
      await scheduler.run(
        scheduler.now + STOP_MS,
        () => failed() || stopped,
        () => {},
      );
      if (!failed() && !stopped) invariants.fail('left_over', 'a process does not stop');
    }
    await toldOfDefects();
  } finally {
    defects.off();
  }
  if (!failed()) {
    invariants.settle();
    const problem = doubledEffect(server.tables) ?? auditProblem(server.tables, SIGNER);
    if (problem !== null) invariants.fail(problem.name, problem.detail);
  }
  const rows = [...server.tables.calls.values()];
  return {
    seed,
    failure: invariants.failure,
    ms: scheduler.now,
    steps: scheduler.steps,
    digest: trace.digest(),
    answered: rows.filter(({ liveAt }) => liveAt !== null).length,
    calls: fate.calls - rows.filter(({ seatRefusal }) => seatRefusal !== null).length,
  };
}

/** A promise of the service that nobody handles is a defect, whichever process it was of. */
function onDefect(tell: (error: unknown) => void): { off(): void } {
  process.on('unhandledRejection', tell);
  return { off: () => process.off('unhandledRejection', tell) };
}
