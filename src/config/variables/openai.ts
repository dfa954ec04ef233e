import Type from 'typebox';

/** The platform that the calls come from, the model, and what it is told to be. */
export const OPENAI = {
  OPENAI_PROJECT_ID: Type.String({
    default: '',
    description: 'proj_… of the SIP address. When set, calls to another project are refused.',
  }),
  OPENAI_BASE_URL: Type.String({
    default: 'https://api.openai.com/v1',
    description: 'Base of the REST API; the sideband address follows from it.',
  }),
  REALTIME_ORIGIN: Type.String({
    default: 'https://api.openai.com',
    description: 'Origin header of the sideband. Empty: not sent.',
  }),
  REALTIME_MODEL: Type.String({
    default: 'gpt-realtime-2.1',
    minLength: 1,
    description: 'Realtime model.',
  }),
  DEFAULT_VOICE: Type.String({
    default: 'marin',
    minLength: 1,
    description: 'Voice of the agent.',
  }),
  SCENARIO: Type.String({
    default: 'attendance-ja',
    minLength: 1,
    description: 'Name of a file in scenarios/ without its ending, or a path to a scenario file.',
  }),
};
