import Type from 'typebox';
import type { Tool } from './tool.ts';

const parameters = Type.Object(
  {
    outcome: Type.Union(
      [
        Type.Literal('message_taken'),
        Type.Literal('question_answered'),
        Type.Literal('wrong_number'),
        Type.Literal('caller_declined'),
        Type.Literal('other'),
      ],
      { description: 'What the call came to.' },
    ),
  },
  { additionalProperties: false },
);

/** Ends the call after a goodbye that is heard to its end. */
export const endCall: Tool<typeof parameters> = {
  name: 'end_call',
  description:
    'End the call. Use it only when the caller has nothing more to say. Do not say goodbye yourself: the goodbye is asked for afterwards.',
  parameters,
  effect: 'control',
  run: async ({ outcome }) => ({
    status: 'ok',
    output: { ok: true },
    control: { kind: 'end_call', outcome },
  }),
};
