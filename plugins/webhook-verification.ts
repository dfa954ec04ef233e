import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import rawBody from 'fastify-raw-body';
import { webhookSecrets } from '../src/config.ts';
import { systemClock, type Clock } from '../src/lib/clock.ts';
import { WEBHOOK_BODY_LIMIT } from '../src/lib/http-limits.ts';
import { ANSWERS } from '../src/webhook/answers.ts';
import { createIntake, type AcceptedWebhook, type IntakeResult } from '../src/webhook/intake.ts';
import { createSkewEstimator, type SkewEstimator } from '../src/webhook/skew.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** A `preValidation` hook: answers what is not authentic or not readable, else sets `request.webhook`. */
    readonly verifyWebhook: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
    /** How wrong this node's clock is, as far as deliveries tell. */
    readonly webhookSkew: SkewEstimator;
  }
  interface FastifyRequest {
    /** What `verifyWebhook` let through; null before it ran and on other routes. */
    webhook: AcceptedWebhook | null;
  }
}

export interface WebhookVerificationOptions {
  readonly clock?: Clock;
  /** Told once per delivery how it was judged. */
  readonly onResult?: (result: IntakeResult) => void;
  /** Whether a delivery with this id was stored already: its copies are acknowledged at a glance. */
  readonly known?: (webhookId: string) => boolean;
}

const UNSIGNED = 'webhook not verified: OPENAI_WEBHOOK_SECRET is not set';

/** Ms between log lines about refusals: a flood of forgeries must not become a flood of lines. */
const REFUSAL_LOG_INTERVAL_MS = 1_000;

/**
 * Verifies OpenAI's webhooks on routes with `config: { rawBody: true }`. Such a route stands in a plugin of its own:
 * there every body arrives as bytes, whatever its content type, so that no parser answers before the signature did.
 */
export default fp<WebhookVerificationOptions>(
  async (app, { clock = systemClock, onResult = () => {}, known = () => false }) => {
    const skew = createSkewEstimator(clock);
    const judge = createIntake({ secrets: webhookSecrets(app.config), clock, skew, known, onResult });
    let nextLogAt = -Infinity;

    app.decorate('webhookSkew', skew);
    app.decorateRequest('webhook', null);
    app.decorate('verifyWebhook', async (request, reply) => {
      const judgement = judge(request.raw.rawHeaders, bytesOf(request));
      if (judgement.outcome === 'repeated') return reply.code(200).send();
      if (judgement.outcome === 'accepted') {
        if (judgement.secretIndex === null) request.log.warn(UNSIGNED);
        request.webhook = judgement;
        return;
      }
      if (clock.monotonic() >= nextLogAt) {
        nextLogAt = clock.monotonic() + REFUSAL_LOG_INTERVAL_MS;
        request.log.warn({ reason: judgement.reason }, `webhook ${judgement.outcome}`);
      }
      const answer = ANSWERS[judgement.outcome];
      await reply.code(answer.statusCode).send(answer);
    });

    await app.register(rawBody, { global: false, encoding: false, runFirst: true, jsonContentTypes: [] });
    const scopes = new WeakSet<FastifyInstance>();
    app.addHook('onRoute', function (route) {
      if (route.config?.rawBody !== true) return;
      if (this === app) throw new Error(`${route.url}: a route with rawBody needs a plugin of its own`);
      route.bodyLimit ??= WEBHOOK_BODY_LIMIT;
      route.onRequest = [ignoreContentType, ...[route.onRequest ?? []].flat()];
      if (!scopes.has(this)) receiveBytes(this);
      scopes.add(this);
    });
  },
  { fastify: '5.x', name: 'webhook-verification', dependencies: ['config'] },
);

const BYTES = 'application/octet-stream';

/** A content type that is missing, unknown or broken would be answered before the body is even read. */
function ignoreContentType(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.raw.headers['content-type'] = BYTES;
  done();
}

function receiveBytes(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    BYTES,
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
}

/** fastify-raw-body has read them by the time validation begins, or the route is not marked for it. */
function bytesOf(request: FastifyRequest): Buffer {
  if (Buffer.isBuffer(request.rawBody)) return request.rawBody;
  throw new Error('verifyWebhook needs a route with config.rawBody');
}
