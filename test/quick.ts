import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The tests that need no store, no child process and no telephone call, in one process: for the moments between two
 * thoughts. `npm test` runs everything.
 */

const SLOW =
  /^(e2e|store|demo|deploy|emulator|plugins|outbox|webhook|cli|roster)\/|^boot\.|^telemetry\/log-writer|http-limits/;

const here = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.test.js') && !SLOW.test(file))
  .toSorted();
for (const file of files) await import(new URL(file, import.meta.url).href);
