import Type from 'typebox';

/** Where the service listens, and what it writes. */
export const SERVER = {
  PORT: Type.Integer({ default: 8000, minimum: 0, maximum: 65_535, description: 'TCP port to listen on.' }),
  HOST: Type.String({
    default: '',
    description: 'Address to listen on. Empty: 0.0.0.0 with a webhook secret, 127.0.0.1 without one.',
  }),
  TRUST_PROXY: Type.String({
    default: '',
    description: 'CIDR ranges of proxies whose X-Forwarded-* headers count, separated by commas.',
  }),
  LOG_LEVEL: Type.Union(
    [
      Type.Literal('fatal'),
      Type.Literal('error'),
      Type.Literal('warn'),
      Type.Literal('info'),
      Type.Literal('debug'),
      Type.Literal('trace'),
      Type.Literal('silent'),
    ],
    { default: 'info', description: 'Least severe level that is written.' },
  ),
};
