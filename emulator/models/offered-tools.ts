import { isObject } from '../schema.ts';
import type { ModelPart, ModelTurn } from '../types.ts';

/** A function that the session offers to the model. */
export interface OfferedTool {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

/** The tools that may be called in this turn, by name. */
export function offeredTools(turn: ModelTurn): ReadonlyMap<string, OfferedTool> {
  const choice = turn.request?.['tool_choice'] ?? turn.session['tool_choice'];
  const listed = turn.request?.['tools'] ?? turn.session['tools'];
  if (choice === 'none' || !Array.isArray(listed)) return new Map();
  return new Map(listed.filter(isObject).map((tool) => [String(tool['name']), readTool(tool)]));
}

/** What can be told to a tool: each value goes to the first parameter whose name fits. */
export type Telling = readonly { readonly fits: RegExp; readonly value: string | null }[];

/**
 * A call with arguments that follow the tool's own schema. What is required and was not told gets the first value
 * of its enumeration, or an empty value of its type.
 *
 * @param heard what the caller said last: an enumeration's value that occurs in it is preferred
 */
export function callOf(tool: OfferedTool, telling: Telling, heard = ''): ModelPart {
  const args: Record<string, unknown> = {};
  const open = [...telling];
  for (const [key, schema] of Object.entries(tool.properties)) {
    const index = open.findIndex((each) => each.fits.test(key));
    const value = index < 0 ? null : (open.splice(index, 1)[0]?.value ?? null);
    const chosen = chosenFrom(allowedValues(schema), value, heard);
    if (chosen !== null) args[key] = chosen;
    else if (tool.required.includes(key)) args[key] = emptyOf(schema);
  }
  return { call: { name: tool.name, arguments: JSON.stringify(args) } };
}

function readTool(tool: Record<string, unknown>): OfferedTool {
  const parameters = isObject(tool['parameters']) ? tool['parameters'] : {};
  const properties = isObject(parameters['properties']) ? parameters['properties'] : {};
  const required = Array.isArray(parameters['required']) ? parameters['required'].map(String) : [];
  return { name: String(tool['name']), properties, required };
}

/** Values of `enum`, `const`, or a union of constants; empty when anything goes. */
function allowedValues(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  if (Array.isArray(schema['enum'])) return schema['enum'].map(String);
  if (typeof schema['const'] === 'string') return [schema['const']];
  return Array.isArray(schema['anyOf']) ? schema['anyOf'].flatMap(allowedValues) : [];
}

function chosenFrom(allowed: readonly string[], value: string | null, heard: string): string | null {
  if (allowed.length === 0) return value;
  if (value !== null && allowed.includes(value)) return value;
  return (
    allowed.find((each) => heard.includes(each)) ??
    allowed.find((each) => each === 'other') ??
    allowed[0] ??
    null
  );
}

function emptyOf(schema: unknown): unknown {
  const type = isObject(schema) ? schema['type'] : undefined;
  if (type === 'number' || type === 'integer') return 0;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  return type === 'object' ? {} : '';
}
