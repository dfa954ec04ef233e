import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './stats.ts';

const BLOCK = Buffer.alloc(8_192, 1);
const WRITES = 50;

/** What the disk takes for one block written through, ms: each stored commit pays it. */
export function fsyncMs(directory: string): number {
  const descriptor = openSync(join(directory, 'fsync'), 'w');
  try {
    return median(
      Array.from({ length: WRITES }, () => {
        const startedAt = performance.now();
        writeSync(descriptor, BLOCK, 0, BLOCK.length, 0);
        fdatasyncSync(descriptor);
        return performance.now() - startedAt;
      }),
    );
  } finally {
    closeSync(descriptor);
  }
}
