import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import attendanceDesk from '../plugins/attendance-desk.ts';
import auditPlugin from '../plugins/audit.ts';
import callAcceptance from '../plugins/call-acceptance.ts';
import configPlugin from '../plugins/config.ts';
import openAi from '../plugins/openai.ts';
import outboxPlugin from '../plugins/outbox.ts';
import retentionPlugin from '../plugins/retention.ts';
import sessionManager from '../plugins/session-manager.ts';
import storePlugin from '../plugins/store.ts';
import telemetry from '../plugins/telemetry.ts';
import webhookVerification from '../plugins/webhook-verification.ts';
import healthRoutes from '../routes/health.ts';
import metricsRoute from '../routes/metrics.ts';
import openAiWebhook from '../routes/openai-webhook.ts';
import smsStatusRoute from '../routes/sms-status.ts';
import { trustedProxies, type Config } from './config.ts';
import { answerErrors } from './http-errors.ts';
import { systemClock, type Clock } from './lib/clock.ts';
import { refuseForeignTransferEncoding, serverLimits } from './lib/http-limits.ts';
import { packageVersion } from './lib/package-root.ts';
import { systemRandom, type Random } from './lib/random.ts';
import { createReadiness, hasRoom } from './readiness.ts';
import { registerRestApi } from './rest-api.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { Tool } from './tools/tool.ts';

/** The embedded store makes its files on the first start and repairs them after a crash: slow disks take their time, ms. */
const PLUGIN_TIMEOUT_MS = 60_000;

/** What an app is built from. Everything but `config` and `log` has the default of a real process. */
export interface AppOptions {
  readonly config: Config;
  readonly log: FastifyBaseLogger;
  readonly clock?: Clock;
  /** What a store in memory begins with, as the engine dumps it. */
  readonly storeTemplate?: Blob;
  readonly random?: Random;
  /** Name of this process in leases and logs: unique among those that share a store. */
  readonly node?: string;
  readonly metrics?: Metrics;
  /** Log lines that were lost so far. */
  readonly droppedLogLines?: () => number;
  /** Offered to the model beside the scenario's tools. */
  readonly extraTools?: readonly Tool[];
}

/**
 * Puts the service together. The order is the order of dependency: a plugin finds what stands above it.
 *
 * @throws DenwabanError of the plugin that could not start
 */
export async function build(options: AppOptions): Promise<FastifyInstance> {
  const { config, log, clock = systemClock, random = systemRandom, extraTools = [] } = options;
  const node = options.node ?? `node-${random.hex(6)}`;
  const app = fastify({
    ...serverLimits,
    pluginTimeout: PLUGIN_TIMEOUT_MS,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustedProxies(config),
    return503OnClosing: true,
  });
  app.addHook('onRequest', refuseForeignTransferEncoding);
  answerErrors(app);

  await app.register(configPlugin, { config });
  await app.register(telemetry, options.metrics === undefined ? {} : { metrics: options.metrics });
  await app.register(storePlugin, {
    clock,
    random,
    template: options.storeTemplate,
    busy: () => app.callManager.calls > 0,
  });
  await app.register(auditPlugin, { clock });
  await app.register(outboxPlugin, { clock, random });
  await app.register(attendanceDesk, { clock });
  await app.register(openAi, { clock });
  await app.register(sessionManager, { clock, random, node, hasRoom: () => hasRoom(app), extraTools });
  await app.register(callAcceptance, { node });
  await app.register(retentionPlugin, { clock, callLive: () => app.callManager.calls > 0 });
  await app.register(webhookVerification, {
    clock,
    onResult: app.metrics.webhook,
    known: (webhookId) => app.reception.knows(webhookId),
  });

  const readiness = createReadiness(app, clock);
  app.metrics.watch({
    callsLive: () => app.callManager.live,
    callsOverMax: () => app.reaper.overMax,
    clockSkewMs: () => app.webhookSkew.skewMs(),
    writesWaiting: () => app.recorder.pending,
    memoryShare: () => app.memory.share,
    ...(options.droppedLogLines === undefined ? {} : { logLinesDropped: options.droppedLogLines }),
  });

  await app.register(openAiWebhook);
  await app.register(healthRoutes, {
    readiness,
    summary: async () => ({
      version: packageVersion(),
      node,
      uptime_seconds: Math.round(process.uptime()),
      calls: app.callManager.calls,
      calls_live: app.callManager.live,
      draining: app.callManager.draining,
      store: app.store.kind,
      model: config.REALTIME_MODEL,
      scenario: app.callServices.plan.scenario,
      scenario_version: app.callServices.plan.scenarioVersion,
    }),
  });
  await app.register(smsStatusRoute);
  await app.register(metricsRoute);
  if (config.API === 'on') {
    const busy = (): boolean => app.store.kind === 'pglite' && app.callManager.calls > 0;
    await registerRestApi(app, { clock, random, busy });
  }
  return app;
}
