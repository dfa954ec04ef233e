import fp from 'fastify-plugin';
import { sidebandUrl } from '../src/config.ts';
import type { Clock, Timer } from '../src/lib/clock.ts';
import { createCallsClient, type CallOutcome, type CallsClient } from '../src/realtime/calls.ts';
import { guardSidePaths } from '../src/realtime/side-paths.ts';
import { SidebandPool } from '../src/realtime/sideband.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The REST side of calls, on warm connections. */
    readonly calls: CallsClient;
    /** The sidebands of all calls. */
    readonly sidebands: SidebandPool;
  }
}

export interface OpenAiPluginOptions {
  readonly clock: Clock;
}

/** Idle connections live for 60 s at most: one request in between keeps them warm. */
const WARM_UP_INTERVAL_MS = 45_000;

/** Opens the way to OpenAI, proves key and model once, and keeps connections warm. */
export default fp<OpenAiPluginOptions>(
  async (app, { clock }) => {
    const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, REALTIME_MODEL: model } = app.config;
    const client = createCallsClient({ baseUrl, apiKey, model, clock });
    const calls = guardSidePaths(client, { clock, onHeldBack: app.metrics.calls.heldBack });
    const sidebands = new SidebandPool({
      url: sidebandUrl(app.config),
      apiKey,
      origin: app.config.REALTIME_ORIGIN,
      handshakeTimeoutMs: app.config.SIDEBAND_TIMEOUT_MS,
      clock,
    });
    let timer: Timer | null = null;
    let told: CallOutcome['kind'] | null = null;
    let closed = false;

    const keepWarm = async (): Promise<void> => {
      const outcome = await calls.warmUp();
      if (closed) return;
      if (outcome.kind !== told) tell(outcome);
      told = outcome.kind;
      timer = clock.setTimer(WARM_UP_INTERVAL_MS, () => void keepWarm());
    };
    const tell = (outcome: CallOutcome): void => {
      if (outcome.kind === 'done') app.log.info({ model }, 'OpenAI answers');
      else if (outcome.kind === 'unauthorised') {
        app.log.error(
          { outcome },
          'OpenAI refuses the key: check OPENAI_API_KEY and the rights of its project',
        );
      } else if (outcome.kind === 'gone') {
        app.log.warn({ model }, 'OpenAI does not list this model: check REALTIME_MODEL');
      } else app.log.warn({ outcome }, 'OpenAI does not answer: calls cannot be accepted until it does');
    };

    app.decorate('calls', calls);
    app.decorate('sidebands', sidebands);
    app.addHook('onListen', async () => void keepWarm());
    app.addHook('onClose', async () => {
      closed = true;
      timer?.cancel();
      sidebands.close();
      await calls.close();
    });
  },
  { fastify: '5.x', name: 'openai', dependencies: ['config', 'telemetry'] },
);
