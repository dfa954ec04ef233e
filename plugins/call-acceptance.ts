import fp from 'fastify-plugin';
import { parsePolicy } from '../src/call/policy.ts';
import { CallReception } from '../src/call/reception.ts';
import { CallSweeper } from '../src/call/sweeper.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Takes ringing calls. */
    readonly reception: CallReception;
  }
}

export interface CallAcceptanceOptions {
  readonly node: string;
}

/** Claims, admits and accepts ringing calls; finds those whose process died. */
export default fp<CallAcceptanceOptions>(
  async (app, { node }) => {
    const { callServices: services, callManager: manager, config } = app;
    const staleMs = config.STALE_CALL_SECONDS * 1_000;
    const reception = new CallReception(services, manager, {
      rules: parsePolicy(config),
      node,
      acceptTimeoutMs: config.ACCEPT_TIMEOUT_MS,
      staleMs,
      onAnswered: app.metrics.acceptLatency,
    });
    const sweeper = new CallSweeper(services, manager, reception, { node, staleMs });

    app.decorate('reception', reception);
    app.addHook('onReady', async () => sweeper.start());
    app.addHook('onClose', async () => sweeper.close());
  },
  { fastify: '5.x', name: 'call-acceptance', dependencies: ['config', 'telemetry', 'session-manager'] },
);
