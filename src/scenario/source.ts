import { isMap, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { DenwabanError } from '../errors.ts';

/** A path in a scenario file: keys and list positions. */
export type SourcePath = readonly (string | number)[];

/** A place in a file; both from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** A text of a scenario and where it stands. */
export interface SourceString {
  readonly path: SourcePath;
  readonly text: string;
}

/** A YAML text that can say where something stands in it. */
export class ScenarioSource {
  /** The whole text, with its comments. */
  readonly text: string;
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document;

  /** @throws DenwabanError DW_SCENARIO when the text is no YAML mapping, naming the line */
  constructor(file: string, text: string) {
    this.#file = file;
    this.text = text;
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

  /** Every text under every key, in the order of the file. */
  strings(): SourceString[] {
    return stringsIn(this.#document.toJS(), []);
  }

  /** Where the node at the path begins, or the nearest one above it that exists. */
  position(path: SourcePath): SourcePosition {
    return this.positionAt(this.#rangeOf(path)?.[0] ?? 0);
  }

  /** Where the sign at `index` of the text at the path stands. */
  positionInside(path: SourcePath, text: string, index: number): SourcePosition {
    const range = this.#rangeOf(path);
    if (range === null) return { line: 1, column: 1 };
    const written = this.text.slice(range[0], range[1]);
    // Indents and quotes move signs, but never change their order: the same words are counted in both.
    const words = /^[^\n]{1,8}/u.exec(text.slice(index))?.[0] ?? '';
    let place = -1;
    for (let seen = text.indexOf(words); seen !== -1 && seen <= index; seen = text.indexOf(words, seen + 1))
      place = written.indexOf(words, place + 1);
    return this.positionAt(range[0] + Math.max(place, 0));
  }

  /** Where the sign at an index of the whole text stands. */
  positionAt(offset: number): SourcePosition {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  /** An error that names file, line and path. */
  refuse(path: SourcePath, reason: string, remedy: string): DenwabanError {
    return this.#refusal(this.#lineOf(path), path.join('.'), reason, remedy);
  }

  #refusal(line: number, path: string, reason: string, remedy: string): DenwabanError {
    const place = path === '' ? '' : `${path} `;
    return new DenwabanError('DW_SCENARIO', `${this.#file}:${line}: ${place}${reason}. ${remedy}.`);
  }

  #lineOf(path: SourcePath): number {
    return this.position(path).line;
  }

  /** Of the node at the path, or of the nearest one above it that exists. */
  #rangeOf(path: SourcePath): readonly [number, number] | null {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#document.getIn(path.slice(0, length), true);
      const range = isNode(node) ? node.range : undefined;
      if (range) return [range[0] ?? 0, range[1] ?? 0];
    }
    return null;
  }

  #lineAt(offset: number): number {
    return this.#lines.linePos(offset).line;
  }
}

function isNode(node: unknown): node is { range?: readonly number[] | null } {
  return isScalar(node) || (typeof node === 'object' && node !== null && 'range' in node);
}

function stringsIn(value: unknown, path: SourcePath): SourceString[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((entry: unknown, index) => [index, entry])
    : Object.entries(value);
  return entries.flatMap(([key, entry]) => stringsIn(entry, [...path, key]));
}
