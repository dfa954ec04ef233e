import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { packageRoot } from '../../src/lib/package-root.ts';

const CHART = join(packageRoot(), 'deploy', 'helm', 'denwaban');

/** What a template may ask for. */
interface Scope {
  readonly values: unknown;
  readonly chart: Readonly<Record<string, unknown>>;
  /** The item of the innermost range. */
  readonly item?: unknown;
}

export function readValues(): Record<string, unknown> {
  return parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>;
}

/** The values of the chart with other ones over them. */
export function valuesWith(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return merged(readValues(), changes);
}

function merged(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const all: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const known = base[key];
    all[key] = isMap(known) && isMap(value) ? merged(known, value) : value;
  }
  return all;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A document of Kubernetes. */
export interface Manifest {
  readonly kind: string;
  readonly [key: string]: unknown;
}

/**
 * Renders the chart as `helm template phone` would, for the part of the template language that the chart uses. Anything
 * else is an error, so that a chart this cannot check is not written.
 */
export function renderChart(values: unknown): Manifest[] {
  const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as Record<string, unknown>;
  return readdirSync(join(CHART, 'templates'))
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const text = render(readFileSync(join(CHART, 'templates', name), 'utf8'), { values, chart });
      return parseAllDocuments(text).map((document) => {
        if (document.errors.length > 0) throw new Error(`${name}: ${String(document.errors[0])}`);
        return document.toJS() as Manifest | null;
      });
    })
    .filter((manifest) => manifest !== null);
}

function render(template: string, scope: Scope): string {
  const lines = template.split('\n');
  const [text, rest] = renderLines(lines, scope);
  if (rest.length > 0) throw new Error('an end without a beginning');
  return text;
}

const BLOCK = /^\{\{- (?:(?<word>if|range) (?<of>.+?)|(?<end>end)) \}\}$/;

/** Renders until the end of the block. @returns the text, and the lines behind the block */
function renderLines(lines: readonly string[], scope: Scope): [string, readonly string[]] {
  let text = '';
  let rest = lines;
  while (rest.length > 0) {
    const [line = '', ...others] = rest;
    rest = others;
    const block = BLOCK.exec(line)?.groups;
    if (block?.['end'] !== undefined) return [text, rest];
    if (block === undefined) {
      text += `${line.replaceAll(/\{\{ (.+?) \}\}/g, (_, expression: string) => evaluate(expression, scope))}\n`;
      continue;
    }
    const of = block['of'] ?? '';
    const items =
      block['word'] === 'range' ? (valueOf(of, scope) as unknown[]) : condition(of, scope) ? [undefined] : [];
    const body = rest;
    [, rest] = renderLines(body, { ...scope, item: '' });
    for (const item of items)
      text += renderLines(body, block['word'] === 'range' ? { ...scope, item } : scope)[0];
  }
  return [text, rest];
}

function condition(expression: string, scope: Scope): boolean {
  if (expression.startsWith('not ')) return !condition(expression.slice(4), scope);
  const value = valueOf(expression, scope);
  if (Array.isArray(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function evaluate(expression: string, scope: Scope): string {
  const [head = '', ...pipes] = expression.split(' | ');
  let text = first(head, scope);
  for (const pipe of pipes) {
    const indent = /^indent (\d+)$/.exec(pipe)?.[1];
    if (pipe === 'quote') text = JSON.stringify(text);
    else if (pipe === 'sha256sum') text = createHash('sha256').update(text).digest('hex');
    else if (indent !== undefined) text = text.replaceAll(/^/gm, ' '.repeat(Number(indent)));
    else throw new Error(`the check does not know | ${pipe}`);
  }
  return text;
}

function first(expression: string, scope: Scope): string {
  const yaml = /^toYaml (\S+)$/.exec(expression)?.[1];
  if (yaml !== undefined) return stringify(valueOf(yaml, scope)).trimEnd();
  const file = /^\.Files\.Get "([^"]+)"$/.exec(expression)?.[1];
  if (file !== undefined) return readFileSync(join(CHART, file), 'utf8').trimEnd();
  const image = /^printf "%s:%s" (\S+) \(default (\S+) (\S+)\)$/.exec(expression);
  if (image !== null) {
    const [repository, version, tag] = image.slice(1).map((path) => String(valueOf(path, scope)));
    return `${repository}:${tag === '' ? version : tag}`;
  }
  return String(valueOf(expression, scope));
}

function valueOf(path: string, scope: Scope): unknown {
  if (path === '.') return scope.item;
  if (path === '.Release.Name') return 'phone';
  const [, root, ...names] = path.split('.');
  let value: unknown = root === 'Values' ? scope.values : root === 'Chart' ? chartValues(scope) : undefined;
  for (const name of names) value = isMap(value) ? value[name] : undefined;
  if (value === undefined) throw new Error(`the chart asks for ${path}, which is nowhere`);
  return value;
}

function chartValues({ chart }: Scope): Record<string, unknown> {
  return { AppVersion: chart['appVersion'], Name: chart['name'] };
}
