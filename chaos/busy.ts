import type { Chance } from './chance.ts';
import type { House } from './house.ts';
import { pause, type ServiceNode } from './node.ts';

/** Somebody calls within this, or nobody can, ms. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 20;

/** Waits for a node with calls that takes calls. What breaks without anybody on the phone shows nothing. */
export async function busyNode({ nodes }: House, chance: Chance): Promise<ServiceNode> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const [first, ...others] = nodes.filter(({ ready, callIds }) => ready && callIds.length > 0);
    if (first !== undefined) return chance.pick([first, ...others]);
    if (performance.now() > deadline) throw new Error(`no node has had a call for ${PATIENCE_MS} ms`);
    await pause(LOOK_MS);
  }
}
