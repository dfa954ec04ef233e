import { cpus, loadavg } from 'node:os';
import { INVARIANTS, type Breach, type Invariant } from './oracle.ts';
import type { Figure } from './scenario.ts';

/** One scenario with its verdict. */
export interface Judged {
  readonly name: string;
  readonly calls: number;
  readonly seconds: number;
  readonly figures: readonly Figure[];
  readonly breaches: readonly Breach[];
}

/** Breaches that are told in words; the table counts all. */
const TOLD = 20;

/** The tables of a run, in Markdown. */
export function report(judged: readonly Judged[]): string {
  const figures = judged.flatMap(({ name, calls, seconds, figures: own }) => [
    ['scenario', `**${name}**`, `${calls} calls judged, ${seconds.toFixed(0)} s`],
    ...own.map(({ name: what, value }) => ['', what, value]),
  ]);
  const shown = figures.map(([first, ...rest]) => [
    first === 'scenario' ? (rest.shift() ?? '') : '',
    ...rest,
  ]);
  const breaches = judged.flatMap((one) => one.breaches);
  const counts = (Object.keys(INVARIANTS) as Invariant[]).map((invariant) => [
    INVARIANTS[invariant],
    String(breaches.filter((breach) => breach.invariant === invariant).length),
  ]);
  return [
    table(
      ['scenario', 'figure', 'value'],
      shown.map((cells) => (cells[0] === '' ? cells : [cells[0] ?? '', '', cells[1] ?? ''])),
    ),
    '',
    table(['what must not happen', 'times'], counts),
    ...breachLines(judged),
  ].join('\n');
}

/** Date, Node and machine, as they stand beside figures. */
export function machine(): string {
  const [cpu] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${date}, Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}, load average ${load}`;
}

function breachLines(judged: readonly Judged[]): string[] {
  // The rare ones first: they are the grave ones.
  const times = (invariant: Invariant): number =>
    judged.flatMap((one) => one.breaches).filter((breach) => breach.invariant === invariant).length;
  const rare = judged.map(({ name, breaches }) => ({
    name,
    breaches: breaches.toSorted((a, b) => times(a.invariant) - times(b.invariant)),
  }));
  const lines = rare.flatMap(({ name, breaches }) =>
    breaches.map(({ invariant, where, words }) => `  ${name}: ${INVARIANTS[invariant]}: ${where}: ${words}`),
  );
  if (lines.length === 0) return [];
  const more = lines.length > TOLD ? [`  … and ${lines.length - TOLD} more`] : [];
  return ['', 'Broken:', ...lines.slice(0, TOLD), ...more];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((wide, column) => (cells[column] ?? '').padEnd(wide)).join(' | ')} |`;
  return [line(head), line(widths.map((wide) => '-'.repeat(wide))), ...rows.map(line)].join('\n');
}
