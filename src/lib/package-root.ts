import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Directory of package.json, walking up from this file: the same from the sources and from compiled output.
 *
 * @throws Error when no directory above holds one
 */
export function packageRoot(): string {
  root ??= findRoot();
  return root;
}

/** Version of the package, such as 0.1.0. */
export function packageVersion(): string {
  version ??= readVersion();
  return version;
}

let root: string | undefined;
let version: string | undefined;

function findRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  let directory = start;
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no package.json above ${start}`);
    directory = parent;
  }
  return directory;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error('package.json names no version');
}
