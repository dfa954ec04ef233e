import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startEmulator, type Emulator } from '../emulator/index.ts';
import { createAuditSigner } from '../src/audit/keys.ts';
import { verifyAudit, type AuditVerdict } from '../src/audit/verify.ts';
import { systemClock } from '../src/lib/clock.ts';
import { systemRandom } from '../src/lib/random.ts';
import { silentLog } from '../src/lib/log.ts';
import { openStore, type Store } from '../src/store/open.ts';
import { Applicants } from './applicants.ts';
import { openBalancer, type Balancer } from './balancer.ts';
import type { Chance } from './chance.ts';
import type { OwnDatabase } from './database.ts';
import { openLine, type Line } from './line.ts';
import { freePort, ServiceNode } from './node.ts';
import { openProvider, type Provider } from './provider.ts';

/** How much faster than a person everybody speaks. */
const SPEED = 10;
const NODES = ['a', 'b', 'c'] as const;

/** Three nodes, everything around them, and a way to the store that nothing breaks. */
export interface House {
  readonly nodes: readonly ServiceNode[];
  readonly emulator: Emulator;
  readonly provider: Provider;
  readonly applicants: Applicants;
  readonly database: OwnDatabase;
  /** For the oracle's own questions. */
  readonly db: pg.Pool;
  /** Files of the nodes. */
  readonly directory: string;
  verifyAudit(): Promise<AuditVerdict>;
  close(): Promise<void>;
}

/** Starts everything; resolves when three nodes are ready. */
export async function openHouse(
  database: OwnDatabase,
  directory: string,
  chance: Chance,
  nodeOptions: readonly string[] = [],
): Promise<House> {
  const [apiKey, secret] = [
    `sk-chaos-${randomBytes(8).toString('hex')}`,
    `whsec_${randomBytes(32).toString('base64')}`,
  ];
  const auditKey = randomBytes(32).toString('base64');
  const emulator = await startEmulator({ apiKey, webhookSecrets: [secret], playback: { speed: SPEED } });
  const provider = await openProvider(chance.branch('provider'));
  const openai = new URL(emulator.baseUrl);
  const signer = createAuditSigner([auditKey]);
  const store = await openStore({
    databaseUrl: database.url,
    dataDir: 'memory://',
    claimTimeoutMs: 5_000,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    busy: () => false,
    audit: signer,
  });
  const lines: Line[] = [];
  const nodes: ServiceNode[] = [];
  for (const name of NODES) {
    const toOpenai = await openLine({ host: openai.hostname, port: Number(openai.port) });
    const toDatabase = await openLine(database.server);
    lines.push(toOpenai, toDatabase);
    const port = await freePort();
    const dataDir = join(directory, `node-${name}`);
    mkdirSync(dataDir, { recursive: true });
    const env = {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      OPENAI_API_KEY: apiKey,
      OPENAI_WEBHOOK_SECRET: secret,
      OPENAI_BASE_URL: `http://127.0.0.1:${toOpenai.port}/v1`,
      DATABASE_URL: database.through(toDatabase.port),
      DATA_DIR: dataDir,
      AUDIT_KEY: auditKey,
      SMS_SENDER: 'http',
      SMS_HTTP_URL: provider.url,
      MESSAGES_PER_DAY: '1000000',
      CALLS_PER_NUMBER_PER_HOUR: '0',
      MAX_CONCURRENT_CALLS: '2000',
      LOG_LEVEL: 'info',
    };
    const logFile = join(directory, `node-${name}.log`);
    nodes.push(
      new ServiceNode({ name, port, env, logFile, lines: { openai: toOpenai, database: toDatabase } }),
    );
  }
  const applicants = new Applicants(store);
  await applicants.open();
  const db = new pg.Pool({ connectionString: database.url, max: 1 });
  // A server that is killed takes this connection with it; the next question makes another one.
  db.on('error', () => undefined);
  await Promise.all(nodes.map(async (node) => node.start(nodeOptions)));
  const balancer = await openBalancer(nodes);
  emulator.deliverTo(`${balancer.url}/openai-webhook`);
  return {
    nodes,
    emulator,
    provider,
    applicants,
    database,
    db,
    directory,
    verifyAudit: async () =>
      verifyAudit({
        audit: store.audit,
        signer,
        readAnchors: null,
        scope: { since: null, callId: null },
        onProgress: () => undefined,
      }),
    close: async () => closeAll({ nodes, balancer, lines, emulator, provider, store, db }),
  };
}

interface Parts {
  readonly nodes: readonly ServiceNode[];
  readonly balancer: Balancer;
  readonly lines: readonly Line[];
  readonly emulator: Emulator;
  readonly provider: Provider;
  readonly store: Store;
  readonly db: pg.Pool;
}

async function closeAll({ nodes, balancer, lines, emulator, provider, store, db }: Parts): Promise<void> {
  await balancer.close();
  await Promise.all(nodes.map(async (node) => node.kill()));
  await Promise.all(lines.map(async (line) => line.close()));
  await emulator.close();
  await provider.close();
  await store.close();
  await db.end();
}
