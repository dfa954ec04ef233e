import { Compile } from 'typebox/compile';
import type { Answer } from './api.ts';

/** A schema as it stands in a document. */
type Json = Readonly<Record<string, unknown>>;

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}

/** A document of OpenAPI, as far as answers are concerned. */
export interface ApiDocument {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Record<string, Content> }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/** `GET /calls/{callId}` and so on: every operation of the document. */
export function operationsOf(document: ApiDocument): string[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
  );
}

/**
 * Compares an answer with what the document says of the operation: status, media type, and every property, where none
 * may come that the document does not name.
 *
 * @returns what differs; empty: nothing does
 */
export function differences(document: ApiDocument, operation: string, answer: Answer): string[] {
  const [method = '', path = ''] = operation.split(' ');
  const responses = document.paths[`/api/v1${path}`]?.[method.toLowerCase()]?.responses ?? {};
  const response =
    responses[String(answer.status)] ?? (answer.status >= 400 ? responses['default'] : undefined);
  if (response === undefined) return [`the document has no answer ${answer.status}`];
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const content = response.content?.[type];
  if (content === undefined) return [`answer ${answer.status} of the document has no content of ${type}`];
  if (answer.json === undefined) return [];
  const schema = strict(document, content.schema) as Json;
  const validator = Compile(schema);
  return validator.Check(answer.json)
    ? []
    : validator.Errors(answer.json).map(({ instancePath, message, params }) => {
        return `${instancePath}: ${message} ${JSON.stringify(params)}`;
      });
}

/** The schema without references, and closed wherever it does not say itself that it is open. */
function strict(document: ApiDocument, schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((part) => strict(document, part));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref } = schema as { $ref?: string };
  if ($ref !== undefined) {
    const name = $ref.replace('#/components/schemas/', '');
    const found = document.components.schemas[name];
    if (found === undefined) throw new TypeError(`the document has no ${$ref}`);
    return strict(document, found);
  }
  const parts = Object.entries(schema).map(([key, part]) => [key, strict(document, part)] as const);
  const closed = (schema as Json)['type'] === 'object' ? { additionalProperties: false } : {};
  return { ...closed, ...Object.fromEntries(parts) };
}
