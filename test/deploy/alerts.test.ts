import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { rules } from './monitoring.ts';
import { readQuery } from './promql.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly targets?: readonly { readonly expr: string }[];
}

function read(path: string): string {
  return readFileSync(join(packageRoot(), path), 'utf8');
}

const board = JSON.parse(read('deploy/grafana/denwaban.json')) as {
  panels: Panel[];
  templating: { list: { name: string; allValue?: string }[] };
};
const { panels } = board;
const charts = panels.filter(({ type }) => type !== 'row');

/** What a process shows before anything has happened. */
async function firstText(): Promise<string> {
  const metrics = createMetrics({ process: true });
  metrics.watch({
    callsLive: () => 0,
    callsOverMax: () => 0,
    clockSkewMs: () => 0,
    logLinesDropped: () => 0,
    writesWaiting: () => 0,
  });
  return metrics.text();
}

const shown = await firstText();
const samples = shown.split('\n');
const names = new Set([
  'up',
  ...[...shown.matchAll(/^# TYPE (\w+) (\w+)/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
  ),
]);

for (const { alert, expr, labels, annotations } of rules) {
  t.test(`${alert} can be asked, rated and followed`, async (t) => {
    const { errors, selectors } = readQuery(expr);
    t.same(errors, []);
    t.ok(selectors.length > 0, 'asks for a figure');
    for (const { name } of selectors) t.ok(names.has(name), name);
    t.match(labels['severity'], /^(page|ticket|info)$/);
    t.match(annotations['summary'], /\.$/);
    const page = annotations['runbook'] ?? '';
    t.ok(existsSync(join(packageRoot(), page)), page);
    t.ok(read(page).includes(`\`${alert}\``), 'the page is about it');
  });
}

/** Series that begin with their first use, and lose nothing by it: a day's cost, statements of which there are many a second. */
const LATER = /^denwaban_(cost_usd_total|store_latency_seconds_\w+)$/;

for (const { alert, expr } of rules) {
  t.test(`${alert} finds its figures before anything has happened`, async (t) => {
    for (const { name, matchers } of readQuery(expr).selectors) {
      if (!name.startsWith('denwaban_') || LATER.test(name)) continue;
      const own = samples.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
      t.ok(own.length > 0, name);
      for (const { label, text } of matchers)
        for (const value of label === 'le' ? [] : text.split('|'))
          t.ok(
            own.some((line) => line.includes(`${label}="${value}"`)),
            `${name}{${label}="${value}"}`,
          );
    }
  });
}

t.test('each run-book belongs to one alert, and is in the list', async (t) => {
  const pages = readdirSync(join(packageRoot(), 'docs/runbooks')).filter((name) => name !== 'README.md');
  t.same(
    pages.map((page) => `docs/runbooks/${page}`).toSorted(),
    rules.map(({ annotations }) => annotations['runbook'] ?? '').toSorted(),
  );
  for (const page of pages) t.ok(read('docs/runbooks/README.md').includes(`(${page})`), page);
});

t.test('each alarm that an alert names is raised somewhere', async (t) => {
  const listed = read('docs/operations.md');
  for (const { expr } of rules) {
    for (const [, codes = ''] of expr.matchAll(/code=~?"([^"]+)"/g))
      for (const code of codes.split('|')) t.ok(listed.includes(`\`${code}\``), code);
  }
});

for (const { title, targets = [], description = '' } of charts) {
  t.test(`the chart 「${title}」 shows figures that exist`, async (t) => {
    t.ok(targets.length > 0);
    t.ok(description.length > 0);
    for (const { expr } of targets) {
      const { errors, selectors } = readQuery(expr);
      t.same(errors, []);
      t.ok(selectors.length > 0, expr);
      for (const { name, matchers } of selectors) {
        t.ok(names.has(name), name);
        t.match(matchers[0], { label: 'job', operator: '=~', text: '$job' });
      }
    }
  });
}

t.test('all jobs of the board are those of Denwaban, not all that Prometheus reads', async (t) => {
  for (const { name, allValue } of board.templating.list) t.equal(allValue, undefined, name);
});

t.test('board and alert count the same calls as failed', async (t) => {
  const failed = /calls_ended_total\{(?:job=~"\$job",)?(party=~"[^"]+",reason!~"[^"]+")\}/;
  const chart = charts.find(({ title }) => title === 'Failed today')?.targets?.[0]?.expr ?? '';
  const alert = rules.find((rule) => rule.alert === 'DenwabanCallsFail')?.expr ?? '';
  t.ok(failed.exec(chart)?.[1]);
  t.equal(failed.exec(chart)?.[1], failed.exec(alert)?.[1]);
});

t.test('no chart covers another, and each has an id of its own', async (t) => {
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        t.ok(x < 24, title);
        if (taken.has(`${x}/${y}`)) t.fail(`${title} covers another`);
        taken.add(`${x}/${y}`);
      }
  }
});
