import Type, { type Static } from 'typebox';
import type { IdentityQuestion } from '../briefing/identity-question.ts';
import { proveCaller, type CallerIdentity, type CallerIdentityParts, type Said } from './caller-identity.ts';
import type { Tool, ToolOutcome } from './tool.ts';

const parameters = Type.Object(
  {
    kana_name: Type.Optional(
      Type.String({
        maxLength: 60,
        description: 'Full name in katakana, family name first, as the caller said it.',
      }),
    ),
    university: Type.Optional(
      Type.String({
        maxLength: 60,
        description:
          'Name of the university as said; a short name is written out if it can only be one: 関大 is 関西大学.',
      }),
    ),
    reservation_code: Type.Optional(
      Type.String({ maxLength: 60, description: 'Reservation code as said or keyed in.' }),
    ),
    briefing_date: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
        description: 'Day of the reserved briefing, YYYY-MM-DD.',
      }),
    ),
  },
  { additionalProperties: false },
);

type Arguments = Static<typeof parameters>;

const QUESTIONS: Readonly<Record<IdentityQuestion, string>> = {
  full_name: '恐れ入りますが、お名前をフルネームでお願いできますでしょうか。',
  university: '恐れ入りますが、大学名を略さずにお願いできますでしょうか。',
  slot_date: 'お申し込みの説明会の日にちをお願いできますでしょうか。',
  // Rosters call it 受付番号, invitations often 予約番号.
  reservation_code:
    '恐れ入りますが、予約番号、または受付番号をお願いできますでしょうか。お電話のボタンでも承ります。',
};

/**
 * Finds out who is calling, from the roster alone. What the caller said is kept over several calls of the tool; the
 * answer is a verdict or one question, never anything about a person who is not proven to be on the line.
 */
export function identifyCaller(parts: CallerIdentityParts): Tool<typeof parameters> {
  return {
    name: 'identify_caller',
    description:
      'Identify the caller with what they said of themselves. Pass what is new. It answers verified, or the one question to ask next, or that nobody was found.',
    parameters,
    effect: 'write',
    run: async (args, context) => answerOf(await proveCaller(parts, saidIn(args), context)),
  };
}

function saidIn(args: Arguments): Said {
  return {
    ...(args.kana_name === undefined ? {} : { kanaName: args.kana_name }),
    ...(args.university === undefined ? {} : { university: args.university }),
    ...(args.reservation_code === undefined ? {} : { reservationCode: args.reservation_code }),
    ...(args.briefing_date === undefined ? {} : { slotDate: args.briefing_date }),
  };
}

function answerOf(identity: CallerIdentity): ToolOutcome {
  switch (identity.kind) {
    case 'verified':
      return {
        status: 'ok',
        output:
          identity.level === 'change'
            ? { ok: true, status: 'verified', may_change: true }
            : {
                ok: true,
                status: 'verified',
                may_change: false,
                to_change_ask: identity.toChange === null ? null : QUESTIONS[identity.toChange],
              },
      };
    case 'ask':
      return { status: 'ok', output: { ok: false, status: 'ask', question: QUESTIONS[identity.question] } };
    // An unknown person and a wrong code sound the same.
    case 'not_found':
      return notFound(
        'Say that it could not be confirmed. Ask once more for the full name and the reservation code, or take a message.',
      );
    case 'locked':
      return notFound('Say that it could not be confirmed, and take a message.');
  }
}

function notFound(hint: string): ToolOutcome {
  return { status: 'refused', output: { ok: false, status: 'not_found', hint } };
}
