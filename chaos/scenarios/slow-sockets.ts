import { connect, type Socket } from 'node:net';
import { answerOf, pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';

const SOCKETS = 1_000;
/** A socket that is still open then counts as kept, ms. */
const PATIENCE_MS = 15_000;
/** Between two probes, ms. */
const PROBE_EVERY_MS = 50;
/** Between two bytes of a slow body, ms. */
const DRIP_MS = 500;
const HEADERS = 'POST /openai-webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

/** Connections that never finish what they say must not be kept, and must hold up nobody. */
export const slowSockets: Scenario = {
  about: '1,000 sockets that send headers or bodies drop by drop, while a probe asks for its answer',
  usual: false,
  run: async ({ house, progress }) => {
    const [node] = house.nodes;
    if (node === undefined) throw new Error('no node');
    const { port } = node.parts;
    progress(`${SOCKETS} slow sockets`);
    const lives: number[] = [];
    const kinds = ['headers', 'body', 'nothing'] as const;
    const sockets = Array.from({ length: SOCKETS }, (_, index) =>
      dribble(port, kinds[index % kinds.length] ?? 'headers', (ms) => lives.push(ms)),
    );
    const probes: number[] = [];
    const startedAt = performance.now();
    let failed = 0;
    while (lives.length < SOCKETS && performance.now() - startedAt < PATIENCE_MS) {
      const askedAt = performance.now();
      if ((await answerOf(port, '/livez', 5_000)) === 200) probes.push(performance.now() - askedAt);
      else failed += 1;
      await pause(PROBE_EVERY_MS);
    }
    const kept = SOCKETS - lives.length;
    for (const socket of sockets) socket.destroy();
    return {
      placed: [],
      breaches: [
        ...(kept > 0
          ? [
              {
                invariant: 'goal' as const,
                where: 'slow sockets',
                words: `${kept} were kept for ${PATIENCE_MS} ms`,
              },
            ]
          : []),
        ...(failed > 0
          ? [{ invariant: 'goal' as const, where: 'probes', words: `${failed} were not answered` }]
          : []),
      ],
      figures: [
        { name: `${SOCKETS} slow sockets closed after`, value: spread(lives) },
        { name: 'probes meanwhile', value: spread(probes) },
      ],
    };
  },
};

function dribble(port: number, kind: 'headers' | 'body' | 'nothing', closed: (ms: number) => void): Socket {
  const openedAt = performance.now();
  const socket = connect({ host: '127.0.0.1', port });
  let dripping: NodeJS.Timeout | undefined;
  socket.on('connect', () => {
    if (kind === 'nothing') return;
    socket.write(kind === 'headers' ? HEADERS : `${HEADERS}Content-Length: 5000\r\n\r\n{`);
    dripping = setInterval(() => socket.write(kind === 'headers' ? 'X-A: b\r\n' : ' '), DRIP_MS);
  });
  socket.on('data', () => undefined);
  // A reset is how some of them are closed.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(dripping);
    closed(performance.now() - openedAt);
  });
  return socket;
}
