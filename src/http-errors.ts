import type { FastifyError, FastifyInstance } from 'fastify';
import { DenwabanError, describeError } from './errors.ts';

/** Seconds after which a request that failed for lack of something is worth trying again. */
const RETRY_AFTER_S = '1';

/** One shape for all errors. What went wrong inside stays inside: of a 5xx only the code is shown. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError | DenwabanError>(async (error, request, reply) => {
    const statusCode = error.statusCode ?? 500;
    if (statusCode >= 500) request.log.error({ reason: describeError(error) }, 'Request failed');
    const code = error instanceof DenwabanError || statusCode < 500 ? error.code : 'DW_INTERNAL';
    if (error instanceof DenwabanError && error.retryable) reply.header('retry-after', RETRY_AFTER_S);
    return reply.code(statusCode).send({
      statusCode,
      code,
      message: statusCode < 500 ? error.message : 'The request could not be served',
    });
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send({ statusCode: 404, code: 'DW_NOT_FOUND', message: 'There is nothing here' }),
  );
}
