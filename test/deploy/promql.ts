import { parser } from '@prometheus-io/lezer-promql';

/**
 * A small reader of PromQL: as much of it as the alerts use, over samples in memory. `increase` and `rate` count what lies
 * between the samples and do not extrapolate; a series ends with a sample that is null, not after five minutes.
 */

type Node = ReturnType<typeof parser.parse>['topNode'];
type Labels = Readonly<Record<string, string>>;
type Vector = readonly { readonly labels: Labels; readonly value: number }[];
type Value = number | Vector;

/** Samples are unix seconds and value, oldest first. */
export interface Series {
  readonly labels: Labels;
  readonly samples: (readonly [at: number, value: number | null])[];
}

/** All series of a name. */
export type Samples = ReadonlyMap<string, readonly Series[]>;

/** What a query asks for: a name, and what its labels have to be. */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly text: string }[];
}

/** What is wrong with a query, and what it asks for. */
export function readQuery(query: string): { errors: string[]; selectors: Selector[] } {
  const nodes = descendants(parser.parse(query).topNode);
  const errors = nodes.filter(({ type }) => type.isError);
  return {
    errors: errors.map(({ from, to }) => `${query.slice(0, from)} ▶ ${query.slice(from, to)}`),
    selectors: nodes.filter(({ name }) => name === 'VectorSelector').map((node) => selectorOf(query, node)),
  };
}

/** Makes the function that tells what a query answers at an instant, unix seconds. */
export function asking(query: string): (samples: Samples, at: number) => Vector {
  const root = child(parser.parse(query).topNode);
  return (samples, at) => vector(new Reading(query, samples).value(root, at));
}

class Reading {
  readonly #query: string;
  readonly #samples: Samples;

  constructor(query: string, samples: Samples) {
    this.#query = query;
    this.#samples = samples;
  }

  value(node: Node, at: number): Value {
    switch (node.name) {
      case 'ParenExpr':
        return this.value(child(node), at);
      case 'NumberDurationLiteral':
        return Number(this.#text(node));
      case 'VectorSelector':
        return this.#select(node).flatMap(({ labels, samples }) => {
          const value = samples[countUntil(samples, at) - 1]?.[1] ?? null;
          return value === null ? [] : [{ labels, value }];
        });
      case 'OffsetExpr':
        return this.value(child(node), at - this.#offset(node));
      case 'AggregateExpr':
        return this.#aggregate(node, at);
      case 'FunctionCall':
        return this.#call(node, at);
      case 'BinaryExpr':
        return this.#combine(node, at);
      default:
        throw new Error(`${node.name} is not known here: ${this.#text(node)}`);
    }
  }

  #aggregate(node: Node, at: number): Vector {
    const by = this.#labelNames(node.getChild('AggregateModifier'));
    const add = AGGREGATES[this.#text(child(node))];
    if (add === undefined) throw new Error(`${this.#text(child(node))} is not known here`);
    const elements = vector(this.value(child(child(node, 'FunctionCallBody')), at));
    return groups(elements, ({ labels }) => pick(labels, (name) => by.includes(name))).map(
      ([labels, members]) => ({
        labels,
        value: add(members.map(({ value }) => value)),
      }),
    );
  }

