import env from '@fastify/env';
import fp from 'fastify-plugin';
import { ConfigSchema, type Config } from '../src/config.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The environment, checked, with defaults filled in. */
    readonly config: Config;
  }
}

export interface ConfigPluginOptions {
  /** What loadConfig returned: the environment itself is not read again. */
  readonly config: Config;
}

/** Decorates `app.config`. */
export default fp<ConfigPluginOptions>(
  async (app, options) => {
    await app.register(env, {
      schema: { ...ConfigSchema },
      data: { ...options.config },
      env: false,
      confKey: 'config',
    });
    Object.freeze(app.config);
  },
  { fastify: '5.x', name: 'config' },
);
