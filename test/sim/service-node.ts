import { createRecorder, type Recorder } from '../../src/audit/recorder.ts';
import { CallManager } from '../../src/call/manager.ts';
import { CallReception, type RingingCall } from '../../src/call/reception.ts';
import type { CallServices } from '../../src/call/services.ts';
import { CallSweeper } from '../../src/call/sweeper.ts';
import { DenwabanError, describeError } from '../../src/errors.ts';
import type { Log } from '../../src/lib/log.ts';
import type { CallsClient } from '../../src/realtime/calls.ts';
import type { Sidebands } from '../../src/realtime/sideband.ts';
import { createToolRunner, type ToolRunner } from '../../src/tools/runner.ts';
import type { SeatLimits } from '../../src/store/ports.ts';
import type { ToolTransact } from '../../src/tools/settle.ts';
import type { Host } from './host.ts';
import { KEYPAD, PLAN, RULES, TOOL_TIMEOUT_MS, TOOLS } from './service-plan.ts';
import type { ModelStore } from './store-model/store.ts';
import type { Watcher } from './watcher.ts';

/** As the configuration has them by default, ms. */
const ACCEPT_TIMEOUT_MS = 4_000;
export const STALE_MS = 20_000;

/** What a process is given, all of it simulated. */
export interface ServiceParts {
  readonly host: Host;
  readonly log: Log;
  readonly store: ModelStore;
  readonly calls: CallsClient;
  readonly sidebands: Sidebands;
  readonly watcher: Watcher;
  /** Over all nodes; 0: no limit. */
  readonly limits: SeatLimits;
  readonly onAlarm: (code: string) => void;
}

/** The service as one process runs it, put together as the plugins do it, without HTTP. */
export class ServiceNode {
  readonly host: Host;
  readonly manager: CallManager;
  readonly #reception: CallReception;
  readonly #sweeper: CallSweeper;
  readonly #recorder: Recorder;
  #stopping: Promise<void> | null = null;

  constructor(parts: ServiceParts) {
    const { host, log, store, watcher } = parts;
    this.host = host;
    const { clock, chance: random } = host;
    this.#recorder = createRecorder(store.calls, clock, log);
    const run = {
      store: store.calls,
      transact: store.transact as unknown as ToolTransact,
      clock,
      random,
      log,
      timeoutMs: TOOL_TIMEOUT_MS,
    };
    const services: CallServices = {
      clock,
      random,
      log,
      calls: parts.calls,
      sidebands: parts.sidebands,
      store: store.calls,
      handOverOverlap: false,
      recorder: this.#recorder,
      tools: watched(createToolRunner({ tools: TOOLS, ...run }), host, watcher),
      keypad: { runner: watched(createToolRunner({ tools: [KEYPAD], ...run }), host, watcher), acts: false },
      observer: {
        attached: () => {},
        detached: () => {},
        takenOver: () => {},
        accepted: () => {},
        refused: () => {},
        responseGap: () => {},
        toolAnswered: () => {},
        usage: () => {},
        strangeEvent: () => {},
        alarm: parts.onAlarm,
        ended: () => {},
      },
      plan: PLAN,
    };
    this.manager = new CallManager(services, host.name, true);
    this.#reception = new CallReception(services, this.manager, {
      rules: { ...RULES, limits: parts.limits },
      node: host.name,
      acceptTimeoutMs: ACCEPT_TIMEOUT_MS,
      staleMs: STALE_MS,
      onAnswered: () => {},
    });
    this.#sweeper = new CallSweeper(services, this.manager, this.#reception, {
      node: host.name,
      staleMs: STALE_MS,
    });
  }

  /** Whether it takes no connections any more. */
  closed = false;

  /** Whether it was asked to stop. */
  get stopping(): boolean {
    return this.#stopping !== null;
  }

  async start(): Promise<void> {
    await this.manager.owner.start();
    await this.#sweeper.start();
  }

  /** POST /openai-webhook, from the verified event on. @returns the HTTP status */
  async receive(ringing: RingingCall): Promise<number> {
    try {
      const reception = await this.#reception.receive(ringing);
      if (reception.outcome === 'claimed') reception.answer();
      return 200;
    } catch (error) {
      if (error instanceof DenwabanError) return error.statusCode;
      throw new TypeError(`the reception threw: ${describeError(error)}`, { cause: error });
    }
  }

  /** SIGTERM, to the end of the process. */
  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    await this.manager.drain(graceMs);
    this.closed = true;
    this.#sweeper.close();
    await this.manager.close();
    await this.#recorder.close();
  }
}

function watched(runner: ToolRunner, host: Host, watcher: Watcher): ToolRunner {
  return {
    definitions: runner.definitions,
    run: async (call, signal) =>
      watcher.watch(host, `tool ${call.name}`, TOOL_TIMEOUT_MS, runner.run(call, signal)),
  };
}
