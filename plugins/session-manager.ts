import fp from 'fastify-plugin';
import { identityPolicy } from '../src/briefing/identity.ts';
import { createRecorder, type Recorder } from '../src/audit/recorder.ts';
import { CallManager } from '../src/call/manager.ts';
import { keepPlan } from '../src/call/live-plan.ts';
import type { CallServices } from '../src/call/services.ts';
import { transferTargets } from '../src/config.ts';
import type { Clock } from '../src/lib/clock.ts';
import { packageRoot } from '../src/lib/package-root.ts';
import type { Random } from '../src/lib/random.ts';
import { briefingNames } from '../src/roster/briefing-names.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { offeredTargets } from '../src/scenario/transfer-targets.ts';
import { createKeypadRunner } from '../src/tools/keypad-tool.ts';
import { createToolRunner } from '../src/tools/runner.ts';
import { toolsFor } from '../src/tools/toolbox.ts';
import type { Tool } from '../src/tools/tool.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What every call needs from outside itself. */
    readonly callServices: CallServices;
    /** The calls of this process. */
    readonly callManager: CallManager;
    readonly recorder: Recorder;
  }
}

export interface SessionManagerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly node: string;
  /** Whether one more call would be answered here; asked once the app is ready. */
  readonly hasRoom: () => boolean;
  /** Tools beside the built-in ones; the scenario does not name them. */
  readonly extraTools: readonly Tool[];
}

/** Loads the scenario and keeps the live calls: one session each. */
export default fp<SessionManagerOptions>(
  async (app, { clock, random, node, hasRoom, extraTools }) => {
    const { config } = app;
    const { calls: store, transact } = app.store;
    const scenario = await loadScenario(config.SCENARIO, packageRoot());
    const targets = transferTargets(config);
    const desk = {
      briefings: app.store.briefings,
      transact,
      policy: identityPolicy(scenario.identity),
      limits: scenario.limits,
      random,
      organisation: scenario.organisation,
      queue: app.outbox.queue,
    };
    const run = { store, transact, clock, random, log: app.log, timeoutMs: config.TOOL_TIMEOUT_MS };
    const offered = [...toolsFor(scenario.tools, offeredTargets(scenario, targets), desk), ...extraTools];
    const tools = createToolRunner({ tools: offered, ...run });
    const recorder = createRecorder(store, clock, app.log);
    const plan = keepPlan({
      clock,
      log: app.log,
      names: () => briefingNames(app.store.briefings, clock.now()),
      scenario,
      config,
      tools: tools.definitions,
      transferTargets: targets,
    });
    const services: CallServices = {
      clock,
      random,
      log: app.log,
      calls: app.calls,
      sidebands: app.sidebands,
      store,
      handOverOverlap: config.HANDOVER_OVERLAP === 'on',
      recorder,
      tools,
      keypad: createKeypadRunner({ ...desk, menu: scenario.phrases.offerKeypad }, scenario.tools, run),
      observer: app.metrics.calls,
      get plan() {
        return plan.current;
      },
    };
    const manager = new CallManager(services, node, app.store.kind === 'postgres', hasRoom);

    app.decorate('callServices', services);
    app.decorate('callManager', manager);
    app.decorate('recorder', recorder);
    app.addHook('onReady', async () => {
      await manager.owner.start();
      await plan.refresh();
    });
    app.addHook('onClose', async () => {
      plan.close();
      await manager.close();
      await recorder.close();
    });
  },
  { fastify: '5.x', name: 'session-manager', dependencies: ['config', 'telemetry', 'outbox', 'openai'] },
);
