import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { anchorDirectory, auditSigner } from '../audit/set-up.ts';
import { auditSettings, loadConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { systemRandom } from '../lib/random.ts';
import type { AuditSigner } from '../store/audit-ports.ts';
import { openStore, type Store } from '../store/open.ts';
import { OperatorError, type Surroundings } from './program.ts';

/** Variables that say where the data is. The others are the service's concern: a key is not needed to read a list. */
const STORE_VARIABLES = [
  'DATABASE_URL',
  'DATA_DIR',
  'CLAIM_TIMEOUT_MS',
  'AUDIT_KEY',
  'AUDIT_ANCHOR_DIR',
] as const;

/** The audit that the environment names. */
export interface OpenAudit {
  readonly signer: AuditSigner;
  /** Where the anchors are; null: a store in memory has none. */
  readonly anchorDir: string | null;
}

/**
 * Opens the store that the environment names, runs `work` and closes it.
 *
 * @param mayCreate whether an embedded store is created where there is none; a command that only reads says no, so that
 *   a wrong directory is noticed
 * @param mayMakeKey whether the audit gets a key where it has none
 * @throws DenwabanError as `openStore` does; OperatorError when there is no store to be read
 */
export async function withStore<T>(
  { env, err }: Surroundings,
  mayCreate: boolean,
  work: (store: Store, audit: OpenAudit) => Promise<T>,
  mayMakeKey = true,
): Promise<T> {
  const given = STORE_VARIABLES.flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]] as const],
  );
  const config = loadConfig({ OPENAI_API_KEY: 'not-used', ...Object.fromEntries(given) });
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir } = config;
  const embedded = databaseUrl === '' && dataDir !== 'memory://';
  if (embedded && !mayCreate && !existsSync(join(dataDir)))
    throw new OperatorError(
      `There is no store in ${dataDir}. Run the command where the service runs, or set DATA_DIR or DATABASE_URL as there.`,
    );
  err(`opening the store (${embedded ? dataDir : databaseUrl === '' ? 'memory' : 'PostgreSQL'})\n`);
  const settings = auditSettings(config);
  if (databaseUrl !== '' && config.AUDIT_KEY === '')
    err(
      'AUDIT_KEY is not set: changes are signed with the key of this machine, not with that of the service\n',
    );
  const signer = await auditSigner(settings, systemRandom, mayMakeKey);
  const store = await openStore({
    databaseUrl,
    dataDir,
    claimTimeoutMs: config.CLAIM_TIMEOUT_MS,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    busy: () => false,
    audit: signer,
  });
  try {
    return await work(store, { signer, anchorDir: anchorDirectory(settings) });
  } finally {
    await store.close();
  }
}
