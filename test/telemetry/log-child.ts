import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/logger.ts';

/**
 * Logs `bytes` to standard output, lets the event loop turn between the portions, reports to its parent what was lost,
 * gives the reader a moment to catch up, and exits. Started by log-writer.test.ts with a standard output that nobody reads.
 */
const bytes = Number(process.argv[2]);
const root = createLogger({ level: 'info' });
const filler = 'x'.repeat(1_000);

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let longestMs = 0;
let logged = 0;
let turns = 0;
const timer = setInterval(() => {
  const startedAt = performance.now();
  for (let count = 0; count < 100; count += 1) {
    root.log.info({ filler }, 'line');
    logged += filler.length;
  }
  longestMs = Math.max(longestMs, performance.now() - startedAt);
  turns += 1;
  if (logged < bytes) return;
  clearInterval(timer);
  void finish();
}, 1);

async function finish(): Promise<void> {
  const keepAlive = setInterval(() => {}, 1_000);
  await root.flush(systemClock, 500);
  clearInterval(keepAlive);
  const lagMs = delay.percentile(99) / 1e6;
  process.send?.({ turns, dropped: root.droppedLines(), lagMs, longestMs }, () => process.exit(0));
}
