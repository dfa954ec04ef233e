import Type, { type Static, type TProperties } from 'typebox';

/** Unknown keys are slips of the keyboard: they are refused. */
function strict<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

const Text = Type.String({ minLength: 1 });
const Lines = Type.Array(Text, { minItems: 1 });

/** What can prove who is calling, as the identity rules know it. */
const Proofs = Type.Array(
  Type.Union([
    Type.Literal('name'),
    Type.Literal('university'),
    Type.Literal('slot_date'),
    Type.Literal('reservation_code'),
    Type.Literal('caller_number'),
  ]),
  { minItems: 1, uniqueItems: true },
);
/** Ways to prove it; one is enough, and all proofs of a way are needed together. */
const Ways = Type.Array(Proofs, { minItems: 1 });

/** Questions answered from the scenario: more are a manual, which the model reads again at every turn. */
const MAX_FAQ = 40;
/** Targets that a caller can be asked about. */
const MAX_TRANSFERS = 20;

/** A scenario file as it is written; `{organisation}` in any text stands for the name above. */
export const ScenarioFile = strict({
  id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
  organisation: Text,
  voice: Type.Optional(
    strict({
      name: Type.Optional(Type.String({ pattern: '^[\\w-]{1,100}$' })),
      speed: Type.Optional(Type.Number({ minimum: 0.8, maximum: 1.2 })),
    }),
  ),
  greeting: Text,
  notice: strict({
    version: Text,
    text: Text,
    fingerprint: Type.Optional(Type.String({ pattern: '^[0-9a-f]{8}$' })),
  }),
  phrases: strict({
    reprompt: Text,
    offerKeypad: Text,
    silenceClose: Text,
    farewell: Text,
    maxDuration: Text,
    toolWait: Text,
    transferAnnounce: Text,
    transferFailed: Text,
    serviceClosing: Text,
  }),
  farewellMarkers: Lines,
  callerClosings: Lines,
  tools: Type.Array(Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }), { uniqueItems: true }),
  identity: Type.Optional(
    Type.Union([
      Type.Literal('strict'),
      Type.Literal('without_codes'),
      strict({ read: Ways, change: Ways, keyed: Type.Optional(Ways) }),
    ]),
  ),
  transfers: Type.Optional(
    Type.Array(strict({ key: Type.String({ pattern: '^[a-z0-9_]{1,32}$' }), label: Text, when: Text }), {
      maxItems: MAX_TRANSFERS,
    }),
  ),
  faq: Type.Optional(Type.Array(strict({ question: Text, answer: Text }), { maxItems: MAX_FAQ })),
  limits: Type.Optional(
    strict({
      callSeconds: Type.Optional(Type.Integer({ minimum: 30, maximum: 3_500 })),
      functionCalls: Type.Optional(Type.Integer({ minimum: 5, maximum: 200 })),
      messages: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
      identityTries: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
    }),
  ),
  turnDetection: Type.Union([
    strict({
      type: Type.Literal('semantic_vad'),
      eagerness: Type.Union([
        Type.Literal('low'),
        Type.Literal('medium'),
        Type.Literal('high'),
        Type.Literal('auto'),
      ]),
    }),
    strict({
      type: Type.Literal('server_vad'),
      threshold: Type.Number({ minimum: 0, maximum: 1 }),
      prefixPaddingMs: Type.Integer({ minimum: 0, maximum: 2_000 }),
      silenceDurationMs: Type.Integer({ minimum: 100, maximum: 5_000 }),
    }),
  ]),
  transcription: strict({
    model: Text,
    languages: Type.Array(Type.String({ pattern: '^[a-z]{2}$' }), { minItems: 1 }),
    keywords: Type.Array(Text, { uniqueItems: true }),
  }),
  instructions: strict({
    role: Text,
    language: Text,
    manner: Text,
    flow: Text,
    unclearAudio: Text,
    readBack: Text,
    tools: Text,
    boundaries: Text,
  }),
});

export type ScenarioFile = Static<typeof ScenarioFile>;
