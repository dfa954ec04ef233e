import { Counter, type Registry } from 'prom-client';

/** A counter whose label values others choose, such as names of models: a series shows with its first event. */
export function openCounter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
): Counter<L> {
  return new Counter({ name: `denwaban_${name}`, help, labelNames: [...labelNames], registers: [registry] });
}

/**
 * A counter whose series are known, and begin at 0. Prometheus sees what is added to a series: one that appears with its
 * first event has not increased, so the first of each kind would raise no alert, and what is absent is neither many nor none.
 */
export function knownCounter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  series: readonly Readonly<Record<L, string>>[],
): Counter<L> {
  const counter = openCounter(registry, name, help, Object.keys(series[0] ?? {}) as L[]);
  for (const labels of series) counter.inc({ ...labels } as Partial<Record<L, string>>, 0);
  return counter;
}

/** A series for each value of one label. */
export function each<L extends string>(label: L, values: readonly string[]): Readonly<Record<L, string>>[] {
  return values.map((value) => ({ [label]: value }) as Record<L, string>);
}
