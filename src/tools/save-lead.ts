import Type, { type Static } from 'typebox';
import { speaksOfHealth } from '../briefing/health-words.ts';
import { normalisePhoneNumber } from '../briefing/phone-number.ts';
import { searchKey } from '../briefing/search-key.ts';
import { dayOf, tokyoInstant } from '../briefing/spoken-calendar.ts';
import { LEAD_TOPICS, type LeadTopic } from '../store/lead-ports.ts';
import { naturalKey } from './natural-key.ts';
import type { Tool, ToolContext, ToolOutcome } from './tool.ts';

/** Characters: a sentence or two that somebody has to read before calling back. */
const MAX_NOTE = 300;
/** Nobody asks to be called back later than this, ms: more is a date that was misheard. */
const MAX_CALLBACK_MS = 60 * 86_400_000;

const parameters = Type.Object(
  {
    kana_name: Type.String({
      minLength: 1,
      maxLength: 60,
      description: 'Full name in katakana, family name first, as the caller said it. Read it back first.',
    }),
    phone: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'Number to call back, digits as given. Leave out when the calling number will do.',
      }),
    ),
    university: Type.Optional(Type.String({ maxLength: 60, description: 'Name of the university as said.' })),
    topic: Type.Unsafe<LeadTopic>({
      type: 'string',
      enum: LEAD_TOPICS,
      description:
        'apply: wants to come to a briefing. reservation: says to have one that was not found. question. callback: only asks to be called back. other.',
    }),
    note: Type.Optional(
      Type.String({
        maxLength: MAX_NOTE,
        description: 'What the team has to know, in one or two Japanese sentences. Nothing about health.',
      }),
    ),
    callback_at: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d$',
        description: 'When to call back, YYYY-MM-DDTHH:MM in Japan. Only if the caller named a time.',
      }),
    ),
  },
  { additionalProperties: false },
);

type Arguments = Static<typeof parameters>;

/**
 * Keeps somebody who is not on the roster, and what they want, for the team. One person is one lead, however often
 * they call: the same number and the same name by its sound.
 */
export const saveLead: Tool<typeof parameters> = {
  name: 'save_lead',
  description:
    'Save a person who is not on the roster and what they want: to come to a briefing, a question, to be called back. Only when it answered ok may you say that it will be passed on.',
  parameters,
  effect: 'write',
  run: async (args, context) => {
    const lead = read(args, context);
    if ('status' in lead) return lead;
    const input = { callId: context.callId, ...lead, at: context.clock.now() };
    return {
      effect: async ({ leads }) => {
        const saved = await leads.save(input);
        return saved.outcome === 'too_many'
          ? refused('too_many', 'Enough was saved in this call. Say that the team will call back.')
          : { status: 'ok', output: { ok: true, already_saved: saved.outcome === 'duplicate' } };
      },
    };
  },
};

/** What is stored, or why it cannot be and what to ask for. */
function read(args: Arguments, { callerNumber, clock }: ToolContext) {
  if (searchKey(args.kana_name) === '') {
    return refused('name_not_kana', 'Give the name in katakana. Ask how it is read.');
  }
  const phone = args.phone === undefined ? callerNumber : normalisePhoneNumber(args.phone);
  if (phone === null) {
    return args.phone === undefined
      ? refused('phone_missing', 'The calling number is not known. Ask for a number to call back.')
      : refused('phone_unreadable', 'Ask for the number again, digit by digit.');
  }
  if (args.note !== undefined && speaksOfHealth(args.note)) {
    return refused('health_in_note', 'Save it again without anything about health.');
  }
  const callbackAt = args.callback_at === undefined ? null : instantOf(args.callback_at);
  if (args.callback_at !== undefined && !isComing(callbackAt, clock.now())) {
    return refused('callback_time_unusable', 'That time is past, too far away or no date. Ask for it again.');
  }
  const note = args.note?.trim() ?? '';
  return {
    naturalKey: naturalKey([phone, searchKey(args.kana_name), args.topic, note]),
    kanaName: args.kana_name.trim(),
    phone,
    university: args.university?.trim() ?? null,
    topic: args.topic,
    note: note === '' ? null : note,
    callbackAt,
  };
}

/** The instant of `YYYY-MM-DDTHH:MM` in Japan; null for a day that the calendar does not have. */
function instantOf(text: string): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[-T:]/).map(Number);
  const date = dayOf(year, month, day);
  return date === null ? null : tokyoInstant(date, hour * 60 + minute);
}

function isComing(instant: number | null, now: number): boolean {
  return instant !== null && instant > now && instant <= now + MAX_CALLBACK_MS;
}

function refused(status: string, hint: string): ToolOutcome & { readonly status: 'refused' } {
  return { status: 'refused', output: { ok: false, status, hint } };
}
