import { type Log, silentLog } from '../../src/lib/log.ts';
import type { AuditSigner } from '../../src/store/audit-ports.ts';
import type { CallOutcome, CallsClient } from '../../src/realtime/calls.ts';
import type { Sidebands } from '../../src/realtime/sideband.ts';
import { createSimulatedCalls } from './calls-client.ts';
import type { Chance } from './chance.ts';
import type { Fate } from './faults.ts';
import { Host } from './host.ts';
import type { Invariants } from './invariants.ts';
import type { OpenAiModel } from './openai-model.ts';
import type { Scheduler } from './scheduler.ts';
import { ServiceNode } from './service-node.ts';
import { TOOL_TIMEOUT_MS } from './service-plan.ts';
import { actOf } from './session-events.ts';
import { SimulatedSidebands } from './sidebands.ts';
import { StoreConnection } from './store-model/connection.ts';
import type { Statement, StoreServer } from './store-model/server.ts';
import { createModelStore, type ModelStore } from './store-model/store.ts';
import type { Trace } from './trace.ts';
import { CLAIM_TIMEOUT_MS, type Watcher } from './watcher.ts';
import type { Weather } from './weather.ts';

/** A stop that is asked for gives the calls this long, ms. */
const DRAIN_MS = 20_000;
/** What a process leaves behind it is looked for when the last deadline of a tool has passed. */
const REST_MS = TOOL_TIMEOUT_MS + 1_000;

/** Bugs that a test plants, at the ports of one process. Nobody else uses them. */
export interface Planted {
  readonly store?: (store: ModelStore, host: Host) => ModelStore;
  readonly calls?: (calls: CallsClient, host: Host) => CallsClient;
  readonly sidebands?: (sidebands: Sidebands, host: Host) => Sidebands;
  /** A statement on its way to the server. */
  readonly statement?: <T>(statement: Statement<T>, host: Host) => Statement<T>;
  /** Called with every process that is started. */
  readonly node?: (node: ServiceNode) => void;
}

/** One place for a process: whatever runs there now. */
export interface Machine {
  readonly place: number;
  readonly host: Host;
  readonly node: ServiceNode;
  readonly sidebands: SimulatedSidebands;
}

export interface FleetParts {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly chance: Chance;
  readonly server: StoreServer;
  readonly openai: OpenAiModel;
  readonly weather: Weather;
  readonly watcher: Watcher;
  readonly invariants: Invariants;
  readonly signer: AuditSigner;
  readonly planted: Planted;
  /** Told of everything that leaves a process, or was done for it. */
  passed(host: Host, what: string): void;
}

