import type { FastifyPluginAsync } from 'fastify';

/**
 * POST /openai-webhook: a telephone rings. 2xx means that the call is stored; 503 asks for the delivery again.
 * Nothing else stands between the claim and the accept.
 */
const openAiWebhook: FastifyPluginAsync = async (app) => {
  const options = { config: { rawBody: true }, preValidation: app.verifyWebhook };

  app.post('/openai-webhook', options, async (request, reply) => {
    const { webhook } = request;
    if (webhook === null) return reply.code(401).send();
    const { envelope, webhookId } = webhook;
    if (envelope.kind === 'ignored') {
      request.log.info({ type: envelope.type }, 'Event of a type that is not ours: ignored');
      app.metrics.claimed('ignored');
      return reply.code(200).send();
    }
    const reception = await app.reception.receive({ ...envelope.event, webhookId });
    app.metrics.claimed(reception.outcome);
    // The call is stored: the accept leaves first, a caller hears it ring.
    if (reception.outcome === 'claimed') reception.answer();
    return reply.code(200).send();
  });
};

export default openAiWebhook;
