import type { FastifyInstance } from 'fastify';
import { statusAddress, STATUS_PATH } from '../src/outbox/senders/set-up.ts';
import { isFromTwilio } from '../src/outbox/twilio-status.ts';

/** A report has some 20 short fields, bytes. */
const BODY_LIMIT = 8 * 1024;

/** Takes Twilio's reports of what became of a message. Without a public address and a token nobody sends any. */
export default async function smsStatusRoute(app: FastifyInstance): Promise<void> {
  const { PUBLIC_URL: publicUrl, TWILIO_AUTH_TOKEN: authToken } = app.config;
  if (publicUrl === '' || authToken === '') return;
  const address = statusAddress(publicUrl);
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: BODY_LIMIT },
    (_request, body, done) => done(null, body),
  );
  app.post<{ Params: { messageId: string } }>(`${STATUS_PATH}/:messageId`, async (request, reply) => {
    const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const signature = request.headers['x-twilio-signature'];
    const { messageId } = request.params;
    const genuine =
      typeof signature === 'string' && isFromTwilio(authToken, `${address}/${messageId}`, fields, signature);
    if (!genuine) return reply.code(401).send();
    await app.outbox.recordStatus(messageId, fields);
    return reply.code(204).send();
  });
}
