import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { apiKeyView } from '../../src/api/keys.ts';
import { found } from '../../src/api/refusals.ts';
import { Id } from '../../src/api/shapes.ts';
import type { Clock } from '../../src/lib/clock.ts';

const ADMIN = { scope: 'admin' } as const;

/** Keys. They are made on the command line only: an answer that holds one would be one more place to find it in. */
const apiKeyRoutes: FastifyPluginAsyncTypebox<{ readonly clock: Clock }> = async (app, { clock }) => {
  app.get(
    '/api-keys',
    {
      config: ADMIN,
      schema: {
        tags: ['api-keys'],
        summary: 'Lists keys, oldest first',
        response: { 200: Type.Object({ data: Type.Array(Type.Ref('ApiKey')) }) },
      },
    },
    async () => ({ data: (await app.store.api.listKeys()).map(apiKeyView) }),
  );

  app.post(
    '/api-keys/:keyId/revoke',
    {
      config: ADMIN,
      schema: {
        tags: ['api-keys'],
        summary: 'Ends a key at once',
        params: Type.Object({ keyId: Id }),
        response: { 200: Type.Ref('ApiKey') },
      },
    },
    async (request) =>
      apiKeyView(found('key', await app.store.api.revokeKey(request.params.keyId, clock.now()))),
  );
};

export default apiKeyRoutes;
