import Type from 'typebox';
import { normalisePhoneNumber } from '../briefing/phone-number.ts';
import type { CallCase } from './call-case.ts';
import { keepMessage } from './team-message.ts';
import type { Tool } from './tool.ts';

/** Longest name and message that a caller can dictate; more is a sign of a confused model. */
const MAX_NAME = 100;
const MAX_BODY = 1_000;

const parameters = Type.Object(
  {
    caller_name: Type.String({
      minLength: 1,
      maxLength: MAX_NAME,
      description: 'Name of the caller as given, in katakana when known. Read it back before you save.',
    }),
    callback_number: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'Number to call back, digits as given. Leave out when the calling number will do.',
      }),
    ),
    body: Type.String({
      minLength: 1,
      maxLength: MAX_BODY,
      description:
        'What the team has to know, in one or two Japanese sentences: date of the briefing, attend / absent / late / change, and what was asked. No details of an illness.',
    }),
  },
  { additionalProperties: false },
);

/** Keeps a message for the team. The same message twice in a call is kept once. */
export const takeMessage: Tool<typeof parameters> = {
  name: 'take_message',
  description:
    'Save a message for the recruiting team after the caller has confirmed it. Only when it answered ok may you say that it will be passed on.',
  parameters,
  effect: 'write',
  async run(args, context) {
    const given = args.callback_number === undefined ? null : normalisePhoneNumber(args.callback_number);
    if (args.callback_number !== undefined && given === null) {
      return {
        status: 'refused',
        output: {
          ok: false,
          error: 'callback_number_unreadable',
          hint: 'Ask for the number again, digit by digit.',
        },
      };
    }
    return {
      effect: async ({ calls }) => {
        const { duplicate } = await keepMessage(calls, context, {
          callerName: args.caller_name,
          callbackNumber: given ?? context.callerNumber,
          body: args.body,
        });
        return {
          status: 'ok',
          output: { ok: true, already_saved: duplicate },
          settled: () => forgetKeys(context.callCase),
        };
      },
    };
  },
};

/** What was keyed in before has reached the team by this. */
function forgetKeys({ keypad }: CallCase): void {
  keypad.pending = null;
  keypad.code = null;
}