  #call(node: Node, at: number): Value {
    const name = this.#text(child(node));
    const [first, second] = children(child(node, 'FunctionCallBody'));
    const now = new Date(at * 1_000);
    if (name === 'time') return at;
    if (name === 'hour') return [{ labels: {}, value: now.getUTCHours() }];
    if (name === 'day_of_week') return [{ labels: {}, value: now.getUTCDay() }];
    if (first === undefined) throw new Error(`${name}() is not known here`);
    if (name === 'increase' || name === 'rate') return this.#increase(first, at, name === 'rate');
    if (second !== undefined && name === 'histogram_quantile')
      return quantiles(Number(this.#text(first)), vector(this.value(second, at)));
    const elements = vector(this.value(first, at));
    if (name === 'absent') return elements.length === 0 ? [{ labels: {}, value: 1 }] : [];
    if (name === 'abs') return elements.map(({ labels, value }) => ({ labels, value: Math.abs(value) }));
    throw new Error(`${name}() is not known here`);
  }

  #increase(node: Node, at: number, perSecond: boolean): Vector {
    if (node.name === 'OffsetExpr') return this.#increase(child(node), at - this.#offset(node), perSecond);
    const range = secondsOf(this.#text(child(node, 'DurationExpr')));
    return this.#select(child(node)).flatMap(({ labels, samples }) => {
      let [before, pairsSeen, increase] = [null as number | null, 0, 0];
      for (const [, value] of samples.slice(countUntil(samples, at - range), countUntil(samples, at))) {
        if (value === null) continue;
        if (before !== null) {
          pairsSeen += 1;
          increase += value < before ? value : value - before;
        }
        before = value;
      }
      if (pairsSeen === 0) return [];
      return [{ labels, value: perSecond ? increase / range : increase }];
    });
  }

  #combine(node: Node, at: number): Value {
    const [left, operator, ...rest] = children(node);
    const right = rest.at(-1);
    if (left === undefined || operator === undefined || right === undefined) throw new Error('half a term');
    const modifier = node.getChild('MatchingModifierClause');
    const on = modifier === null ? null : this.#labelNames(modifier);
    const [a, b] = [this.value(left, at), this.value(right, at)];
    if (/^(And|Or|Unless)$/.test(operator.name)) return unite(operator.name, vector(a), vector(b), on);
    const sum = ARITHMETIC[operator.name];
    if (typeof a === 'number' && typeof b === 'number') return sum === undefined ? Number.NaN : sum(a, b);
    return pairs(a, b, on).flatMap(({ labels, x, y }) => {
      if (sum !== undefined) return [{ labels, value: sum(x, y) }];
      const holds = COMPARISONS[operator.name];
      if (holds === undefined) throw new Error(`${operator.name} is not known here`);
      return holds(x, y) ? [{ labels, value: typeof a === 'number' ? y : x }] : [];
    });
  }

  #select(node: Node): readonly Series[] {
    const { name, matchers } = selectorOf(this.#query, node);
    const tests = matchers.map(({ label, operator, text }) => {
      const pattern = operator.endsWith('~')
        ? new RegExp(`^(?:${text})$`)
        : { test: (own: string) => own === text };
      return (labels: Labels) => pattern.test(labels[label] ?? '') !== operator.startsWith('!');
    });
    return (this.#samples.get(name) ?? []).filter(({ labels }) => tests.every((test) => test(labels)));
  }

  #labelNames(node: Node | null): string[] {
    const found = node === null ? [] : descendants(node).filter(({ name }) => name === 'LabelName');
    return found.map((label) => this.#text(label));
  }

  #offset(node: Node): number {
    return secondsOf(/(\w+)$/.exec(this.#text(node))?.[1] ?? '');
  }

  #text(node: Node): string {
    return this.#query.slice(node.from, node.to);
  }
}

const AGGREGATES: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  count: (values) => values.length,
  // NaN counts only where there is nothing else.
  max: (values) => values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most)),
};

const ARITHMETIC: Readonly<Record<string, (x: number, y: number) => number>> = {
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
};

const COMPARISONS: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  Eql: (x, y) => x === y,
  Gtr: (x, y) => x > y,
  Gte: (x, y) => x >= y,
  Lss: (x, y) => x < y,
  Lte: (x, y) => x <= y,
};

function unite(operator: string, a: Vector, b: Vector, on: readonly string[] | null): Vector {
  const keys = (side: Vector): Set<string> => new Set(side.map(({ labels }) => keyOf(labels, on)));
  const [left, right] = [keys(a), keys(b)];
  if (operator === 'Or') return [...a, ...b.filter(({ labels }) => !left.has(keyOf(labels, on)))];
  return a.filter(({ labels }) => right.has(keyOf(labels, on)) === (operator === 'And'));
}

