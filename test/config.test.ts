import { envSchema } from 'env-schema';
import t from 'tap';
import {
  configWarnings,
  ConfigSchema,
  listenHost,
  loadConfig,
  sidebandUrl,
  transferTargets,
  trustedProxies,
  webhookSecrets,
  type Config,
  type Environment,
} from '../src/config.ts';
import { DenwabanError } from '../src/errors.ts';
import {
  ACCEPTED,
  AUDIT_KEY_OF_TESTS,
  CANARY,
  MINIMAL,
  OTHER_SECRET,
  REFUSED,
  SECRET,
} from './config/environments.ts';

function refusalOf(env: Environment): DenwabanError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof DenwabanError) return error;
    throw error;
  }
  throw new Error('the environment was not refused');
}

function load(env: Environment): Config {
  return loadConfig({ ...MINIMAL, ...env });
}

const shown = (value: string): string => JSON.stringify(value.replaceAll(/(whsec_.{4})[^,]+/g, '$1…'));

for (const [name, value, says] of REFUSED) {
  t.test(`refuses ${name}=${shown(value)}`, async (t) => {
    const error = refusalOf({ ...MINIMAL, [name]: value });
    t.equal(error.code, 'DW_CONFIG');
    const lines = error.message.split('\n').slice(1);
    t.equal(lines.length, 1, 'nothing else is refused');
    t.match(lines[0], new RegExp(`^ {2}${name}: .+\\. .+\\.$`));
    t.match(lines[0], says);
    t.notMatch(error.message, CANARY);
    if (value.length > 14) t.notOk(error.message.includes(value), 'the value is not repeated');
  });
}

for (const [name, value] of ACCEPTED) {
  t.test(`accepts ${name}=${shown(value)}`, async (t) => {
    const config = load({ [name]: value });
    t.equal(String(config[name as keyof Config]), value);
  });
}

t.test('refuses a missing key, naming the example file', async (t) => {
  t.match(refusalOf({}).message, /OPENAI_API_KEY: is not set\. .*\.env\.example/);
});

t.test('refuses production over a server without a key of the audit that all nodes have', async (t) => {
  const production = { NODE_ENV: 'production', OPENAI_WEBHOOK_SECRET: SECRET };
  const server = { ...production, DATABASE_URL: 'postgres://db/calls' };
  const { message } = refusalOf({ ...MINIMAL, ...server });
  t.match(message, /AUDIT_KEY: is not set, and every node .*openssl rand -base64 32/);
  t.ok(load({ ...server, AUDIT_KEY: AUDIT_KEY_OF_TESTS }));
  t.ok(load(production), 'the embedded store keeps its own');
  t.ok(load({ DATABASE_URL: 'postgres://db/calls' }), 'so does somebody who only tries it');
});

t.test('refuses production without a webhook secret', async (t) => {
  t.match(refusalOf({ ...MINIMAL, NODE_ENV: 'production' }).message, 'OPENAI_WEBHOOK_SECRET: is not set');
  t.ok(load({ NODE_ENV: 'production', OPENAI_WEBHOOK_SECRET: SECRET }));
});

t.test('lists every problem at once, in lines of their own', async (t) => {
  const env = { PORT: 'x', LOG_LEVEL: 'x', DATABASE_URL: 'x', TRUST_PROXY: 'x', NODE_ENV: 'production' };
  const lines = refusalOf(env).message.split('\n').slice(1);
  t.same(lines.map((line) => line.trim().split(':')[0] ?? '').toSorted(), [
    'AUDIT_KEY',
    'DATABASE_URL',
    'LOG_LEVEL',
    'OPENAI_API_KEY',
    'OPENAI_WEBHOOK_SECRET',
    'PORT',
    'TRUST_PROXY',
  ]);
});

t.test('unset variables have their defaults, and unknown ones are left out', async (t) => {
  const config = loadConfig({ ...MINIMAL, PATH: '/bin' });
  t.equal(config.PORT, 8000);
  t.equal(config.DEFAULT_VOICE, 'marin');
  t.same(Object.keys(config).toSorted(), Object.keys(ConfigSchema.properties).toSorted());
  t.ok(Object.isFrozen(config));
});

t.test('what is loaded passes the same schema again, unchanged', async (t) => {
  const config = load({ PORT: '0', TRUST_PROXY: '10.0.0.0/8' });
  t.same(envSchema({ schema: { ...ConfigSchema }, data: { ...config }, env: false }), config);
});

