import { join } from 'node:path';
import { startPeer, type Peer } from '../bench/peer.ts';
import { hangUpConnections, SECRET } from '../bench/ringing.ts';
import type { House } from './house.ts';
import { freePort, ServiceNode } from './node.ts';

/** Nodes with nothing of the harness between them and their servers, and the lean peer as OpenAI's side. */
export interface Straight {
  readonly nodes: readonly ServiceNode[];
  readonly peer: Peer;
  /** Stops them and starts the nodes of the house again. */
  close(): Promise<void>;
}

/**
 * Starts such nodes in the place of those of the house: what is measured then is the service, not the lines, the
 * emulator and the proxy that share its machine.
 */
export async function goStraight(
  house: House,
  names: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
): Promise<Straight> {
  await Promise.all(house.nodes.map(async (node) => node.kill()));
  const [model] = house.nodes;
  if (model === undefined) throw new Error('no node');
  const peer = await startPeer();
  const nodes = await Promise.all(
    names.map(async (name) => {
      const port = await freePort();
      const env = {
        ...model.parts.env,
        PORT: String(port),
        OPENAI_BASE_URL: peer.baseUrl,
        OPENAI_WEBHOOK_SECRET: SECRET,
        DATABASE_URL: house.database.url,
        ...environment,
      };
      return new ServiceNode({
        ...model.parts,
        name,
        port,
        env,
        logFile: join(house.directory, `node-${name}.log`),
      });
    }),
  );
  await Promise.all(nodes.map(async (node) => node.start(nodeOptions)));
  return {
    nodes,
    peer,
    close: async () => {
      await Promise.all(nodes.map(async (node) => node.stop()));
      hangUpConnections();
      await peer.close();
      await Promise.all(house.nodes.map(async (node) => node.start()));
    },
  };
}
