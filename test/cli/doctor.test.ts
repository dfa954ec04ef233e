import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startEmulator } from '../../emulator/index.ts';
import { main } from '../../src/cli/main.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { openTestStore } from '../store/fixtures.ts';
import { seedDataDir } from '../store/template.ts';

const SAMPLE = join(packageRoot(), 'scenarios', 'sample-roster.csv');
const KEY = 'sk-doctor-secret';

const directory = mkdtempSync(join(tmpdir(), 'denwaban-doctor-'));
const dataDir = join(directory, 'data');
const openAi = await startEmulator({ apiKey: KEY });
t.teardown(async () => {
  await openAi.close();
  rmSync(directory, { recursive: true, force: true });
});

async function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string }> {
  let out = '';
  const code = await main(args, {
    env: {
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: openAi.baseUrl,
      OPENAI_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 3).toString('base64')}`,
      DATA_DIR: dataDir,
      ...env,
    },
    out: (text) => (out += String(text)),
    err: (text) => (out += text),
  });
  return { code, out };
}

t.test('a machine where nothing was stored yet is ready, and told so', async (t) => {
  const { code, out } = await run(['doctor']);
  t.equal(code, 0, out);
  t.match(out, /✔ OpenAI takes the key and has gpt-realtime/);
  t.match(out, /! .*is made at the first start/);
  t.match(out, /Ready for calls/);
  t.notOk(existsSync(dataDir), 'nothing is made');
});

t.test('addresses are ready to be copied', async (t) => {
  const { out } = await run(['doctor', '--offline'], {
    PUBLIC_URL: 'https://phone.example.jp',
    OPENAI_PROJECT_ID: 'proj_abc123',
  });
  t.match(out, 'https://phone.example.jp/openai-webhook');
  t.match(out, 'sip:proj_abc123@sip.api.openai.com;transport=tls');
});

t.test('the SIP address is of the region of the base URL, or calls are not found', async (t) => {
  const uris = {
    'https://api.openai.com/v1': 'sip:<PROJECT_ID>@sip.api.openai.com;transport=tls',
    'https://eu.api.openai.com/v1': 'sip:<PROJECT_ID>@sip-eu.api.openai.com;transport=tls',
    'https://jp.api.openai.com/v1': 'sip:<PROJECT_ID>@<SIP host of the region>;transport=tls',
    'https://gateway.example.jp/openai/v1': 'sip:<PROJECT_ID>@sip.api.openai.com;transport=tls',
  };
  for (const [OPENAI_BASE_URL, uri] of Object.entries(uris)) {
    const { out } = await run(['doctor', '--offline'], { OPENAI_BASE_URL });
    t.ok(out.includes(` ${uri}\n`), OPENAI_BASE_URL);
  }
});

t.test('dates to come are counted, in a store of its own or one in use', async (t) => {
  await seedDataDir(dataDir);
  const imported = await run([
    'roster',
    'import',
    SAMPLE,
    '--create-briefing',
    '会社説明会',
    '--company',
    '見本商事',
    '--create-slots',
    '--apply',
  ]);
  t.equal(imported.code, 0, imported.out);
  t.match(await run(['doctor', '--offline']), {
    code: 0,
    out: /embedded store in .* opens\n[✔!] .*briefing/,
  });
  const service = await openTestStore({ dataDir });
  t.match(await run(['doctor', '--offline']), { code: 0, out: /is in use: the service runs/ });
  await service.close();
});

t.test('each obstacle is named with its remedy, and no secret', async (t) => {
  const broken = join(directory, 'broken.yaml');
  writeFileSync(broken, 'id: broken\n');
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ OPENAI_API_KEY: 'sk-wrong-key' }, /✘ OpenAI refuses the key \(401\)/],
    [{ REALTIME_MODEL: 'gpt-realtime-9' }, /✘ .*no gpt-realtime-9.*REALTIME_MODEL/],
    [{ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }, /✘ .*cannot be reached \(ECONNREFUSED\)/],
    [{ SCENARIO: broken }, /✘ DW_SCENARIO/],
    [{ PORT: 'eighty', OPENAI_WEBHOOK_SECRET: 'whsec_' }, /✘ DW_CONFIG[^]*PORT/],
    [{ DATABASE_URL: 'postgres://nobody:hidden@127.0.0.1:9/none' }, /✘ the store does not open/],
  ];
  for (const [env, words] of cases) {
    const { code, out } = await run(['doctor'], env);
    t.equal(code, 1, out);
    t.match(out, words);
    t.match(out, /Not ready: (one thing is|\d things are) in the way/);
    t.notMatch(out, /sk-doctor|sk-wrong|hidden/);
  }
});
