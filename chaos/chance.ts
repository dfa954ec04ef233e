import type { Random } from '../src/lib/random.ts';

/** Chance that is the same again for the same seed. */
export interface Chance extends Random {
  /** A whole number from `from` up to, not including, `to`. */
  between(from: number, to: number): number;
  /** One of several. */
  pick<T>(from: readonly [T, ...T[]]): T;
  /** Chance of its own, so that what one part uses does not move the others. */
  branch(name: string): Chance;
}

/** Mulberry32: 32 bits of state are plenty for moments and choices. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (bytes: number): string =>
    Array.from({ length: bytes }, () =>
      Math.floor(next() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('');
  return {
    next,
    hex,
    uuid: () => `${hex(4)}-${hex(2)}-4${hex(2).slice(1)}-8${hex(2).slice(1)}-${hex(6)}`,
    between: (from, to) => from + Math.floor(next() * (to - from)),
    pick: (from) => from[Math.floor(next() * from.length)] ?? from[0],
    branch: (name) => seededChance(hash(`${seed} ${name}`)),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
