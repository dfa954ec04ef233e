import fp from 'fastify-plugin';
import { STRICT_POLICY, WITHOUT_CODES_POLICY } from '../src/briefing/identity.ts';
import { createRecorder, type Recorder } from '../src/audit/recorder.ts';
import { CallManager } from '../src/call/manager.ts';
import { planCalls } from '../src/call/plan.ts';
import type { CallServices } from '../src/call/services.ts';
import { transferTargets } from '../src/config.ts';
import type { Clock } from '../src/lib/clock.ts';
import { packageRoot } from '../src/lib/package-root.ts';
import type { Random } from '../src/lib/random.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { createIdentityTries } from '../src/store/identity-tries.ts';
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
  /** Tools beside the built-in ones; the scenario does not name them. */
  readonly extraTools: readonly Tool[];
}

/** Loads the scenario and keeps the live calls: one session each. */
export default fp<SessionManagerOptions>(
  async (app, { clock, random, node, extraTools }) => {
    const { config } = app;
    const store = app.store.calls;
    const scenario = await loadScenario(config.SCENARIO, packageRoot());
    const targets = transferTargets(config);
    const desk = {
      briefings: app.store.briefings,
      tries: createIdentityTries(app.store.db),
      policy: scenario.identity === 'without_codes' ? WITHOUT_CODES_POLICY : STRICT_POLICY,
      random,
    };
    const tools = createToolRunner({
      tools: [...toolsFor(scenario.tools, targets, desk), ...extraTools],
      store,
      clock,
      log: app.log,
      timeoutMs: config.TOOL_TIMEOUT_MS,
    });
    const recorder = createRecorder(store, clock, app.log);
    const services: CallServices = {
      clock,
      random,
      log: app.log,
      calls: app.calls,
      sidebands: app.sidebands,
      store,
      recorder,
      tools,
      observer: app.metrics.calls,
      plan: planCalls({
        scenario,
        model: config.REALTIME_MODEL,
        voice: config.DEFAULT_VOICE,
        tools: tools.definitions,
        transferTargets: targets,
        silenceMs: [
          config.SILENCE_REPROMPT_SECONDS * 1_000,
          config.SILENCE_KEYPAD_SECONDS * 1_000,
          config.SILENCE_CLOSE_SECONDS * 1_000,
        ],
        maxCallMs: config.MAX_CALL_SECONDS * 1_000,
        toolFillerMs: config.TOOL_FILLER_MS,
      }),
    };
    const manager = new CallManager(services, node);

    app.decorate('callServices', services);
    app.decorate('callManager', manager);
    app.decorate('recorder', recorder);
    app.addHook('onClose', async () => {
      manager.close();
      await recorder.close();
    });
  },
  { fastify: '5.x', name: 'session-manager', dependencies: ['config', 'telemetry', 'store', 'openai'] },
);
