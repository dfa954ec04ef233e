import swagger from '@fastify/swagger';
import fp from 'fastify-plugin';
import Type from 'typebox';
import { ApplicantSchema } from '../src/api/applicants.ts';
import { BriefingSchema, SlotSchema } from '../src/api/briefings.ts';
import { CallSchema, MessageSchema, OutboundSchema, TurnSchema } from '../src/api/calls.ts';
import { CommandSchema } from '../src/api/commands.ts';
import { ApiKeySchema } from '../src/api/keys.ts';
import { EventSchema, RegistrationLineSchema, RegistrationSchema } from '../src/api/registrations.ts';
import { LeadSchema, LeadWithContactsSchema } from '../src/api/leads.ts';
import { RosterReportSchema } from '../src/api/roster.ts';
import { DESCRIPTION, ProblemSchema } from '../src/api/document.ts';
import { packageVersion } from '../src/lib/package-root.ts';
import { PROBLEM_TYPE } from '../src/api/problem.ts';

const SCHEMAS = [
  ApiKeySchema,
  ApplicantSchema,
  BriefingSchema,
  CallSchema,
  CommandSchema,
  EventSchema,
  LeadSchema,
  LeadWithContactsSchema,
  MessageSchema,
  OutboundSchema,
  ProblemSchema,
  RegistrationLineSchema,
  RegistrationSchema,
  RosterReportSchema,
  SlotSchema,
  TurnSchema,
];

/** In the scope of the API: collects the routes into a document of OpenAPI 3.1, which `app.swagger()` returns. */
export default fp(
  async (app) => {
    for (const schema of SCHEMAS) app.addSchema(schema);
    app.addHook('onRoute', (route) => {
      const scope = route.config?.scope ?? null;
      route.schema = {
        ...route.schema,
        ...(scope === null
          ? {}
          : { security: [{ key: [scope] }], description: describe(route.schema, scope) }),
        response: { ...(route.schema?.response as object | undefined), default: PROBLEM },
      };
    });
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Denwaban', version: packageVersion(), description: DESCRIPTION },
        components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      },
      refResolver: { buildLocalReference: ({ $id }) => (typeof $id === 'string' ? $id : 'Unnamed') },
    });
  },
  { fastify: '5.x', name: 'api-document' },
);

const PROBLEM = {
  description: 'A problem (RFC 9457)',
  content: { [PROBLEM_TYPE]: { schema: Type.Ref('Problem') } },
};

function describe(schema: { description?: string } | undefined, scope: string): string {
  return [schema?.description ?? [], `Scope: ${scope}`].flat().join('\n\n');
}
