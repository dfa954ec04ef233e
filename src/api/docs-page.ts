import { createHash } from 'node:crypto';

/** The parts of a document of OpenAPI that the page shows. */
interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: unknown;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses?: Readonly<Record<string, { readonly content?: object }>>;
}

const STYLE = `body{font:15px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
pre,code{font:13px/1.5 ui-monospace,monospace;background:#f4f4f4}pre{padding:.7rem;overflow:auto;white-space:pre-wrap}
details{border:1px solid #ddd;border-radius:4px;margin:.4rem 0;padding:.3rem .8rem}summary{cursor:pointer}
b{display:inline-block;min-width:4rem}table{border-collapse:collapse}td{padding:.2rem .8rem .2rem 0;vertical-align:top}`;

/** What the page may load: its own style, and nothing else from anywhere. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The description of the API as a page that needs neither script nor network. */
export function docsPage(document: Document): string {
  const { info, paths = {}, components = {} } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? ''))].toSorted();
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => (operation.tags?.[0] ?? '') === tag);
    return `<h2>${escaped(tag)}</h2>${own.map(operationHtml).join('')}`;
  });
  const schemas = Object.entries(components.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="${escaped(name)}"><summary>${escaped(name)}</summary>${json(schema)}</details>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(info.title)} API</title><style>${STYLE}</style></head><body>
<h1>${escaped(info.title)} API ${escaped(info.version)}</h1>${prose(info.description ?? '')}
<p><a href="/api/v1/openapi.json">openapi.json</a></p>
${sections.join('\n')}<h2>Schemas</h2>${schemas.join('\n')}</body></html>`;
}

function operationHtml(entry: { path: string; method: string; operation: Operation }): string {
  const { path, method, operation } = entry;
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(place)}${required === true ? ', required' : ''}</td><td>${escaped(description)}</td><td><code>${escaped(JSON.stringify(schema))}</code></td></tr>`,
  );
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<p>Body: <code>${escaped(type)}</code></p>${json(schema)}`,
  );
  const answers = Object.entries(operation.responses ?? {}).map(
    ([status, { content = {} }]) => `<p>Answer ${escaped(status)}</p>${json(content)}`,
  );
  return `<details><summary><b>${method}</b> <code>${escaped(path)}</code> ${escaped(operation.summary ?? '')}</summary>
${prose(operation.description ?? '')}<table>${parameters.join('')}</table>${bodies.join('')}${answers.join('')}</details>`;
}

/** Paragraphs, and code between backticks. */
function prose(text: string): string {
  return text
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => `<p>${escaped(paragraph).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>`)
    .join('');
}

function json(value: unknown): string {
  return `<pre>${escaped(JSON.stringify(value, null, 1) ?? '')}</pre>`;
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => SIGNS[sign] ?? sign);
}
