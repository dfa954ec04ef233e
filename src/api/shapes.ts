import Type, { type TSchema, type TUnsafe } from 'typebox';
import { ApiProblem } from './problem.ts';

/** Characters of a line of text such as a name or a title. */
const LINE = 200;
/** Characters of text of several lines. */
const TEXT = 2_000;
/** Characters of an id, given by the store or by the client. */
const ID = 100;
/** Items of one part of a list. */
const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;

/** Instants that a calendar of briefings may hold: years with four digits, far from the ends of any type. */
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** The schema, or null. */
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A text must show something: a blank in a message or on the telephone is a hole. */
const NOT_BLANK = { minLength: 1, pattern: '\\S' } as const;

export const Line = Type.String({ ...NOT_BLANK, maxLength: LINE });
export const Text = Type.String({ ...NOT_BLANK, maxLength: TEXT });
export const Id = Type.String({ minLength: 1, maxLength: ID });
export const Instant = Type.String({
  format: 'date-time',
  description: 'RFC 3339 with offset, such as 2026-11-24T14:00:00+09:00. Answers are in UTC.',
});

/** An enumeration as OpenAPI writes it, with the type of its members. */
export function oneOf<const T extends readonly string[]>(
  values: T,
  description?: string,
): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({
    type: 'string',
    enum: [...values],
    ...(description === undefined ? {} : { description }),
  });
}

/** Where a list goes on, and how far. */
export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
  cursor: Type.Optional(
    Type.String({ maxLength: 500, description: '`next_cursor` of the part before. Absent: the beginning.' }),
  ),
};

/** A part of a list of the named schema. */
export function listOf(name: string): TSchema {
  return Type.Object({
    data: Type.Array(Type.Ref(name)),
    next_cursor: orNull(Type.String()),
  });
}

/**
 * The instant of a text, ms.
 *
 * @throws ApiProblem when it is none, or outside of this century
 */
export function readInstant(text: string, pointer: string): number {
  const at = Date.parse(text);
  if (at >= EARLIEST && at < LATEST) return at;
  throw new ApiProblem('invalid_request', {
    errors: [{ pointer, detail: 'is no instant between the years 2000 and 2100' }],
  });
}

/** An instant as the API writes it. */
export function writeInstant(at: number): string {
  return new Date(at).toISOString();
}

/** Like `writeInstant`; null stays null. */
export function writeInstantOrNull(at: number | null): string | null {
  return at === null ? null : writeInstant(at);
}
