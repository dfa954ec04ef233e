import fp from 'fastify-plugin';
import { createMetrics, type Metrics } from '../src/telemetry/metrics.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly metrics: Metrics;
  }
}

export interface TelemetryPluginOptions {
  /** Metrics that were made before the app, or nothing: then the plugin makes them. */
  readonly metrics?: Metrics;
}

/** Decorates `app.metrics`. */
export default fp<TelemetryPluginOptions>(
  async (app, options) => {
    app.decorate('metrics', options.metrics ?? createMetrics({ process: true }));
  },
  { fastify: '5.x', name: 'telemetry' },
);
