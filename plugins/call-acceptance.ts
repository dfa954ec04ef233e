import fp from 'fastify-plugin';
import { CommandDesk } from '../src/call/command-desk.ts';
import { parsePolicy } from '../src/call/policy.ts';
import { MemoryPressure } from '../src/call/memory-pressure.ts';
import { Reaper } from '../src/call/reaper.ts';
import { CallReception } from '../src/call/reception.ts';
import { CallSweeper } from '../src/call/sweeper.ts';
import type { Listening } from '../src/store/hints.ts';
import { memoryUse } from '../src/telemetry/memory-use.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Takes ringing calls. */
    readonly reception: CallReception;
    /** Ends calls that nobody ends. */
    readonly reaper: Reaper;
    /** Whether there is memory for one more call. */
    readonly memory: MemoryPressure;
  }
}

export interface CallAcceptanceOptions {
  readonly node: string;
}

/** Claims, admits and accepts ringing calls; finds those whose process died; does what operators ask. */
export default fp<CallAcceptanceOptions>(
  async (app, { node }) => {
    const { callServices: services, callManager: manager, config } = app;
    const staleMs = config.STALE_CALL_SECONDS * 1_000;
    const memory = new MemoryPressure(services.clock, config.MEMORY_LIMIT_PERCENT, memoryUse);
    const reception = new CallReception(services, manager, {
      rules: parsePolicy(config),
      node,
      acceptTimeoutMs: config.ACCEPT_TIMEOUT_MS,
      staleMs,
      memoryShort: () => memory.short,
      onAnswered: app.metrics.acceptLatency,
    });
    const sweeper = new CallSweeper(services, manager, reception, { node, staleMs });

    const desk = new CommandDesk(
      {
        commands: app.store.commands,
        clock: services.clock,
        log: app.log,
        targets: () => services.plan.transferTargets,
      },
      manager,
    );

    const reaper = new Reaper(services, app.store.reaper, manager);

    app.decorate('reception', reception);
    app.decorate('reaper', reaper);
    app.decorate('memory', memory);
    let hints: Listening | null = null;

    app.addHook('onReady', async () => {
      await sweeper.start();
      await desk.start();
      await reaper.start();
      hints = app.store.hints.listen((hint) => (hint === 'call' ? sweeper : desk).hint());
    });
    app.addHook('onClose', async () => {
      await hints?.close();
      sweeper.close();
      desk.close();
      reaper.close();
    });
  },
  { fastify: '5.x', name: 'call-acceptance', dependencies: ['config', 'telemetry', 'session-manager'] },
);
