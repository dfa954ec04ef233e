import Type from 'typebox';

/** What a service in production is not started without. */
export const ESSENTIALS = {
  OPENAI_API_KEY: Type.String({
    minLength: 1,
    description: 'Key of the OpenAI project that owns the SIP address. Required.',
  }),
  OPENAI_WEBHOOK_SECRET: Type.String({
    default: '',
    description:
      'Signing secret of the webhook, whsec_ and base64. One to three separated by commas, newest first, while rotating. Required in production; elsewhere, empty skips the verification.',
  }),
  NODE_ENV: Type.Union([Type.Literal('production'), Type.Literal('development'), Type.Literal('test')], {
    default: 'development',
    description:
      'production refuses to start without OPENAI_WEBHOOK_SECRET, and over a server without AUDIT_KEY.',
  }),
};
