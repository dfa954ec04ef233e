import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Convert, Default } from 'typebox/value';
import { ApiProblem } from './problem.ts';

/** Findings that are told; the first ones are enough to mend a request. */
const MAX_FINDINGS = 20;

/** What the HTTP framework takes as the result of a validation. */
export type Validate = (value: unknown) => { value: unknown } | { error: ApiProblem };

/**
 * Makes the check of one part of a request. Parts that are text by nature (query, params) are converted to the types of
 * the schema first; a body must have them already.
 */
export function createValidator(schema: TSchema, part: string): Validate {
  const validator = Compile(schema);
  const isText = part !== 'body';
  return (given) => {
    const value = isText ? Default(schema, Convert(schema, given)) : given;
    if (!validator.Check(value)) {
      const findings = validator.Errors(value).slice(0, MAX_FINDINGS);
      return refusal(
        findings.map(({ instancePath, message }) => ({
          pointer: `/${part}${instancePath}`,
          detail: message,
        })),
      );
    }
    // After the schema, which has no depth beyond its own: hostile JSON may be nested without end.
    const illegible = findIllegible(value, '');
    if (illegible === null) return { value };
    return refusal([{ pointer: `/${part}${illegible}`, detail: 'holds U+0000 or half a surrogate pair' }]);
  };
}

function refusal(errors: readonly { pointer: string; detail: string }[]): { error: ApiProblem } {
  return { error: new ApiProblem('invalid_request', { errors }) };
}

// oxlint-disable-next-line no-control-regex -- U+0000 is the point
const ILLEGIBLE = /[\p{Surrogate}\0]/u;

/** Where text stands that no database of text takes, as a JSON pointer; null: nowhere. */
function findIllegible(value: unknown, path: string): string | null {
  if (typeof value === 'string') return ILLEGIBLE.test(value) ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, entry] of Object.entries(value)) {
    const found = findIllegible(entry, `${path}/${key}`);
    if (found !== null) return found;
  }
  return null;
}
