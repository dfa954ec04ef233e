import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';

/** Those that take longest, by the time of a processor or by waiting: begun first, none of them is left over at the end. */
const LONGEST = ['demo', 'e2e', 'outbox', 'tools', 'cli', 'store', 'sim'];

/** What opens stores, starts processes or telephones is not for the moments between two thoughts. */
const SLOW =
  /^(api|audit|cli|demo|deploy|e2e|emulator|outbox|plugins|roster|routes|sim|store|tools|webhook)\/|^boot\.|^telemetry\/log-writer|http-limits/;

/**
 * Names of the test files below test/, without the ending, in the order in which they begin.
 *
 * @param wanted beginnings of names; none stands for all
 */
export function testFiles(wanted: readonly string[], quick: boolean): string[] {
  return readdirSync(join(packageRoot(), 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.test.ts') && !(quick && SLOW.test(file)))
    .map((file) => file.slice(0, -'.test.ts'.length))
    .filter((name) => wanted.length === 0 || wanted.some((beginning) => name.startsWith(beginning)))
    .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function rank(name: string): number {
  const place = LONGEST.indexOf(name.slice(0, name.indexOf('/')));
  return place === -1 ? LONGEST.length : place;
}
