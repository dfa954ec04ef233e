import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { AUDIT_KEY_OF_TESTS, MINIMAL } from '../config/environments.ts';
import { caddyPasses, PRIVATE_PATHS, PUBLIC_PATHS } from './public-paths.ts';

interface Service {
  readonly env_file?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly restart: string;
  readonly stop_grace_period?: string;
}

function read(path: string): string {
  return readFileSync(join(packageRoot(), path), 'utf8');
}

const { services, volumes } = parse(read('deploy/compose.cluster.yaml'), { merge: true }) as {
  services: Record<'node1' | 'node2' | 'node3' | 'proxy' | 'database', Service>;
  volumes: Record<string, null>;
};
const single = parse(read('compose.yaml')) as { services: Record<'denwaban' | 'database', Service> };
const nodes = [services.node1, services.node2, services.node3];

t.test('three processes share one database and nothing else', async (t) => {
  for (const { environment } of nodes) {
    t.same(environment['DATABASE_URL'], single.services.denwaban.environment['DATABASE_URL']);
    const secret = { OPENAI_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    t.same(environment['AUDIT_KEY'], single.services.denwaban.environment['AUDIT_KEY']);
    const given = { DATABASE_URL: 'postgres://a@b/c', AUDIT_KEY: AUDIT_KEY_OF_TESTS };
    const config = loadConfig({ ...MINIMAL, ...secret, ...environment, ...given });
    t.equal(config.PORT, 8000);
  }
  const directories = nodes.flatMap((node) => node.volumes);
  t.equal(new Set(directories).size, nodes.length);
});

t.test('the processes are as shut off as the single one', async (t) => {
  for (const node of nodes) {
    const { volumes: _, ...rest } = single.services.denwaban;
    for (const key of ['read_only', 'cap_drop', 'security_opt', 'restart', 'stop_grace_period'] as const)
      t.same(node[key], rest[key], key);
    t.notOk('ports' in node, 'only the proxy is reached from outside');
  }
  t.same(services.database, { ...single.services.database });
});

t.test('every volume is declared', async (t) => {
  for (const { volumes: mounted } of Object.values(services))
    for (const volume of mounted) {
      const [name = ''] = volume.split(':');
      t.ok(name.startsWith('./') || name in volumes, volume);
    }
});

t.test('the commands that are shown read .env where it is, not beside this file', async (t) => {
  const commands = read('deploy/compose.cluster.yaml').match(/docker compose .*/g) ?? [];
  t.equal(commands.length, 2);
  for (const command of commands)
    t.match(command, /^docker compose --env-file \.env --file deploy\/compose\.cluster\.yaml up /);
  for (const node of nodes) t.equal(node.env_file, '../.env');
});

t.test('the proxy asks each process whether it takes calls, and passes on webhooks only', async (t) => {
  const caddy = read('deploy/Caddyfile');
  for (const path of PUBLIC_PATHS) t.ok(caddyPasses(caddy, path), path);
  for (const path of PRIVATE_PATHS) t.notOk(caddyPasses(caddy, path), path);
  t.match(caddy, /health_uri \/readyz\n/);
  for (const node of ['node1', 'node2', 'node3']) t.ok(caddy.includes(`${node}:8000`), node);
  t.match(caddy, /handle \{\n\s+respond 404\n/);
});

const TWIML = readdirSync(join(packageRoot(), 'deploy/twilio'));

t.test('the words for a fail-over are TwiML in Japanese, and described', async (t) => {
  for (const name of TWIML) {
    t.ok(read('docs/failover.md').includes(`(../deploy/twilio/${name})`), name);
    const twiml = read(`deploy/twilio/${name}`);
    t.match(
      twiml,
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<!--[^]*-->\n<Response>\n[^]*<\/Response>\n$/,
    );
    for (const [, language] of twiml.matchAll(/<Say language="([^"]+)"/g)) t.equal(language, 'ja-JP');
    const open = [...twiml.matchAll(/<([A-Z]\w+)[^>]*?(\/?)>/g)].filter(([, , closed]) => closed === '');
    t.equal(open.length, [...twiml.matchAll(/<\/[A-Z]\w+>/g)].length);
  }
});

t.test('a message is recorded once: Twilio would ask for the same page again', async (t) => {
  const recorders = TWIML.flatMap((name) => read(`deploy/twilio/${name}`).match(/<Record[^>]*>/g) ?? []);
  t.equal(recorders.length, 1);
  for (const recorder of recorders) {
    t.match(recorder, / method="GET"/);
    const next = / action="([^"]+)"/.exec(recorder)?.[1] ?? '';
    t.ok(TWIML.includes(next), `goes on with ${next}`);
    const twiml = read(`deploy/twilio/${next}`);
    t.match(twiml, /<Hangup\/>/);
    t.notMatch(twiml, /<(Record|Redirect)/);
  }
});
