import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import t from 'tap';
import { parse } from 'yaml';
import { packageRoot } from '../../src/lib/package-root.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
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

const { groups } = parse(read('deploy/helm/denwaban/files/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(read('deploy/grafana/denwaban.json')) as { panels: Panel[] };
const charts = panels.filter(({ type }) => type !== 'row');

/** Every figure that a process shows: names, and names of labels that are known before anything happened. */
async function metricNames(): Promise<Set<string>> {
  const metrics = createMetrics({ process: true });
  metrics.watch({
    callsLive: () => 0,
    callsOverMax: () => 0,
    clockSkewMs: () => 0,
    logLinesDropped: () => 0,
    writesWaiting: () => 0,
  });
  const types = [...(await metrics.text()).matchAll(/^# TYPE (\w+) (\w+)/gm)];
  return new Set([
    'up',
    ...types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  ]);
}

/** What is wrong with a query, and the metrics it asks for. */
function readQuery(query: string): { errors: string[]; metrics: string[] } {
  const errors: string[] = [];
  const metrics: string[] = [];
  parser.parse(query).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) errors.push(`${query.slice(0, from)} ▶ ${query.slice(from, to)}`);
      const text = query.slice(from, to);
      if (type.name === 'Identifier' && /^(up$|denwaban_|nodejs_|process_)/.test(text)) metrics.push(text);
    },
  });
  return { errors, metrics };
}

const names = await metricNames();

for (const { alert, expr, labels, annotations } of rules) {
  t.test(`${alert} can be asked, rated and followed`, async (t) => {
    const { errors, metrics } = readQuery(expr);
    t.same(errors, []);
    t.ok(metrics.length > 0, 'asks for a figure');
    for (const metric of metrics) t.ok(names.has(metric), metric);
    t.match(labels['severity'], /^(page|ticket|info)$/);
    t.match(annotations['summary'], /\.$/);
    const page = annotations['runbook'] ?? '';
    t.ok(existsSync(join(packageRoot(), page)), page);
    t.ok(read(page).includes(`\`${alert}\``), 'the page is about it');
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
      const { errors, metrics } = readQuery(expr.replaceAll('$job', 'denwaban'));
      t.same(errors, []);
      t.ok(metrics.length > 0, expr);
      for (const metric of metrics) t.ok(names.has(metric), metric);
    }
  });
}

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
