import type { FastifyPluginAsync } from 'fastify';
import { DOCS_POLICY, docsPage } from '../../src/api/docs-page.ts';

/**
 * The description of the API, for programs and for people. It tells of the program, not of the data: no key is asked
 * for. The page needs nothing from the network, so it works where the service does.
 */
const documentRoutes: FastifyPluginAsync = async (app) => {
  const open = { config: { scope: null }, schema: { hide: true } };

  app.get('/openapi.json', open, async () => app.swagger());

  app.get('/docs', open, async (_request, reply) =>
    reply
      .header('content-security-policy', DOCS_POLICY)
      .type('text/html; charset=utf-8')
      .send(docsPage(app.swagger() as Parameters<typeof docsPage>[0])),
  );
};

export default documentRoutes;
