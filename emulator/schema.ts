import { type ApiError, invalidType, invalidValue, missingParameter, unknownParameter } from './errors.ts';

/** A strict description of a JSON value: unlike most schemas it refuses every key that it does not name. */
export type Spec =
  | { readonly kind: 'any' | 'null' | 'boolean' | 'string' }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly integer: boolean }
  | { readonly kind: 'literal'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'list'; readonly of: Spec }
  | { readonly kind: 'map'; readonly of: Spec }
  | ObjectSpec
  | {
      readonly kind: 'tagged';
      readonly variants: Readonly<Record<string, ObjectSpec>>;
      readonly fallback: string | null;
    }
  | { readonly kind: 'either'; readonly of: readonly Spec[] };

export interface ObjectSpec {
  readonly kind: 'object';
  readonly fields: Readonly<Record<string, Spec>>;
  readonly required: readonly string[];
}

export const anything: Spec = { kind: 'any' };
export const nothing: Spec = { kind: 'null' };
export const flag: Spec = { kind: 'boolean' };
export const text: Spec = { kind: 'string' };
export const number = (min: number, max: number): Spec => ({ kind: 'number', min, max, integer: false });
export const integer = (min: number, max: number): Spec => ({ kind: 'number', min, max, integer: true });
export const oneOf = (...values: readonly (string | number)[]): Spec => ({ kind: 'literal', values });
export const list = (of: Spec): Spec => ({ kind: 'list', of });
export const map = (of: Spec): Spec => ({ kind: 'map', of });
export const either = (...of: readonly Spec[]): Spec => ({ kind: 'either', of });
export const nullable = (of: Spec): Spec => either(nothing, of);

/** An object with exactly these keys; name `K` after the SDK's type so that a new field does not compile. */
export function object<K extends string>(
  fields: Readonly<Record<K, Spec>>,
  required: readonly NoInfer<K>[] = [],
): ObjectSpec {
  return { kind: 'object', fields, required };
}

/** Objects told apart by their `type`; without one, `fallback` is taken, or the value refused. */
export function tagged(variants: Readonly<Record<string, ObjectSpec>>, fallback: string | null = null): Spec {
  return { kind: 'tagged', variants, fallback };
}

/**
 * Holds a value against its description.
 *
 * @param path name of the value in messages, for example `session.audio`; empty: its fields are named without it
 * @returns the first refusal as the API words it, or null
 */
export function check(spec: Spec, value: unknown, path: string): ApiError | null {
  switch (spec.kind) {
    case 'any':
      return null;
    case 'null':
      return value === null ? null : wrongType(path, 'null', value);
    case 'boolean':
      return typeof value === 'boolean' ? null : wrongType(path, 'a boolean', value);
    case 'string':
      return typeof value === 'string' ? null : wrongType(path, 'a string', value);
    case 'number':
      return checkNumber(spec, value, path);
    case 'literal':
      return checkLiteral(spec.values, value, path);
    case 'list':
      return checkList(spec.of, value, path);
    case 'map':
      return checkMap(spec.of, value, path);
    case 'object':
      return checkObject(spec, value, path);
    case 'tagged':
      return checkTagged(spec, value, path);
    case 'either':
      return checkEither(spec.of, value, path);
    default:
      return spec satisfies never;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkNumber(spec: Extract<Spec, { kind: 'number' }>, value: unknown, path: string): ApiError | null {
  if (typeof value !== 'number') return wrongType(path, spec.integer ? 'an integer' : 'a number', value);
  if (spec.integer && !Number.isInteger(value)) return wrongType(path, 'an integer', value);
  if (value >= spec.min && value <= spec.max) return null;
  return invalidValue(
    path,
    `Invalid value for '${path}': expected a value between ${spec.min} and ${spec.max}.`,
  );
}

function checkLiteral(values: readonly (string | number)[], value: unknown, path: string): ApiError | null {
  if ((typeof value === 'string' || typeof value === 'number') && values.includes(value)) return null;
  if (typeof value !== typeof values[0]) return wrongType(path, `a ${typeof values[0]}`, value);
  const supported = values.map((each) => `'${each}'`).join(', ');
  return invalidValue(path, `Invalid value: '${String(value)}'. Supported values are: ${supported}.`);
}

function checkList(of: Spec, value: unknown, path: string): ApiError | null {
  if (!Array.isArray(value)) return wrongType(path, 'an array', value);
  for (const [index, entry] of value.entries()) {
    const refusal = check(of, entry, `${path}[${index}]`);
    if (refusal !== null) return refusal;
  }
  return null;
}

function checkMap(of: Spec, value: unknown, path: string): ApiError | null {
  if (!isObject(value)) return wrongType(path, 'an object', value);
  for (const [key, entry] of Object.entries(value)) {
    const refusal = check(of, entry, join(path, key));
    if (refusal !== null) return refusal;
  }
  return null;
}

function checkObject(spec: ObjectSpec, value: unknown, path: string): ApiError | null {
  if (!isObject(value)) return wrongType(path, 'an object', value);
  for (const key of spec.required) {
    if (!Object.hasOwn(value, key)) return missingParameter(join(path, key));
  }
  for (const [key, entry] of Object.entries(value)) {
    const field = Object.hasOwn(spec.fields, key) ? spec.fields[key] : undefined;
    if (field === undefined) return unknownParameter(join(path, key));
    const refusal = check(field, entry, join(path, key));
    if (refusal !== null) return refusal;
  }
  return null;
}

function checkTagged(spec: Extract<Spec, { kind: 'tagged' }>, value: unknown, path: string): ApiError | null {
  if (!isObject(value)) return wrongType(path, 'an object', value);
  const tag = value['type'] ?? spec.fallback;
  if (tag === null) return missingParameter(join(path, 'type'));
  const variant =
    typeof tag === 'string' && Object.hasOwn(spec.variants, tag) ? spec.variants[tag] : undefined;
  if (variant === undefined) return checkLiteral(Object.keys(spec.variants), tag, join(path, 'type'));
  return checkObject(variant, value, path);
}

/** The alternatives differ in JSON type, so the one of the value's type speaks for all. */
function checkEither(of: readonly Spec[], value: unknown, path: string): ApiError | null {
  let refusal: ApiError | null = null;
  for (const spec of of) {
    const found = check(spec, value, path);
    if (found === null) return null;
    if (refusal === null || found.code !== 'invalid_type' || found.param !== path) refusal = found;
  }
  return refusal;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function wrongType(path: string, expected: string, value: unknown): ApiError {
  return invalidType(path, expected, named(value));
}

function named(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
