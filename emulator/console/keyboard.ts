import { clearLine, createInterface, cursorTo, moveCursor, type Interface } from 'node:readline';
import type { Output } from '../demo/screen.ts';
import { widthOf } from '../demo/width.ts';

/** Stands where the speaker's name stands in the conversation above. */
const PROMPT = '        応募者  ';

export interface KeyboardEvents {
  onLine(line: string): void;
  /** A sentence was begun: its first letters stand on the line. */
  onWriting(): void;
  /** Ctrl-C. */
  onInterrupt(): void;
  /** The input has ended. */
  onEnd(): void;
}

/** The caller's keyboard, or lines from a file or pipe. What is written above the prompt does not disturb it. */
export class Keyboard implements Output {
  readonly interactive: boolean;
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  readonly #lines: Interface;
  #open = true;

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream, events: KeyboardEvents) {
    this.#input = input;
    this.#output = output;
    this.interactive = input.isTTY && output.isTTY;
    this.#lines = createInterface({ input, output, prompt: PROMPT, terminal: this.interactive });
    this.#lines.on('line', (line) => {
      if (this.interactive) this.#wipe(line);
      events.onLine(line);
    });
    this.#lines.on('SIGINT', () => events.onInterrupt());
    this.#lines.on('close', () => {
      this.#open = false;
      events.onEnd();
    });
    if (this.interactive) input.on('keypress', () => this.#watch(events));
  }

  get columns(): number {
    return this.#output.columns;
  }

  /** Writes whole lines above the prompt. */
  write(text: string): void {
    if (!this.interactive || !this.#open) {
      this.#output.write(text);
      return;
    }
    cursorTo(this.#output, 0);
    clearLine(this.#output, 0);
    this.#output.write(text);
    this.#lines.prompt(true);
  }

  close(): void {
    if (this.#open && this.interactive) {
      cursorTo(this.#output, 0);
      clearLine(this.#output, 0);
    }
    this.#open = false;
    this.#lines.close();
    // Whoever writes into the pipe may go on for ever; nothing of it is wanted any more.
    this.#input.destroy();
  }

  /** Takes a finished line off the screen: it appears again in the conversation, with its time. */
  #wipe(line: string): void {
    const rows = Math.max(1, Math.ceil((widthOf(PROMPT) + widthOf(line)) / this.#output.columns));
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    this.#output.write('\u001B[J');
    this.#lines.prompt();
  }

  #watch(events: KeyboardEvents): void {
    // readline takes the key first: its line is what stands on the screen now.
    const { line } = this.#lines;
    if (line.trim() !== '' && !/^[/／]/u.test(line.trimStart())) events.onWriting();
  }
}