/** The processes of the service: one for each place, started again when it died. */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #fate: Fate;
  readonly #machines: Machine[] = [];
  #births = 0;

  constructor(parts: FleetParts, fate: Fate) {
    this.#parts = parts;
    this.#fate = fate;
  }

  get machines(): readonly Machine[] {
    return this.#machines;
  }

  get nodes(): ServiceNode[] {
    return this.#machines.map(({ node }) => node);
  }

  startAll(): void {
    for (let place = 0; place < this.#fate.nodes; place += 1) this.#start(place);
  }

  restart(machine: Machine): void {
    if (this.#machines[machine.place] === machine && !machine.host.alive) this.#start(machine.place);
  }

  /** SIGTERM; another process takes the place. */
  drain(machine: Machine): void {
    if (!machine.host.running || machine.node.stopping) return;
    this.#parts.trace.add(this.#parts.scheduler.now, machine.host.name, 'SIGTERM');
    void this.#stop(machine, DRAIN_MS).then(() => this.restart(machine));
  }

  /** Stops every process, and looks for what it leaves behind. */
  async stopAll(): Promise<void> {
    await Promise.all(this.#machines.map((machine) => this.#stop(machine, 0)));
  }

  async #stop(machine: Machine, graceMs: number): Promise<void> {
    const { host, node, sidebands } = machine;
    await node.stop(graceMs);
    const sockets = sidebands.size;
    sidebands.close();
    await new Promise<void>((resolve) => {
      // Once more: a process that slept in between is first given what came meanwhile.
      host.post(REST_MS, null, () => host.post(1, null, resolve));
    });
    this.#lookForRemains(machine, sockets);
    host.crash();
  }

  #lookForRemains({ host }: Machine, sockets: number): void {
    const { invariants, watcher } = this.#parts;
    if (host.pendingTimers > 0)
      invariants.fail('left_over', `${host.name} stopped with ${host.pendingTimers} timers`);
    if (sockets > 0) invariants.fail('left_over', `${host.name} stopped with ${sockets} sockets`);
    const awaited = watcher.of(host);
    if (awaited.length > 0)
      invariants.fail('left_over', `${host.name} stopped and awaits ${awaited.join(', ')}`);
  }

  #start(place: number): void {
    this.#births += 1;
    const { scheduler, trace, chance, server, openai, weather, watcher, invariants, signer, planted } =
      this.#parts;
    const name = `n${place + 1}.${this.#births}`;
    const skew = this.#fate.skews[place] ?? { ms: 0, rate: 1 };
    const host = new Host(name, { scheduler, trace, chance: chance.fork(name) }, skew);
    const connection = new StoreConnection(
      host,
      server,
      scheduler,
      () => (weather.storeless.has(name) ? { state: 'hang', delayMs: 3, flake: 0 } : weather.store),
      (_host, what) => this.#parts.passed(host, what),
      planted.statement,
    );
    const onAct = (callId: string, what: string): void => {
      if (trace.on) trace.add(scheduler.now, name, `> ${callId} ${what}`);
      invariants.onAct(name, callId, what);
      this.#parts.passed(host, what);
    };
    const sidebands = new SimulatedSidebands({
      host,
      scheduler,
      openai,
      weather: () => weather.wires,
      onAct: (callId, event) => onAct(callId, trace.on ? actOf(event) : 'event'),
    });
    const calls = createSimulatedCalls({ host, scheduler, openai, weather: () => weather.api, onAct });
    const known = observed(calls, name, invariants);
    const model = createModelStore({ host, connection, signer, claimTimeoutMs: CLAIM_TIMEOUT_MS });
    const store = planted.store?.(model, host) ?? model;
    const node = new ServiceNode({
      host,
      log: trace.on ? logOf(trace, host, scheduler) : silentLog,
      store: { ...store, calls: watcher.store(host, store.calls) },
      calls: planted.calls?.(known, host) ?? known,
      sidebands: looking(planted.sidebands?.(sidebands, host) ?? sidebands, name, invariants),
      watcher,
      limits: this.#fate.limits,
      onAlarm: (code) => {
        if (trace.on) trace.add(scheduler.now, name, `ALARM ${code}`);
      },
    });
    this.#machines[place] = { place, host, node, sidebands };
    planted.node?.(node);
    host.post(0, 'BOOT', () => void node.start());
  }
}

/** An accept of which nothing is known has to be looked for before the next. */
function observed(calls: CallsClient, name: string, invariants: Invariants): CallsClient {
  return {
    ...calls,
    reject: async (callId, sipStatus) => {
      const outcome = await calls.reject(callId, sipStatus);
      if (outcome.kind !== 'taken' && outcome.kind !== 'gone') invariants.onRejectUnknown(callId);
      return outcome;
    },
    accept: async (callId, body, timeoutMs): Promise<CallOutcome> => {
      const outcome = await calls.accept(callId, body, timeoutMs);
      if (outcome.kind === 'ambiguous') invariants.onAcceptUnknown(name, callId);
      return outcome;
    },
  };
}

function looking(sidebands: Sidebands, name: string, invariants: Invariants): Sidebands {
  return {
    connect: (callId, listener) => {
      invariants.onLook(name, callId);
      return sidebands.connect(callId, listener);
    },
  };
}

function logOf(trace: Trace, host: Host, scheduler: Scheduler): Log {
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      trace.add(scheduler.now, host.name, `${level} ${message} ${JSON.stringify(fields)}`);
  const log: Log = {
    trace: () => {},
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    child: () => log,
  };
  return log;
}
