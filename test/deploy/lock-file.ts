import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';

/** One package of package-lock.json. */
export interface LockedPackage {
  /** Folder below the repository, such as node_modules/a/node_modules/b. */
  readonly path: string;
  /** Not installed with --omit=dev. */
  readonly dev: boolean;
  readonly hasInstallScript: boolean;
  /** Left out where the platform is another. */
  readonly optional: boolean;
  readonly integrity: string | undefined;
  readonly resolved: string | undefined;
}

interface Entry {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
}

/** All packages of the lock file but the repository itself. */
export function lockedPackages(): LockedPackage[] {
  const lock = JSON.parse(readFileSync(join(packageRoot(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Entry>;
  };
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({
      path,
      dev: entry.dev === true,
      hasInstallScript: entry.hasInstallScript === true,
      optional: entry.optional === true,
      integrity: entry.integrity,
      resolved: entry.resolved,
    }));
}
