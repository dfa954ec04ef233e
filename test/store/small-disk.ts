import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A file system of its own, that can be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves no room. */
  fill(): void;
  /** Makes room again. */
  relieve(): void;
}

/** Mounts a small file system in memory, for which one has to be root. @returns null where that cannot be done */
export function mountSmallDisk(t: Test, megabytes: number): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'denwaban-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
  t.teardown(() => {
    execFileSync('umount', ['--lazy', path]);
    rmSync(path, { recursive: true });
  });
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: () => {
      for (let free = freeBytes(path); free > 0; free = freeBytes(path)) {
        writeFileSync(`${ballast}-${free}`, Buffer.alloc(Math.min(free, 16 * 1024 * 1024)));
      }
    },
    relieve: () => execFileSync('sh', ['-c', 'rm -f "$0"-*', ballast]),
  };
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
