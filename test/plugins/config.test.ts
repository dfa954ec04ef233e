import Fastify from 'fastify';
import t from 'tap';
import configPlugin from '../../plugins/config.ts';
import { loadConfig } from '../../src/config.ts';

t.test('the app carries the loaded configuration, whatever the environment says meanwhile', async (t) => {
  const app = Fastify();
  t.teardown(() => app.close());
  const before = process.env['DEFAULT_VOICE'];
  process.env['DEFAULT_VOICE'] = 'cedar';
  t.teardown(() => {
    if (before === undefined) delete process.env['DEFAULT_VOICE'];
    else process.env['DEFAULT_VOICE'] = before;
  });
  const config = loadConfig({ OPENAI_API_KEY: 'sk-test', PORT: '0', MAX_CALL_SECONDS: '60' });
  await app.register(configPlugin, { config });
  t.same(app.config, config);
  t.ok(Object.isFrozen(app.config));
  t.ok(app.hasPlugin('config'));
});
