import { isMap, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { DenwabanError } from '../errors.ts';

/** A path in a scenario file: keys and list positions. */
export type SourcePath = readonly (string | number)[];

/** A YAML text that can say where something stands in it. */
export class ScenarioSource {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document;

  /** @throws DenwabanError DW_SCENARIO when the text is no YAML mapping, naming the line */
  constructor(file: string, text: string) {
    this.#file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const [error] = this.#document.errors;
    if (error !== undefined) {
      throw this.#refusal(
        this.#lineAt(error.pos[0]),
        '',
        `is no YAML: ${error.code}`,
        'Check indents and quotes',
      );
    }
    visit(this.#document, {
      // A scenario needs none, and nested ones grow without end.
      Alias: (_, node) => {
        throw this.#refusal(this.#lineAt(node.range?.[0] ?? 0), '', 'has an alias', 'Write the text again');
      },
    });
    if (!isMap(this.#document.contents)) {
      throw this.#refusal(
        1,
        '',
        'is no mapping of keys to values',
        'Start from scenarios/attendance-ja.yaml',
      );
    }
  }

  /** The content as plain values. */
  content(): unknown {
    return this.#document.toJS();
  }

  /** An error that names file, line and path. */
  refuse(path: SourcePath, reason: string, remedy: string): DenwabanError {
    return this.#refusal(this.#lineOf(path), path.join('.'), reason, remedy);
  }

  #refusal(line: number, path: string, reason: string, remedy: string): DenwabanError {
    const place = path === '' ? '' : `${path} `;
    return new DenwabanError('DW_SCENARIO', `${this.#file}:${line}: ${place}${reason}. ${remedy}.`);
  }

  /** Line of the node at the path, or of the nearest one above it that exists. */
  #lineOf(path: SourcePath): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#document.getIn(path.slice(0, length), true);
      const start = isNode(node) ? node.range?.[0] : undefined;
      if (start !== undefined) return this.#lineAt(start);
    }
    return 1;
  }

  #lineAt(offset: number): number {
    return this.#lines.linePos(offset).line;
  }
}

function isNode(node: unknown): node is { range?: readonly number[] | null } {
  return isScalar(node) || (typeof node === 'object' && node !== null && 'range' in node);
}
