import { appendFileSync } from 'node:fs';

/**
 * Loaded into a node beside the service (`--import`) where memory is measured: asked by a signal, it collects garbage and
 * writes down what is left.
 */
const file = process.env['CHAOS_MEMORY_FILE'] ?? '';

process.on('SIGUSR2', () => {
  // Twice: the first run finds what finalisers hold.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  appendFileSync(file, `${JSON.stringify({ heapUsed, external, rss })}\n`);
});
