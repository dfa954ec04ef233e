import type { Paint } from './paint.ts';
import { padEnd, padStart, wrap } from './width.ts';

/** Narrowest and widest layout, columns: lines longer than that are hard to read. */
const COLUMNS = { min: 60, max: 100, unknown: 80 };

/** A closing mark may hang over the end of a line by one wide character. */
const MARGIN = 2;

/** Widths of the two columns in front of the words. */
const TIME = 6;
const LABEL = 6;
const INDENT = TIME + 2 + LABEL + 2;

/** Where a program writes to. */
export interface Output {
  readonly columns?: number;
  write(text: string): unknown;
}

type Speaker = 'agent' | 'caller';

const SPEAKERS: Readonly<Record<Speaker, string>> = { agent: '電話番', caller: '応募者' };

/**
 * How speech appears: letter by letter as it is spoken, sentence by sentence as it is spoken, or all at once when it
 * begins.
 */
export type Pace = 'characters' | 'sentences' | 'at once';

/** Text that is written when its time has come, ms of the clock. */
interface Due {
  readonly text: string;
  readonly at: number;
}

/** Where a sentence ends. */
const SENTENCES = /[^。！？]+[。！？]*|[。！？]+/gu;

/** Writes a conversation line by line. */
export class Screen {
  readonly columns: number;
  readonly paint: Paint;
  readonly #output: Output;
  readonly #pace: Pace;
  #waiting: readonly Due[] = [];

  constructor(output: Output, paint: Paint, pace: Pace) {
    this.#output = output;
    this.paint = paint;
    this.#pace = pace;
    const columns = (output.columns ?? COLUMNS.unknown) - MARGIN;
    this.columns = Math.min(COLUMNS.max, Math.max(COLUMNS.min, columns));
  }

  /** Any text as it is, on lines of its own. */
  lines(...lines: readonly string[]): void {
    if (this.#pace !== 'sentences') this.flush();
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
    const [first = '', ...more] = this.#wrapped(text);
    const lead = `${stamp(at)}  ${padStart(mark, LABEL)}  `;
    this.lines(...[lead + first, ...more].map((line) => this.paint.dim(line)));
  }

  /**
   * Something that the caller says.
   *
   * @param at ms since the telephone rang
   */
  callerSpeech(at: number, text: string): void {
    this.lines(...this.#speech(at, 'caller', text));
  }

  /**
   * Something that the agent begins to say.
   *
   * @param at ms since the telephone rang
   * @param startedAt the same moment in ms of the clock that `advance` is told
   */
  agentSpeech(at: number, text: string, startedAt: number, msPerCharacter: number): void {
    this.flush();
    if (this.#pace === 'characters') {
      const words = Array.from(`${this.#wrapped(text).join('\n')}\n`);
      this.#waiting = [
        { text: this.#label(at, 'agent'), at: startedAt },
        ...words.map((character, index) => ({ text: character, at: startedAt + index * msPerCharacter })),
      ];
    } else if (this.#pace === 'sentences') {
      let spoken = 0;
      this.#waiting = (text.match(SENTENCES) ?? []).map((sentence) => {
        const delay = spoken * msPerCharacter;
        spoken += Array.from(sentence).length;
        const lines = this.#speech(at + delay, 'agent', sentence);
        return { text: `${lines.join('\n')}\n`, at: startedAt + delay };
      });
    } else {
      this.lines(...this.#speech(at, 'agent', text));
    }
  }

  /** Writes what has been spoken by now, in ms of the clock. */
  advance(now: number): void {
    const due = this.#waiting.filter(({ at }) => at <= now);
    this.#waiting = this.#waiting.slice(due.length);
    if (due.length > 0) this.#output.write(due.map(({ text }) => text).join(''));
  }

  /** Writes the rest of what is being said at once. */
  flush(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }

  /** What is being said was cut: sentences that had not begun are not written. */
  cut(): void {
    if (this.#pace === 'sentences') this.#waiting = [];
    else this.flush();
  }

  #speech(at: number, speaker: Speaker, text: string): string[] {
    const [first = '', ...more] = this.#wrapped(text);
    return [this.#label(at, speaker) + first, ...more];
  }

  #label(at: number, speaker: Speaker): string {
    const { paint } = this;
    const label = padEnd(SPEAKERS[speaker], LABEL);
    const painted = speaker === 'agent' ? paint.cyan(label) : paint.yellow(label);
    return `${paint.dim(stamp(at))}  ${paint.bold(painted)}  `;
  }

  /** Lines of the column of words; all but the first are indented. */
  #wrapped(text: string): string[] {
    const lines = wrap(text, this.columns - INDENT);
    return lines.map((line, index) => (index === 0 ? line : ' '.repeat(INDENT) + line));
  }
}

/** Seconds since the telephone rang. */
function stamp(at: number): string {
  return padStart((Math.max(0, at) / 1_000).toFixed(1), TIME);
}
