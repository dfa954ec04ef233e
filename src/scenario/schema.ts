import Type, { type Static, type TProperties } from 'typebox';

/** Unknown keys are slips of the keyboard: they are refused. */
function strict<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

const Text = Type.String({ minLength: 1 });
const Lines = Type.Array(Text, { minItems: 1 });

/** A scenario file as it is written; `{organisation}` in any text stands for the name above. */
export const ScenarioFile = strict({
  id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
  organisation: Text,
  greeting: Text,
  notice: strict({ version: Text, text: Text }),
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
  identity: Type.Optional(Type.Union([Type.Literal('strict'), Type.Literal('without_codes')])),
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
