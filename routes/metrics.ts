import type { FastifyPluginAsync } from 'fastify';

/** GET /metrics in the text format of Prometheus. It tells how many calls there are: keep it off the internet. */
const metricsRoute: FastifyPluginAsync = async (app) => {
  app.get('/metrics', { logLevel: 'warn' }, async (_request, reply) => {
    const text = await app.metrics.text();
    return reply.header('cache-control', 'no-store').type(app.metrics.contentType).send(text);
  });
};

export default metricsRoute;
