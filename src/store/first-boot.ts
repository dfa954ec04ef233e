import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { syncPath } from './durable-fs.ts';

/**
 * Makes sure that a complete database directory stands below the data directory. A new one is made beside
 * its place, written through to the disk and renamed: a first start that is interrupted leaves nothing that
 * a later one could mistake for a database.
 *
 * @param dataDir an existing directory that this process has locked
 * @returns the database directory
 */
export async function ensureDatabaseDir(dataDir: string): Promise<string> {
  const directory = join(dataDir, 'pg');
  if (existsSync(join(directory, 'PG_VERSION'))) return directory;
  const draft = join(dataDir, 'pg.new');
  rmSync(draft, { recursive: true, force: true });
  const engine = await PGlite.create({ fs: new NodeFS(draft) });
  await engine.close();
  syncTree(draft);
  renameSync(draft, directory);
  syncPath(dataDir);
  return directory;
}

function syncTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) syncPath(path);
  }
  syncPath(directory);
}
