import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { argumentOf, CommandBody, commandView } from '../../src/api/commands.ts';
import { ApiProblem } from '../../src/api/problem.ts';
import { found, notFound } from '../../src/api/refusals.ts';
import { Id } from '../../src/api/shapes.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';

const Params = Type.Object({ callId: Id });
const TAGS = ['calls'];

/** What the team asks of a live call. The node that serves the call does it, within a second or when nobody speaks. */
const callCommandRoutes: FastifyPluginAsyncTypebox<{
  readonly clock: Clock;
  readonly random: Random;
}> = async (app, { clock, random }) => {
  app.post(
    '/calls/:callId/commands',
    {
      config: { scope: 'write:calls' },
      schema: {
        tags: TAGS,
        summary: 'Hangs up, says one sentence or transfers',
        description: 'The answer says that it was asked for; what came of it stands in the list.',
        params: Params,
        body: CommandBody,
        response: { 202: Type.Ref('CallCommand') },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ commands }) => {
        const { callId } = request.params;
        const commandId = random.uuid();
        const outcome = await commands.request({
          commandId,
          callId,
          kind: request.body.command,
          argument: argumentOf(request.body),
          requestedBy: `api:${request.apiKey?.keyId ?? ''}`,
          at: clock.now(),
        });
        if (outcome === 'not_found') throw notFound('call');
        if (outcome === 'over') throw new ApiProblem('conflict', { detail: 'the call is over' });
        const asked = found('command', await commands.get(commandId));
        return {
          status: 202,
          body: commandView(asked),
          location: `/api/v1/calls/${encodeURIComponent(callId)}/commands`,
        };
      }),
  );

  app.get(
    '/calls/:callId/commands',
    {
      config: { scope: 'read:calls' },
      schema: {
        tags: TAGS,
        summary: 'Lists what was asked of a call, and what came of it, oldest first',
        params: Params,
        response: { 200: Type.Object({ data: Type.Array(Type.Ref('CallCommand')) }) },
      },
    },
    async (request) => {
      const { callId } = request.params;
      found('call', await app.store.calls.getCall(callId));
      return { data: (await app.store.commands.list(callId)).map(commandView) };
    },
  );
};

export default callCommandRoutes;
