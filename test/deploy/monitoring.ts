import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../src/lib/package-root.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { asking, type Series } from './promql.ts';

/** An alert as the file has it. */
export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const file = readFileSync(join(packageRoot(), 'deploy/helm/denwaban/files/alerts.yaml'), 'utf8');

/** The alerts that are shipped. */
export const rules = (parse(file) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

const questions = rules.map((rule) => ({ rule, ask: asking(rule.expr) }));

/** A process that is watched, and what it shows besides what it counts. */
export interface Process {
  readonly instance: string;
  readonly metrics: Metrics;
  readonly shows: {
    overMax: number;
    skewMs: number | null;
    dropped: number;
    waiting: number;
    lagSeconds: number;
  };
}

/** A Prometheus over processes of which only the figures exist: reads them and asks its rules in a time of its own. */
export class Monitoring {
  /** Alerts that have fired so far, with their summaries. */
  readonly fired = new Map<string, string>();
  #now: number;
  readonly #processes = new Map<Process, number>();
  readonly #down = new Set<string>();
  readonly #byName = new Map<string, Series[]>();
  readonly #byLine = new Map<string, Series>();
  /** Since when an alert's condition holds, by alert and labels. */
  readonly #pending = new Map<string, number>();

  /** @param startsAt such as 2026-11-24T09:00+09:00 */
  constructor(startsAt: string) {
    this.#now = Date.parse(startsAt) / 1_000;
  }

  start(instance: string): Process {
    const shows = { overMax: 0, skewMs: null as number | null, dropped: 0, waiting: 0, lagSeconds: 0.01 };
    const metrics = createMetrics({ process: false });
    metrics.watch({
      callsLive: () => 0,
      callsOverMax: () => shows.overMax,
      clockSkewMs: () => shows.skewMs,
      logLinesDropped: () => shows.dropped,
      writesWaiting: () => shows.waiting,
    });
    const process = { instance, metrics, shows };
    this.#processes.set(process, this.#now);
    this.#down.delete(instance);
    return process;
  }

  /** The process does not answer any more. @param known whether its address is still looked for */
  stop(process: Process, known = true): void {
    this.#processes.delete(process);
    if (known) this.#down.add(process.instance);
    for (const { labels, samples } of this.#byLine.values())
      if (labels['instance'] === process.instance) samples.push([this.#now, null]);
  }

  /** Lets time go by: what happens in each step, then a reading of all processes, then the rules. */
  async pass(minutes: number, happens: (minute: number) => void = () => {}, stepMinutes = 1): Promise<void> {
    for (let minute = 0; minute < minutes; minute += stepMinutes) {
      happens(minute);
      this.#now += stepMinutes * 60;
      for (const [process, startedAt] of this.#processes) await this.#read(process, startedAt);
      for (const instance of this.#down) this.#keep('up', { job: 'denwaban', instance }, 0);
      for (const { rule, ask } of questions) this.#judge(rule, ask(this.#byName, this.#now));
    }
  }

  async #read({ instance, metrics, shows }: Process, startedAt: number): Promise<void> {
    const target = { job: 'denwaban', instance };
    this.#keep('up', target, 1);
    this.#keep('process_start_time_seconds', target, startedAt);
    this.#keep('nodejs_eventloop_lag_p99_seconds', target, shows.lagSeconds);
    for (const line of (await metrics.text()).split('\n')) {
      const end = line.lastIndexOf(' ');
      if (end !== -1 && !line.startsWith('#'))
        this.#keep(line.slice(0, end), target, Number(line.slice(end)));
    }
  }

  /** @param written name and labels as a process writes them */
  #keep(written: string, target: Readonly<Record<string, string>>, value: number): void {
    const line = `${target['instance']} ${written}`;
    let series = this.#byLine.get(line);
    if (series === undefined) {
      const [name = '', labels = ''] = written.split('{');
      const own = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text]);
      series = { labels: { ...target, ...Object.fromEntries(own) }, samples: [] };
      this.#byLine.set(line, series);
      this.#byName.set(name, [...(this.#byName.get(name) ?? []), series]);
    }
    series.samples.push([this.#now, value]);
  }

  #judge(
    { alert, for: wait = '0m', annotations }: Rule,
    answer: ReturnType<ReturnType<typeof asking>>,
  ): void {
    const found = new Map(answer.map(({ labels }) => [alert + JSON.stringify(labels), labels]));
    for (const held of this.#pending.keys())
      if (held.startsWith(`${alert}{`) && !found.has(held)) this.#pending.delete(held);
    for (const [key, labels] of found) {
      const since = this.#pending.get(key) ?? this.#now;
      this.#pending.set(key, since);
      if (this.#now - since < Number.parseInt(wait, 10) * 60) continue;
      const summary = (annotations['summary'] ?? '').replaceAll(
        /\{\{ \$labels\.(\w+) \}\}/g,
        (_, label: string) => labels[label] ?? `(no ${label})`,
      );
      this.fired.set(alert, summary);
    }
  }
}
