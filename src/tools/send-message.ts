import Type, { type Static } from 'typebox';
import { messageData } from '../briefing/message-data.ts';
import type { TemplateData } from '../briefing/message-template.ts';
import { writtenPhoneNumber } from '../briefing/phone-number.ts';
import type { Random } from '../lib/random.ts';
import type { EnqueueRefusal, EnqueueResult, MessageQueue, MessageRequest } from '../outbox/ports.ts';
import type { BriefingStore, RegistrationView } from '../store/briefing-ports.ts';
import { destinationOf, type Destination } from './message-destination.ts';
import { chosenRegistration } from './own-registration.ts';
import type { Tool, ToolContext, ToolOutcome } from './tool.ts';

/** What may be sent because somebody asks for it on the telephone. */
const TEMPLATES = ['briefing_details', 'registration_details', 'contact_details'] as const;

const parameters = Type.Object(
  {
    template: Type.Unsafe<(typeof TEMPLATES)[number]>({
      type: 'string',
      enum: TEMPLATES,
      description:
        'briefing_details: day, time and place of what the verified caller has reserved. registration_details: what is recorded for them. contact_details: the number to call, for anybody.',
    }),
    registration: Type.Optional(
      Type.String({
        pattern: '^registration_\\d{1,2}$',
        description: 'Name from check_slots. Needed only when the caller has several registrations.',
      }),
    ),
    mobile: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'Mobile number as the caller said or keyed it. Only after status mobile_missing.',
      }),
    ),
    confirmation_token: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{8}$',
        description: 'Token of the number that was read back, after the caller has answered.',
      }),
    ),
  },
  { additionalProperties: false },
);

type Arguments = Static<typeof parameters>;

export interface SendMessageParts {
  readonly briefings: BriefingStore;
  readonly random: Random;
  /** Who writes, for messages that are about no briefing. */
  readonly organisation: string;
  readonly queue: Pick<MessageQueue, 'enqueue'>;
  /** Of the scenario. Messages that may be asked for in one call; absent or null: as the outbox limits them. */
  readonly limits?: { readonly messages: number | null };
}

/**
 * Sends one of a few fixed texts to the caller. The model picks a key; words and number come from the service. Who is
 * not verified gets nothing but the public text.
 */
export function sendMessage(parts: SendMessageParts): Tool<typeof parameters> {
  return {
    name: 'send_message',
    description:
      'Send the caller a text message: the place of the briefing, what is recorded, or the number to call. It goes to the number on file or the calling mobile by itself; ask for a number only when it answers mobile_missing. A confirmation of a change is sent without this.',
    parameters,
    effect: 'write',
    run: async (args, context) => {
      const content = await contentOf(parts, args, context);
      if ('status' in content) return content;
      const applicantId = context.callCase.verified?.applicantId ?? null;
      const applicant = applicantId === null ? null : await parts.briefings.getApplicant(applicantId);
      const destination = await destinationOf(
        {
          applicant,
          mobile: args.mobile,
          token: args.confirmation_token,
        },
        context,
        parts.random,
      );
      if ('status' in destination) return destination;
      const request: MessageRequest = {
        kind: destination.kind,
        templateKey: args.template,
        to: destination.to,
        data: content.data,
        ...(content.view === null || applicant === null ? {} : { about: { ...content.view, applicant } }),
        callId: context.callId,
        applicantId,
        asked: true,
        callLimit: parts.limits?.messages ?? null,
        naturalKey: `${context.callId}/${args.template}/${content.view?.registration.registrationId ?? '-'}/${destination.to}`,
      };
      return {
        effect: async ({ trx }) => outcomeOf(await parts.queue.enqueue(trx, request), destination),
      };
    },
  };
}

interface Content {
  readonly data: TemplateData;
  /** The registration that it is about, or null. */
  readonly view: RegistrationView | null;
}

async function contentOf(
  parts: SendMessageParts,
  args: Arguments,
  context: ToolContext,
): Promise<Content | ToolOutcome> {
  if (args.template === 'contact_details') return publicContent(parts, context);
  const { verified } = context.callCase;
  if (verified === null) {
    return refused('not_verified', 'Identify the caller first, or send contact_details.');
  }
  const view = await chosenRegistration(parts.briefings, args.registration, context, verified.applicantId);
  if ('status' in view) return view;
  const dialled = view.briefing.contact === null ? await dialledNumber(context) : null;
  return { data: messageData(view, { arrival: view.registration.expectedArrivalAt, dialled }), view };
}

/** The number that was dialled: nothing about anybody. */
async function publicContent(parts: SendMessageParts, context: ToolContext): Promise<Content | ToolOutcome> {
  const dialled = await dialledNumber(context);
  if (dialled === null) return refused('not_available', 'Tell the caller by voice instead.');
  return {
    data: { organisation: parts.organisation, contact: writtenPhoneNumber(dialled) },
    view: null,
  };
}

async function dialledNumber({ store, callId }: ToolContext): Promise<string | null> {
  return (await store.getCall(callId))?.dialledNumber ?? null;
}

const REFUSALS: Readonly<Record<EnqueueRefusal, readonly [status: string, hint: string]>> = {
  landline: ['not_mobile', 'That number takes no text messages. Ask for a mobile number.'],
  not_mobile: ['not_mobile', 'That number takes no text messages. Ask for a mobile number.'],
  invalid_address: ['not_possible', 'It cannot be sent. Tell the caller by voice instead.'],
  channel_off: ['not_possible', 'It cannot be sent. Tell the caller by voice instead.'],
  too_late: ['not_possible', 'It cannot be sent. Tell the caller by voice instead.'],
  call_limit: ['limit', 'No more can be sent now. Tell the caller by voice instead.'],
  number_limit: ['limit', 'No more can be sent now. Tell the caller by voice instead.'],
  budget: ['limit', 'No more can be sent now. Tell the caller by voice instead.'],
};

function outcomeOf(result: EnqueueResult, { described }: Destination): ToolOutcome {
  switch (result.outcome) {
    case 'queued':
      return { status: 'ok', output: { ok: true, status: 'sending', to: described } };
    case 'duplicate':
      return { status: 'ok', output: { ok: true, status: 'already_sent', to: described } };
    case 'refused':
      return refused(...REFUSALS[result.reason]);
  }
}

function refused(status: string, hint: string): ToolOutcome {
  return { status: 'refused', output: { ok: false, status, hint } };
}
