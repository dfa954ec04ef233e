import type { Figure, Goal } from './figures/figure.ts';

/** The figures as a table in Markdown, aligned for reading on a terminal. */
export function table(figures: readonly Figure[]): string {
  const head = ['figure', 'floor', 'service', 'ratio', 'goal', 'met'];
  const rows = [head, ...figures.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  const lines = rows.map((cells) =>
    line(cells.map((cell, column) => padded(cell, widths[column] ?? 0, column))),
  );
  return [lines[0], line(widths.map((count) => '-'.repeat(count))), ...lines.slice(1)].join('\n');
}

/** Goals that were missed. */
export function misses(figures: readonly Figure[]): readonly Figure[] {
  return figures.filter((figure) => isMet(figure) === false);
}

function row(figure: Figure): string[] {
  const { name, unit, floor, service, goal } = figure;
  const met = isMet(figure);
  return [
    name,
    floor === null ? '–' : `${number(floor)} ${unit}`,
    `${number(service)} ${unit}`,
    floor === null ? '–' : `${number(service / floor)}×`,
    goal === null ? '' : goalText(goal, unit),
    met === null ? '' : met ? 'yes' : 'NO',
  ];
}

function isMet({ floor, service, goal }: Figure): boolean | null {
  if (goal === null) return null;
  if (goal.kind === 'value') return service <= goal.most;
  if (floor === null) return null;
  return goal.kind === 'ratio' ? service / floor <= goal.most : service - floor <= goal.most;
}

function goalText(goal: Goal, unit: string): string {
  if (goal.kind === 'ratio') return `≤ ${goal.most}×`;
  return goal.kind === 'plus' ? `≤ floor + ${goal.most} ${unit}` : `≤ ${goal.most} ${unit}`;
}

/** Three digits that mean something. */
function number(value: number): string {
  if (Math.abs(value) >= 1_000) return String(Math.round(value));
  return Number(value.toPrecision(3)).toString();
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function padded(cell: string, columns: number, column: number): string {
  const blank = ' '.repeat(columns - cell.length);
  return column === 0 || column === 5 ? cell + blank : blank + cell;
}
