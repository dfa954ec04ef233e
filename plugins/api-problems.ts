import type { FastifyError } from 'fastify';
import fp from 'fastify-plugin';
import { ApiProblem, PROBLEM_TYPE, problemOfStatus } from '../src/api/problem.ts';
import { createValidator } from '../src/api/validation.ts';
import { DenwabanError, describeError } from '../src/errors.ts';

/** Seconds after which a request that failed for lack of something is worth trying again. */
const RETRY_AFTER_S = 1;

/** Bytes. The largest thing that is sent as JSON is a briefing with all its notices. */
const BODY_LIMIT = 256 * 1024;

/** Nothing of the API is kept, guessed at, framed or run by a browser. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-robots-tag': 'noindex',
};

/** In the scope of the API: headers of every answer, the check of requests, and problems as RFC 9457 writes them. */
export default fp(
  async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(HEADERS);
    });
    app.removeContentTypeParser('text/plain');
    app.addHook('onRoute', (route) => {
      route.bodyLimit ??= BODY_LIMIT;
    });
    app.setValidatorCompiler(({ schema, httpPart = 'body' }) => createValidator(schema as object, httpPart));
    // What leaves is written field by field; the schemas of answers are for the document.
    app.setSerializerCompiler(() => (data) => JSON.stringify(data));
    app.setErrorHandler<FastifyError | DenwabanError | ApiProblem>(async (error, request, reply) => {
      const problem = problemOf(error);
      if (problem.statusCode >= 500) request.log.error({ reason: describeError(error) }, 'Request failed');
      const { retryAfterSeconds } = problem.extras;
      if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
      return reply.code(problem.statusCode).type(PROBLEM_TYPE).send(JSON.stringify(problem.body()));
    });
    app.setNotFoundHandler(async () => {
      throw new ApiProblem('not_found');
    });
  },
  { fastify: '5.x', name: 'api-problems' },
);

function problemOf(error: FastifyError | DenwabanError | ApiProblem): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof DenwabanError) {
    if (error.code === 'DW_CURSOR') return new ApiProblem('invalid_cursor', { detail: error.message });
    const retry = error.retryable ? { retryAfterSeconds: RETRY_AFTER_S } : {};
    return error.statusCode === 503 ? new ApiProblem('unavailable', retry) : problemOfStatus(500);
  }
  // The framework's words about a request of the client are safe and useful; those about anything else stay inside.
  const status = error.statusCode ?? 500;
  return status < 500 ? problemOfStatus(status, error.message) : problemOfStatus(status);
}
