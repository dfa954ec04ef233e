import Type from 'typebox';

/** How long things may take: calls, silences, requests, tools, the way down. */
export const TIMING = {
  MAX_CALL_SECONDS: Type.Integer({
    default: 600,
    minimum: 30,
    maximum: 3_500,
    description: 'Longest call, in seconds; then the agent closes politely.',
  }),
  SILENCE_REPROMPT_SECONDS: Type.Integer({
    default: 10,
    minimum: 3,
    maximum: 120,
    description: 'Silence after which the agent asks again, in seconds.',
  }),
  SILENCE_KEYPAD_SECONDS: Type.Integer({
    default: 10,
    minimum: 3,
    maximum: 120,
    description: 'Further silence after which the agent offers the keypad, in seconds.',
  }),
  SILENCE_CLOSE_SECONDS: Type.Integer({
    default: 15,
    minimum: 3,
    maximum: 120,
    description: 'Further silence after which the agent says goodbye, in seconds.',
  }),
  STALE_CALL_SECONDS: Type.Integer({
    default: 20,
    minimum: 5,
    maximum: 300,
    description: 'Age of a call event, in seconds, beyond which nobody is waiting any more.',
  }),
  CLAIM_TIMEOUT_MS: Type.Integer({
    default: 500,
    minimum: 50,
    maximum: 5_000,
    description: 'Deadline for storing a ringing call, in ms; then 503, and OpenAI delivers again.',
  }),
  ACCEPT_TIMEOUT_MS: Type.Integer({
    default: 3_000,
    minimum: 500,
    maximum: 6_000,
    description: 'Deadline of one accept request, in ms.',
  }),
  SIDEBAND_TIMEOUT_MS: Type.Integer({
    default: 3_000,
    minimum: 500,
    maximum: 10_000,
    description: 'Deadline of one sideband handshake, in ms.',
  }),
  TOOL_FILLER_MS: Type.Integer({
    default: 2_500,
    minimum: 500,
    maximum: 10_000,
    description: 'A tool slower than this makes the agent say that it is still looking, in ms.',
  }),
  TOOL_TIMEOUT_MS: Type.Integer({
    default: 8_000,
    minimum: 1_000,
    maximum: 30_000,
    description: 'A tool slower than this is answered with an error, in ms. Longer than TOOL_FILLER_MS.',
  }),
  DRAIN_SECONDS: Type.Integer({
    default: 90,
    minimum: 0,
    maximum: 3_700,
    description: 'How long live calls may go on after SIGTERM, in seconds.',
  }),
  HANDOVER_OVERLAP: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'off',
    description:
      'At a stop with other nodes there: on lets the next node attach to a call before this one lets go of its sideband. OpenAI does not document two sidebands on one call.',
  }),
};
