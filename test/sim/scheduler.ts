/** Something that is to happen. */
export interface Task {
  readonly at: number;
  cancel(): void;
}

/** Promises that nobody handles are asked for after so many steps. */
const DEFECT_STEPS = 50;

class Entry implements Task {
  readonly at: number;
  readonly order: number;
  /** Whether promises hang on it: they are let run before anything else happens. */
  readonly awaited: boolean;
  run: (() => void) | null;

  constructor(at: number, order: number, awaited: boolean, run: () => void) {
    this.at = at;
    this.order = order;
    this.awaited = awaited;
    this.run = run;
  }

  cancel(): void {
    this.run = null;
  }
}

/**
 * Virtual time: a heap of what is to happen, and nothing else moves time. No clock of the machine is asked; what is due
 * at the same instant happens in the order in which it was asked for.
 */
export class Scheduler {
  #now = 0;
  #order = 0;
  #steps = 0;
  readonly #heap: Entry[] = [];

  /** Virtual ms since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Things that happened. */
  get steps(): number {
    return this.#steps;
  }

  /** @param awaited false for what touches no promise: a model's own affairs */
  after(ms: number, run: () => void, awaited = true): Task {
    this.#order += 1;
    const entry = new Entry(this.#now + Math.max(0, ms), this.#order, awaited, run);
    this.#push(entry);
    return entry;
  }

  /** Lets things happen until `isOver` says so, nothing is left, or the time is up. @param each called after every step */
  async run(untilMs: number, isOver: () => boolean, each: () => void): Promise<void> {
    await settled();
    while (!isOver()) {
      const entry = this.#pop();
      if (entry === null || entry.at > untilMs) {
        if (entry !== null) this.#push(entry);
        this.#now = Math.max(this.#now, untilMs);
        return;
      }
      const { run } = entry;
      if (run === null) continue;
      this.#now = entry.at;
      this.#steps += 1;
      run();
      if (entry.awaited) await settled();
      if (this.#steps % DEFECT_STEPS === 0) await toldOfDefects();
      each();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry | null {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length > 0) sink(heap, last);
    return first;
  }
}

function sink(heap: Entry[], entry: Entry): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const leftEntry = heap[left];
    if (leftEntry === undefined) break;
    const rightEntry = heap[left + 1];
    const right = rightEntry !== undefined && isBefore(rightEntry, leftEntry);
    const child = right ? rightEntry : leftEntry;
    if (!isBefore(child, entry)) break;
    heap[at] = child;
    at = right ? left + 1 : left;
  }
  heap[at] = entry;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when every promise that can go on has done so: a tick comes when no promise is left that could. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/** The same, and whoever listens has been told of promises that nobody handles: it costs a turn of the event loop. */
export function toldOfDefects(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
