import type { Paint } from './paint.ts';
import { padEnd, padStart, wrap } from './width.ts';

/** Narrowest and widest layout, columns: lines longer than that are hard to read. */
const COLUMNS = { min: 60, max: 100, unknown: 80 };

/** Widths of the two columns in front of the words. */
const TIME = 6;
const LABEL = 6;
const INDENT = TIME + 2 + LABEL + 2;

/** Where a program writes to. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export type Speaker = 'agent' | 'caller';

const SPEAKERS: Readonly<Record<Speaker, string>> = { agent: '電話番', caller: '応募者' };

/** A sentence that is being written as it is spoken. */
interface Typing {
  readonly startedAt: number;
  readonly msPerCharacter: number;
  rest: string[];
  typed: number;
}

/** Writes a conversation line by line; on a terminal, a sentence appears at the speed at which it is spoken. */
export class Screen {
  readonly columns: number;
  readonly paint: Paint;
  readonly #output: Output;
  #typing: Typing | null = null;

  constructor(output: Output, paint: Paint) {
    this.#output = output;
    this.paint = paint;
    this.columns = Math.min(COLUMNS.max, Math.max(COLUMNS.min, output.columns ?? COLUMNS.unknown));
  }

  /** Any text as it is, on lines of its own. */
  lines(...lines: readonly string[]): void {
    this.flush();
    for (const line of lines) this.#output.write(`${line}\n`);
  }

  /** A title across the whole width. */
  rule(title: string): void {
    const { paint } = this;
    const text = `━━ ${title} `;
    this.lines(
      '',
      paint.bold(padEnd(text, this.columns).replaceAll(/(?<= ) +$/gu, (rest) => '━'.repeat(rest.length))),
    );
  }

  /** Running text, wrapped and indented. */
  paragraph(text: string, indent = 3): void {
    const lead = ' '.repeat(indent);
    this.lines(...wrap(text, this.columns - indent).map((line) => this.paint.dim(lead + line)));
  }

  /**
   * Something that happened.
   *
   * @param at ms since the telephone rang
   * @param mark one character in front of it
   */
  event(at: number, mark: string, text: string): void {
    const [first = '', ...more] = wrap(text, this.columns - INDENT);
    const lead = `${stamp(at)}  ${padStart(mark, LABEL)}  `;
    this.lines(
      this.paint.dim(lead + first),
      ...more.map((line) => this.paint.dim(' '.repeat(INDENT) + line)),
    );
  }

  /**
   * Something that was said.
   *
   * @param at ms since the telephone rang
   * @param typing how it appears on a terminal: from when on, and how long each character takes; absent: at once
   */
  speech(
    at: number,
    speaker: Speaker,
    text: string,
    typing?: { readonly startedAt: number; readonly msPerCharacter: number },
  ): void {
    this.flush();
    const { paint } = this;
    const label = padEnd(SPEAKERS[speaker], LABEL);
    const painted = speaker === 'agent' ? paint.cyan(label) : paint.yellow(label);
    this.#output.write(`${paint.dim(stamp(at))}  ${paint.bold(painted)}  `);
    const words = wrap(text, this.columns - INDENT).join(`\n${' '.repeat(INDENT)}`);
    if (typing === undefined || this.#output.isTTY !== true) {
      this.#output.write(`${words}\n`);
      return;
    }
    this.#typing = { ...typing, rest: Array.from(words), typed: 0 };
  }

  /** Writes what has been spoken by now, in ms of the clock. */
  advance(now: number): void {
    const typing = this.#typing;
    if (typing === null) return;
    const due = Math.floor((now - typing.startedAt) / typing.msPerCharacter);
    while (typing.typed < due && typing.rest.length > 0) {
      const character = typing.rest.shift() ?? '';
      if (character.trim() !== '') typing.typed += 1;
      this.#output.write(character);
    }
    if (typing.rest.length === 0) this.flush();
  }

  /** Writes the rest of a sentence at once. */
  flush(): void {
    if (this.#typing === null) return;
    this.#output.write(`${this.#typing.rest.join('')}\n`);
    this.#typing = null;
  }
}

/** Seconds since the telephone rang. */
function stamp(at: number): string {
  return padStart((Math.max(0, at) / 1_000).toFixed(1), TIME);
}
