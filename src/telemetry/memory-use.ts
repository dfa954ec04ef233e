import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/**
 * What the engine counts into its limit for young objects, bytes. It gives up when the old ones alone have used up the
 * rest: a heap of 256 MB would end at 84 % of what it calls its limit.
 */
const YOUNG_BYTES = 48 * 1024 * 1024;

/** What this process uses of its memory: of the container's limit, else the machine's, and of the engine's heap. */
export function memoryUse(): { readonly resident: number; readonly heap: number } {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return {
    resident: process.memoryUsage.rss() / residentLimit(),
    heap: used / Math.max(limit / 2, limit - YOUNG_BYTES),
  };
}

/** Without a limit the system tells 0 or an absurd number. */
function residentLimit(): number {
  const machine = totalmem();
  const limit = process.constrainedMemory();
  return limit > 0 && limit < machine ? limit : machine;
}
