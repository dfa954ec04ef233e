import type { Random } from '../../src/lib/random.ts';

/** Seeded chance: the same seed gives the same numbers, on every machine. */
export class Chance implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = mixed(seed + 0x9e37_79b9);
  }

  /** Chance of its own for one part of the world: what the others ask for does not change it. */
  fork(name: string): Chance {
    let hash = this.#state;
    for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x0100_0193);
    return new Chance(hash >>> 0);
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    return mixed(this.#state) / 2 ** 32;
  }

  /** Whether something with this probability happens. */
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  /** An integer in [from, to]. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(of: readonly T[]): T {
    const picked = of[this.integer(0, of.length - 1)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  hex(bytes: number): string {
    let text = '';
    while (text.length < bytes * 2)
      text += this.integer(0, 2 ** 31)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, bytes * 2);
  }

  uuid(): string {
    const text = this.hex(16);
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-8${text.slice(17, 20)}-${text.slice(20)}`;
  }
}

/** Mulberry32's mixer. */
function mixed(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}
