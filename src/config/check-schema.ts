import { envSchema } from 'env-schema';
import type { ConfigProblem } from './problem.ts';
import {
  ConfigSchema,
  configProperties,
  type Config,
  type ConfigName,
  type ConfigProperty,
} from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** env-schema marks the schema it is given, so it gets a copy of its own. */
const schema = { ...ConfigSchema };

/** Stands in for a required variable that is missing, so that the other variables are still checked. */
const PLACEHOLDERS: Partial<Record<ConfigName, string>> = { OPENAI_API_KEY: 'missing' };

/**
 * Checks every variable for itself: type, range, choice, stray characters; fills defaults in.
 * Variables that failed have their default in `values`.
 */
export function checkSchema(env: Environment): { values: Config; problems: ConfigProblem[] } {
  const given: Record<string, string> = {};
  const problems: ConfigProblem[] = [];
  for (const [name, property] of configProperties) {
    const raw = env[name];
    if (raw === undefined) continue;
    const problem = strayCharacters(name, raw) ?? junkNumber(name, property, raw);
    if (problem === null) given[name] = raw;
    else problems.push(problem);
  }

  const first = validate(given);
  if (first.values !== null && problems.length === 0) return { values: first.values, problems };

  const seen = new Set(problems.map((problem) => problem.name));
  for (const name of first.failed) {
    if (!seen.has(name)) problems.push(schemaProblem(name, given[name]));
    delete given[name];
  }
  const second = validate({ ...PLACEHOLDERS, ...given });
  if (second.values === null) throw new Error('the defaults of the configuration schema are not valid');
  return { values: second.values, problems };
}

interface Validation {
  readonly values: Config | null;
  readonly failed: ReadonlySet<ConfigName>;
}

function validate(given: Readonly<Record<string, string>>): Validation {
  try {
    return { values: envSchema<Config>({ schema, data: { ...given }, env: false }), failed: new Set() };
  } catch (error) {
    const failed = new Set<ConfigName>();
    for (const issue of issuesOf(error)) {
      const missing = issue.params?.['missingProperty'];
      const name = typeof missing === 'string' ? missing : issue.instancePath.split('/')[1];
      if (name !== undefined && name in ConfigSchema.properties) failed.add(name as ConfigName);
    }
    if (failed.size === 0) throw error;
    return { values: null, failed };
  }
}

interface Issue {
  readonly instancePath: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

function issuesOf(error: unknown): readonly Issue[] {
  if (error instanceof Error && 'errors' in error && Array.isArray(error.errors)) {
    return error.errors as Issue[];
  }
  throw error;
}

const QUOTED = /^(["'`]).*\1$/s;

function strayCharacters(name: ConfigName, raw: string): ConfigProblem | null {
  if (QUOTED.test(raw)) {
    return { name, reason: 'has quotes around it', remedy: 'Remove the quotes; they are part of the value' };
  }
  if (raw !== raw.trim() || hasControlCharacter(raw)) {
    return {
      name,
      reason: 'has a blank at an end, a line break or a control character in it',
      remedy: 'Write the value without them',
    };
  }
  return null;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Plain decimal digits only: the coercion of the validator also takes forms such as 1e3 and 0x50. */
function junkNumber(name: ConfigName, property: ConfigProperty, raw: string): ConfigProblem | null {
  if (property.type !== 'integer' || /^-?\d{1,15}$/.test(raw)) return null;
  return { name, reason: raw === '' ? 'is empty' : 'is not a whole number', remedy: rangeRemedy(property) };
}

function schemaProblem(name: ConfigName, raw: string | undefined): ConfigProblem {
  const property = propertyOf(name);
  if (property.default === undefined) {
    return {
      name,
      reason: raw === undefined ? 'is not set' : 'is empty',
      remedy: 'Set it: see .env.example',
    };
  }
  if (property.type === 'integer') return { name, reason: 'is out of range', remedy: rangeRemedy(property) };
  if (property.anyOf !== undefined) {
    const choices = property.anyOf.map((choice) => choice.const).join(', ');
    return { name, reason: 'is none of the choices', remedy: `Choose one of ${choices}` };
  }
  return { name, reason: 'is empty', remedy: 'Give it a value, or remove the variable for the default' };
}

function propertyOf(name: ConfigName): ConfigProperty {
  const entry = configProperties.find(([candidate]) => candidate === name);
  if (entry === undefined) throw new Error(`${name} is not in the configuration schema`);
  return entry[1];
}

function rangeRemedy(property: ConfigProperty): string {
  return `Write a whole number from ${property.minimum} to ${property.maximum}, or remove the variable for ${property.default}`;
}
