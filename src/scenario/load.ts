import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { Errors } from 'typebox/value';
import { DenwabanError } from '../errors.ts';
import { assembleInstructions } from './instructions.ts';
import { ScenarioFile } from './schema.ts';
import { ScenarioSource, type SourcePath } from './source.ts';
import type { Scenario } from './scenario.ts';

/**
 * Longest sentence group that the agent says in one breath, in characters. Japanese speech takes about 140 ms a
 * character, so this is some 17 s; callers start to talk over anything longer.
 */
const MAX_SPOKEN = 120;
/** The greeting, with its notices, is heard by every caller every time: about 10 s. */
const MAX_GREETING = 75;

/**
 * Loads a scenario, once, at the start.
 *
 * @param nameOrPath `attendance-ja` for scenarios/attendance-ja.yaml under `root`, or a path to a YAML file
 * @param root directory that relative paths start from
 * @throws DenwabanError DW_SCENARIO naming file, line, path, reason and remedy
 */
export async function loadScenario(nameOrPath: string, root: string): Promise<Scenario> {
  const file = fileOf(nameOrPath, root);
  const bytes = await read(file);
  return parseScenario(file, bytes);
}

/** Makes a scenario of the bytes of its file. @throws DenwabanError DW_SCENARIO, as loadScenario */
export function parseScenario(file: string, bytes: Buffer): Scenario {
  const source = new ScenarioSource(file, bytes.toString('utf8'));
  const written = source.content();
  checkShape(source, written);
  const content = fillIn(source, written, written.organisation);
  checkSpoken(source, content);
  const { instructions: _, faq: __, ...rest } = content;
  return deepFreeze({
    ...rest,
    notice: { version: rest.notice.version, text: rest.notice.text },
    voice: { name: rest.voice?.name ?? null, speed: rest.voice?.speed ?? null },
    identity: rest.identity ?? 'strict',
    transfers: rest.transfers ?? [],
    limits: {
      callSeconds: rest.limits?.callSeconds ?? null,
      functionCalls: rest.limits?.functionCalls ?? null,
      messages: rest.limits?.messages ?? null,
      identityTries: rest.limits?.identityTries ?? null,
    },
    version: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    instructions: assembleInstructions(content),
  });
}

function fileOf(nameOrPath: string, root: string): string {
  if (/^[a-z0-9-]+$/i.test(nameOrPath)) return join(root, 'scenarios', `${nameOrPath}.yaml`);
  return isAbsolute(nameOrPath) ? nameOrPath : resolve(root, nameOrPath);
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new DenwabanError(
      'DW_SCENARIO',
      `${file}: cannot be read. Set SCENARIO to the name of a file in scenarios/ or to a path.`,
      error,
    );
  }
}

function checkShape(source: ScenarioSource, content: unknown): asserts content is ScenarioFile {
  // A union reports its branches before itself; the shortest path is the one that a reader can act on.
  const errors = Errors(ScenarioFile, content).toSorted(
    (a, b) => a.instancePath.length - b.instancePath.length,
  );
  const [error] = errors;
  if (error === undefined) return;
  throw source.refuse(
    error.instancePath.split('/').slice(1),
    shapeReason(error),
    'Compare it with scenarios/attendance-ja.yaml',
  );
}

function shapeReason(error: { keyword: string; message: string; params: object }): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  if (error.keyword === 'required') return `lacks ${String(params['requiredProperties'])}`;
  if (error.keyword === 'additionalProperties') {
    return `has the unknown key ${String(params['additionalProperties'])}`;
  }
  return error.message;
}

/** Replaces `{organisation}` in every text. Other names in braces would be read out to the caller: refused. */
function fillIn<T>(source: ScenarioSource, value: T, organisation: string, path: SourcePath = []): T {
  if (typeof value === 'string') {
    const filled = value.replaceAll('{organisation}', organisation).trim();
    if (filled === '') throw source.refuse(path, 'is blank', 'Write what is to be said');
    if (/\{\w*\}/.test(filled)) {
      throw source.refuse(path, 'has an unknown name in braces', 'Only {organisation} is filled in');
    }
    return filled as T;
  }
  if (Array.isArray(value)) {
    return value.map((entry, index) => fillIn(source, entry, organisation, [...path, index])) as T;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => [
      key,
      fillIn(source, entry as unknown, organisation, [...path, key]),
    ]);
    return Object.fromEntries(entries) as T;
  }
  return value;
}

function checkSpoken(source: ScenarioSource, content: ScenarioFile): void {
  checkLength(source, ['greeting'], content.greeting, MAX_GREETING);
  for (const [key, phrase] of Object.entries(content.phrases)) {
    checkLength(source, ['phrases', key], phrase, MAX_SPOKEN);
  }
  for (const [index, { answer }] of (content.faq ?? []).entries()) {
    checkLength(source, ['faq', index, 'answer'], answer, MAX_SPOKEN);
  }
  checkTransfers(source, content.transfers ?? []);
  if (!content.greeting.includes(content.notice.text)) {
    throw source.refuse(
      ['notice', 'text'],
      'does not occur in the greeting',
      'Every caller has to hear the notice: repeat it there word for word',
    );
  }
  if (!content.farewellMarkers.some((marker) => content.phrases.farewell.includes(marker))) {
    throw source.refuse(
      ['farewellMarkers'],
      'names nothing of the farewell',
      'Add a part of phrases.farewell, so that a goodbye is not said twice',
    );
  }
}

function checkTransfers(source: ScenarioSource, transfers: NonNullable<ScenarioFile['transfers']>): void {
  const keys = transfers.map(({ key }) => key);
  const twice = keys.findIndex((key, index) => keys.indexOf(key) < index);
  if (twice >= 0)
    throw source.refuse(['transfers', twice, 'key'], 'stands there already', 'Give each target its own key');
}

function checkLength(source: ScenarioSource, path: SourcePath, text: string, longest: number): void {
  if (text.length > longest) {
    throw source.refuse(path, `has ${text.length} characters, more than ${longest}`, 'Say it shorter');
  }
  if (/[\r\n]/.test(text)) throw source.refuse(path, 'has a line break', 'Write it as one line');
}

function deepFreeze<T extends object>(value: T): T {
  for (const entry of Object.values(value)) {
    if (typeof entry === 'object' && entry !== null) deepFreeze(entry as object);
  }
  return Object.freeze(value);
}
