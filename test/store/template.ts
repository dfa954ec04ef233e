import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { Kysely, PGliteDialect } from 'kysely';
import { packageRoot } from '../../src/lib/package-root.ts';
import { ensureDatabaseDir } from '../../src/store/first-boot.ts';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Database } from '../../src/store/schema.ts';

/**
 * Databases that were made once and are copied from then on: making one takes seconds of a processor, and the tests
 * want hundreds. They lie beside the compiled tests, by the code that made them.
 */
const PLACE = join(packageRoot(), 'build', '.templates');

const key = createHash('sha256')
  .update(
    Object.entries(MIGRATIONS)
      .map(([name, { up }]) => `${name}${up.toString()}`)
      .join(),
  )
  .update(readFileSync(join(packageRoot(), 'package-lock.json')))
  .update(migrationTexts())
  .digest('hex')
  .slice(0, 16);

/** The statements stand beside the functions that run them. */
function migrationTexts(): string {
  const folder = new URL('../../src/store/migrations/', import.meta.url);
  return Object.keys(MIGRATIONS)
    .map((name) => readFileSync(new URL(`${name}.js`, folder), 'utf8'))
    .join('');
}

let blob: Promise<Blob> | undefined;

/** A migrated, empty store, for `memory://`. */
export async function storeTemplate(): Promise<Blob> {
  return (blob ??= loadTemplate());
}

async function loadTemplate(): Promise<Blob> {
  const path = join(PLACE, `${key}.tar`);
  if (!existsSync(path)) await makeTemplate(path);
  return new Blob([readFileSync(path)]);
}

async function makeTemplate(path: string): Promise<void> {
  const engine = await PGlite.create({ dataDir: 'memory://', extensions: { pg_trgm } });
  const db = await migrated(engine);
  const dump = await engine.dumpDataDir('none');
  mkdirSync(PLACE, { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, new Uint8Array(await dump.arrayBuffer()));
  renameSync(draft, path);
  await db.destroy();
}

async function migrateDir(directory: string): Promise<void> {
  const engine = await PGlite.create({ fs: new NodeFS(directory), extensions: { pg_trgm } });
  await (await migrated(engine)).destroy();
}

async function migrated(engine: PGlite): Promise<Kysely<Database>> {
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite: engine }) });
  await migrate(db, silentLog);
  await engine.exec('checkpoint');
  return db;
}

/** Makes both, so that tests that begin at once do not all make them. */
export async function makeTemplates(): Promise<void> {
  await storeTemplate();
  await madeDir();
}

/** Puts a migrated, empty database into a data directory that has none yet, so that its first start is a later one. */
export async function seedDataDir(dataDir: string): Promise<void> {
  const made = await madeDir();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  cpSync(join(made, 'pg'), join(dataDir, 'pg'), { recursive: true });
}

async function madeDir(): Promise<string> {
  const made = join(PLACE, `${key}.dir`);
  if (!existsSync(made)) {
    const draft = `${made}.${process.pid}`;
    mkdirSync(draft, { recursive: true, mode: 0o700 });
    await migrateDir(await ensureDatabaseDir(draft));
    try {
      renameSync(draft, made);
    } catch {
      // Another process was quicker.
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return made;
}