function pairs(a: Value, b: Value, on: readonly string[] | null): { labels: Labels; x: number; y: number }[] {
  if (typeof a === 'number') return vector(b).map(({ labels, value }) => ({ labels, x: a, y: value }));
  if (typeof b === 'number') return a.map(({ labels, value }) => ({ labels, x: value, y: b }));
  const right = new Map(b.map(({ labels, value }) => [keyOf(labels, on), value]));
  return a.flatMap(({ labels, value }) => {
    const y = right.get(keyOf(labels, on));
    return y === undefined ? [] : [{ labels, x: value, y }];
  });
}

/** As Prometheus does it: linear inside a bucket; beyond the last bound, that bound. */
function quantiles(quantile: number, buckets: Vector): Vector {
  return groups(buckets, ({ labels }) => pick(labels, (name) => name !== 'le')).map(([labels, members]) => {
    const steps = members
      .map((bucket) => ({
        bound: Number(bucket.labels['le']?.replace('+Inf', 'Infinity')),
        count: bucket.value,
      }))
      .toSorted((a, b) => a.bound - b.bound);
    const rank = quantile * (steps.at(-1)?.count ?? 0);
    const index = steps.findIndex(({ count }) => count >= rank);
    const [below, step] = [steps[index - 1] ?? { bound: 0, count: 0 }, steps[index]];
    if (rank === 0 || step === undefined) return { labels, value: Number.NaN };
    if (step.bound === Infinity) return { labels, value: below.bound };
    const share = (rank - below.count) / (step.count - below.count);
    return { labels, value: below.bound + (step.bound - below.bound) * share };
  });
}

function groups(elements: Vector, labelsOf: (element: Vector[number]) => Labels): [Labels, Vector][] {
  const found = new Map<string, [Labels, Vector[number][]]>();
  for (const element of elements) {
    const labels = labelsOf(element);
    const group = found.get(keyOf(labels, null));
    if (group === undefined) found.set(keyOf(labels, null), [labels, [element]]);
    else group[1].push(element);
  }
  return [...found.values()];
}

/** How many samples there are up to an instant. */
function countUntil(samples: Series['samples'], at: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.[0] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keyOf(labels: Labels, on: readonly string[] | null): string {
  const names = Object.keys(labels).filter((name) => on === null || on.includes(name));
  return JSON.stringify(names.toSorted().map((name) => [name, labels[name]]));
}

function pick(labels: Labels, wanted: (name: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => wanted(name)));
}

function vector(value: Value): Vector {
  if (typeof value === 'number') throw new Error('a number stands where series are asked for');
  return value;
}

function selectorOf(query: string, node: Node): Selector {
  const text = ({ from, to }: Node): string => query.slice(from, to);
  const matchers = descendants(node).filter(({ name }) => name === 'UnquotedLabelMatcher');
  return {
    name: text(child(node, 'Identifier')),
    matchers: matchers.map((matcher) => {
      const [label = '', operator = '', quoted = ''] = children(matcher).map(text);
      return { label, operator, text: quoted.slice(1, -1) };
    }),
  };
}

function secondsOf(duration: string): number {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  return Number(count) * { s: 1, m: 60, h: 3_600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd'];
}

function children(node: Node): Node[] {
  const found: Node[] = [];
  for (let next = node.firstChild; next !== null; next = next.nextSibling) found.push(next);
  return found;
}

function child(node: Node, name?: string): Node {
  const found = name === undefined ? node.firstChild : node.getChild(name);
  if (found === null) throw new Error(`${node.name} has no ${name ?? 'parts'}`);
  return found;
}

function descendants(node: Node): Node[] {
  return children(node).flatMap((next) => [next, ...descendants(next)]);
}
