import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import { type ImportOf, scan } from './scan.ts';

/** A source file of the house. */
export interface Source {
  /** From the root of the package, with slashes. */
  readonly path: string;
  readonly lines: number;
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import extends ImportOf {
  /** Path of the imported source from the root of the package, or null for packages and Node's own modules. */
  readonly target: string | null;
}

/** All sources under the folders that exist. */
export function readSources(folders: readonly string[]): Source[] {
  return folders.filter((folder) => existsSync(join(packageRoot(), folder))).flatMap(readFolder);
}

function readFolder(folder: string): Source[] {
  return readdirSync(join(packageRoot(), folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : readFolder(path);
    return /\.tsx?$/.test(entry.name) ? [readSource(path)] : [];
  });
}

function readSource(path: string): Source {
  const text = readFileSync(join(packageRoot(), path), 'utf8');
  const { code, imports } = scan(text);
  return {
    path,
    lines: text.split('\n').length - 1,
    code,
    imports: imports.map((found) => ({
      ...found,
      target: found.specifier.startsWith('.') ? posix.join(dirname(path), found.specifier) : null,
    })),
  };
}

/** Name of the package of a specifier: `@a/b` of `@a/b/c`; null for Node's own modules and relative paths. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return null;
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Names under a key of package.json such as `dependencies`. */
export function packageNames(key: string): Set<string> {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as Record<
    string,
    object
  >;
  return new Set(Object.keys(manifest[key] ?? {}));
}