t.test('loading leaves the schema as it was', async (t) => {
  loadConfig(MINIMAL);
  t.notOk('additionalProperties' in ConfigSchema);
});

t.test('the base address loses the slash at its end, and the sideband follows it', async (t) => {
  const config = load({ OPENAI_BASE_URL: 'https://eu.api.openai.com/v1/' });
  t.equal(config.OPENAI_BASE_URL, 'https://eu.api.openai.com/v1');
  t.equal(sidebandUrl(config), 'wss://eu.api.openai.com/v1/realtime');
  t.equal(sidebandUrl(load({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' })), 'ws://127.0.0.1:9/v1/realtime');
});

t.test('without a secret only this machine is listened to, unless HOST says otherwise', async (t) => {
  t.equal(listenHost(load({})), '127.0.0.1');
  t.equal(listenHost(load({ OPENAI_WEBHOOK_SECRET: SECRET })), '0.0.0.0');
  t.equal(listenHost(load({ HOST: '::' })), '::');
});

t.test('lists come out in the order written', async (t) => {
  t.same(webhookSecrets(load({})), []);
  t.same(webhookSecrets(load({ OPENAI_WEBHOOK_SECRET: `${SECRET}, ${OTHER_SECRET}` })), [
    SECRET,
    OTHER_SECRET,
  ]);
  t.equal(trustedProxies(load({})), false);
  t.same(trustedProxies(load({ TRUST_PROXY: '10.0.0.0/8, ::1' })), ['10.0.0.0/8', '::1']);
  const targets = transferTargets(load({ TRANSFER_TARGETS: 'a=tel:+81312345678, b=sip:x@y.jp' }));
  t.same(
    [...targets],
    [
      ['a', 'tel:+81312345678'],
      ['b', 'sip:x@y.jp'],
    ],
  );
  t.equal(transferTargets(load({})).size, 0);
});

const BEFORE_THE_END = Date.parse('2026-11-22');

function warningsOf(env: Environment, nowMs = BEFORE_THE_END): string[] {
  const verified = { ...MINIMAL, OPENAI_WEBHOOK_SECRET: SECRET, ...env };
  return configWarnings(load(verified), verified, nowMs);
}

t.test('a complete environment gives no warning', async (t) => {
  t.same(warningsOf({ PATH: '/bin', HOME: '/root', HOSTNAME: 'a' }), []);
});

t.test('warns that webhooks are not verified, and of a host that lets others in', async (t) => {
  t.match(warningsOf({ OPENAI_WEBHOOK_SECRET: '' }), [/not verified$/]);
  t.match(warningsOf({ OPENAI_WEBHOOK_SECRET: '', HOST: '0.0.0.0' }), [/lets other machines in/]);
});

t.test('warns of a name that is almost a variable', async (t) => {
  t.match(
    warningsOf({ OPENAI_API_KEYS: 'set already', DATBASE_URL: 'x', LOGLEVEL: 'x', openai_project_id: 'x' }),
    [/DATBASE_URL.*DATABASE_URL/, /LOGLEVEL.*LOG_LEVEL/, /openai_project_id.*OPENAI_PROJECT_ID/],
  );
});

t.test('a near miss is no slip when the variable itself is set', async (t) => {
  t.same(warningsOf({ DATABASE_URL: 'postgres://db/a', DATABASE_URI: 'x' }), []);
});

t.test('warns of a model that ends, and says so when it is over', async (t) => {
  const [before] = warningsOf({ REALTIME_MODEL: 'gpt-realtime' });
  t.match(before, /shut down on 2027-01-20; use gpt-realtime-2\.1/);
  const [after] = warningsOf({ REALTIME_MODEL: 'gpt-realtime-mini' }, Date.parse('2027-01-20'));
  t.match(after, /is shut down; use gpt-realtime-2\.1-mini/);
  t.match(warningsOf({ REALTIME_MODEL: 'gpt-4o-realtime-preview-2024-12-17' }), [/is shut down/]);
  t.same(warningsOf({ REALTIME_MODEL: 'gpt-realtime-2.1-mini' }), []);
});

t.test('warns of a voice that is not known', async (t) => {
  t.match(warningsOf({ DEFAULT_VOICE: 'marine' }), [/DEFAULT_VOICE/]);
});

t.test('warns of a production store that keeps nothing', async (t) => {
  t.match(warningsOf({ NODE_ENV: 'production', DATA_DIR: 'memory://' }), [/memory:\/\//]);
});
