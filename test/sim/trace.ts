import { createHash, type Hash } from 'node:crypto';

/** What happened, line by line, and the digest of it by which two runs are compared. */
export class Trace {
  readonly #hash: Hash | null;
  readonly #write: ((line: string) => void) | null;

  /** @param write null: lines are not shown; `hashed` false: they are not even made */
  constructor(hashed: boolean, write: ((line: string) => void) | null) {
    this.#hash = hashed ? createHash('sha256') : null;
    this.#write = write;
  }

  /** Whether anybody reads it: making a line costs time. */
  get on(): boolean {
    return this.#hash !== null || this.#write !== null;
  }

  add(at: number, who: string, what: string): void {
    const line = `${at.toFixed(1).padStart(9)} ${who.padEnd(8)} ${what}`;
    this.#hash?.update(`${line}\n`);
    this.#write?.(line);
  }

  digest(): string | null {
    return this.#hash?.digest('hex') ?? null;
  }
}
