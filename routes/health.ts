import type { FastifyPluginAsync, FastifyRequest } from 'fastify';

export interface Readiness {
  /** Whether new calls may be sent here. */
  readonly ready: boolean;
  /** What is amiss, as short codes such as draining, store, capacity, clock. Not everything keeps calls away. */
  readonly reasons: readonly string[];
}

export interface HealthRouteOptions {
  /** Has to settle within its own deadlines. */
  readonly readiness: () => Promise<Readiness>;
  /** What /healthz shows beside status and reasons: version, uptime, calls, store, model. No secrets. */
  readonly summary: () => Promise<Record<string, unknown>>;
}

/**
 * GET /livez: the event loop turns. Nothing else: restarting a process for a fault of its store or of OpenAI would cut
 * the calls that still go on. GET /readyz: 503 while no new call should come here. GET /healthz: for people.
 */
const healthRoutes: FastifyPluginAsync<HealthRouteOptions> = async (app, { readiness, summary }) => {
  // Probes come every few seconds: they are logged when they fail.
  const quiet = { logLevel: 'warn' } as const;

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get('/livez', quiet, async () => ({ status: 'live' }));

  const judged = async (request: FastifyRequest): Promise<Readiness> =>
    judge(readiness, (error) => request.log.error({ err: error }, 'Readiness unknown.'));

  app.get('/readyz', quiet, async (request, reply) => {
    const { ready, reasons } = await judged(request);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready', reasons });
  });

  app.get('/healthz', quiet, async (request, reply) => {
    const { reasons } = await judged(request);
    const status = reasons.length === 0 ? 'ok' : 'degraded';
    return reply.send({ status, reasons, ...(await summary()) });
  });
};

export default healthRoutes;

/** A check that fails is a reason not to be ready, not a server error. */
async function judge(
  readiness: () => Promise<Readiness>,
  onError: (error: unknown) => void,
): Promise<Readiness> {
  try {
    return await readiness();
  } catch (error) {
    onError(error);
    return { ready: false, reasons: ['unknown'] };
  }
}
