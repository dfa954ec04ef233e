import { answerOf, pause } from './node.ts';

/** What the prober tells of each probe: ms until its answer, or null for none. */
export interface Probed {
  readonly ms: number | null;
}

const [port, everyMs, timeoutMs] = process.argv.slice(2).map(Number);

/**
 * Asks a node for its probe again and again, in a process of its own: what else the harness does must not count as the
 * node's.
 */
async function ask(): Promise<void> {
  while (process.connected) {
    const askedAt = performance.now();
    const status = await answerOf(port ?? 0, '/livez', timeoutMs);
    const probed: Probed = { ms: status === 200 ? performance.now() - askedAt : null };
    if (process.connected) process.send?.(probed);
    await pause(everyMs ?? 0);
  }
}

await ask();
