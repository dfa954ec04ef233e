import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pause } from '../node.ts';
import type { Probed } from '../prober.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';

const SOCKETS = 1_000;
/** A socket that is still open then counts as kept, ms. */
const PATIENCE_MS = 15_000;
/** Between two probes, ms. */
const PROBE_EVERY_MS = 50;
/** A probe that takes longer has no answer, ms. */
const PROBE_MS = 5_000;
/** Probes before the first socket is opened, ms: they show the machine. */
const CALM_MS = 1_000;
const LOOK_MS = 10;
/** Between two bytes of a slow body, ms. */
const DRIP_MS = 500;
const PROBER = fileURLToPath(new URL('../prober.js', import.meta.url));
const HEADERS = 'POST /openai-webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

/** Connections that never finish what they say must not be kept, and must hold up nobody. */
export const slowSockets: Scenario = {
  about: '1,000 sockets that send headers or bodies drop by drop, while a probe asks for its answer',
  alone: true,
  run: async ({ house, progress }) => {
    const [node] = house.nodes;
    if (node === undefined) throw new Error('no node');
    const { port } = node.parts;
    const prober = fork(PROBER, [port, PROBE_EVERY_MS, PROBE_MS].map(String));
    let probes: number[] = [];
    let failed = 0;
    prober.on('message', ({ ms }: Probed) => {
      if (ms === null) failed += 1;
      else probes.push(ms);
    });
    await pause(CALM_MS);
    const calm = probes;
    probes = [];
    progress(`${SOCKETS} slow sockets`);
    const lives: number[] = [];
    const kinds = ['headers', 'body', 'nothing'] as const;
    const startedAt = performance.now();
    const sockets = Array.from({ length: SOCKETS }, (_, index) =>
      dribble(port, kinds[index % kinds.length] ?? 'headers', (ms) => lives.push(ms)),
    );
    while (lives.length < SOCKETS && performance.now() - startedAt < PATIENCE_MS) await pause(LOOK_MS);
    const gone = once(prober, 'exit');
    prober.disconnect();
    await gone;
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
        { name: 'probes before', value: spread(calm) },
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
