import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { AUDIT_KEY_OF_TESTS, MINIMAL } from '../config/environments.ts';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly init?: boolean;
  readonly user?: string;
  readonly env_file?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly tmpfs: readonly string[];
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt: readonly string[];
  readonly stop_grace_period: string;
  readonly restart: string;
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: { readonly denwaban: Service; readonly database: Service };
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const text = readFileSync(join(packageRoot(), 'compose.yaml'), 'utf8');
const { services, networks, volumes } = parse(text) as Compose;
const { denwaban, database } = services;

for (const [name, service] of Object.entries(services)) {
  t.test(`${name} has no rights that it does not need`, async (t) => {
    t.equal(service.read_only, true);
    t.ok(service.tmpfs.includes('/tmp'));
    t.same(service.cap_drop, ['ALL']);
    t.same(service.cap_add, undefined);
    t.same(service.privileged, undefined);
    t.same(service.security_opt, ['no-new-privileges:true']);
  });

  t.test(`${name} comes back by itself`, async (t) => {
    t.equal(service.restart, 'unless-stopped');
  });

  t.test(`${name} has no secret written out`, async (t) => {
    for (const [key, value] of Object.entries(service.environment)) {
      if (/KEY|SECRET|PASSW|URL/.test(key)) t.match(value, /\$\{[A-Z_]+:\?/, key);
    }
  });

  t.test(`${name} keeps its data on a declared volume`, async (t) => {
    for (const volume of service.volumes) t.ok((volume.split(':')[0] ?? '') in volumes, volume);
  });
}

t.test('secrets come from a file that is not in the repository', async (t) => {
  t.equal(denwaban.env_file, '.env');
  t.ok(readFileSync(join(packageRoot(), '.gitignore'), 'utf8').split('\n').includes('.env'));
});

t.test('the environment that compose gives is one the service starts with', async (t) => {
  const { POSTGRES_PASSWORD: _, ...rest } = { ...denwaban.environment };
  const environment = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, value.replace(/\$\{[^}]*\}/, 'ab12')]),
  );
  const secret = { OPENAI_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
  const config = loadConfig({ ...MINIMAL, ...secret, ...environment, AUDIT_KEY: AUDIT_KEY_OF_TESTS });
  t.equal(config.NODE_ENV, 'production');
  t.equal(config.DATABASE_URL, 'postgres://denwaban:ab12@database:5432/denwaban');
});

t.test('compose does not start without a key of the audit', async (t) => {
  t.match(denwaban.environment['AUDIT_KEY'], /^\$\{AUDIT_KEY:\?set AUDIT_KEY in \.env/);
});

t.test('the database is reached by the name, user and database that it has', async (t) => {
  const url = new URL((denwaban.environment['DATABASE_URL'] ?? '').replace(/\$\{[^}]*\}/, 'ab12'));
  t.ok(url.hostname in services);
  t.equal(url.username, database.environment['POSTGRES_USER']);
  t.equal(url.pathname.slice(1), database.environment['POSTGRES_DB']);
});

t.test('the published port is the one the service listens on, on this machine only', async (t) => {
  const port = denwaban.environment['PORT'];
  t.same(denwaban.ports, [`127.0.0.1:${port}:${port}`]);
  t.equal(database.ports, undefined);
});

t.test('the database is reached by the service alone', async (t) => {
  t.same(database.networks, ['inside']);
  t.equal(networks['inside']?.internal, true);
  t.ok(
    denwaban.networks.some((network) => networks[network]?.internal !== true),
    'the way to OpenAI',
  );
});

t.test('the service waits until the database answers', async (t) => {
  t.equal(denwaban.depends_on?.['database']?.condition, 'service_healthy');
  t.equal(database.healthcheck?.test[0], 'CMD', 'without a shell');
});

t.test('PostgreSQL is 18, whose data stands in a folder of its version', async (t) => {
  t.match(database.image, /^postgres:18(\.\d+)?$/);
  t.ok(database.volumes.some((volume) => volume.endsWith(':/var/lib/postgresql')));
  t.ok(database.user !== undefined && database.user !== 'root');
});

t.test('a stop gives calls their time and the process room to close', async (t) => {
  const lifecycle = readFileSync(join(packageRoot(), 'src/lifecycle.ts'), 'utf8');
  const milliseconds = (name: string): number => {
    const found = new RegExp(`const ${name} = ([\\d_]+);`).exec(lifecycle)?.[1];
    if (found === undefined) throw new Error(`src/lifecycle.ts has no ${name}`);
    return Number(found.replaceAll('_', ''));
  };
  const drain = Number(denwaban.environment['DRAIN_SECONDS']) * 1_000;
  const needed = drain + milliseconds('DRAIN_MARGIN_MS') + milliseconds('CLOSE_TIMEOUT_MS');
  t.match(denwaban.stop_grace_period, /^\d+s$/);
  const grace = Number.parseInt(denwaban.stop_grace_period, 10) * 1_000;
  t.ok(grace > needed, `${grace} ms for ${needed} ms`);
});

t.test('an init stands before the process, so that it can be killed from inside', async (t) => {
  t.equal(denwaban.init, true);
});
