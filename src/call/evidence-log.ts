import { saysReadBack } from '../briefing/confirmation-read-back.ts';
import { digitsOf } from '../briefing/keypad.ts';
import { digitsIn } from '../briefing/spoken-digits.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { Clock } from '../lib/clock.ts';
import type { TurnRecord } from '../store/ports.ts';
import type { Answer, Evidence } from '../tools/evidence.ts';
import type { TurnListener } from './transcript.ts';

type Entry =
  | { readonly kind: 'agent'; readonly at: number; readonly key: string; readonly text: string }
  | {
      readonly kind: 'caller';
      readonly at: number;
      readonly key: string;
      text: string | null;
      known: boolean;
    }
  | { readonly kind: 'key'; readonly at: number; readonly key: string; readonly digit: string };

/** Turns kept: proof is always among the last few. */
const MAX_ENTRIES = 60;

/** Remembers what was heard in one call, in order: sentences of the agent to their end, and the caller's answers. */
export class EvidenceLog implements Evidence, TurnListener {
  readonly #clock: Clock;
  #entries: Entry[] = [];
  #count = 0;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mark(): number {
    return this.#count;
  }

  callerStarted(turnKey: string): void {
    this.#add({ kind: 'caller', at: this.#next(), key: turnKey, text: null, known: false });
  }

  turnFinished(turn: TurnRecord): void {
    if (turn.role === 'agent' && turn.status === 'complete') {
      this.#add({ kind: 'agent', at: this.#next(), key: turn.turnKey, text: turn.text });
    } else if (turn.role === 'caller') {
      this.#callerSaid(turn.turnKey, turn.status === 'complete' ? turn.text : null);
    } else if (turn.role === 'keypad') {
      const digit = digitsOf(turn.text);
      if (digit !== '') this.#add({ kind: 'key', at: this.#next(), key: turn.turnKey, digit });
    }
  }

  heard(sentence: string, since: number): string | null {
    return this.#readBack(sentence, since)?.key ?? null;
  }

  spokeSince(since: number): boolean {
    // Another node took the call over: what was said before is not known here.
    if (since > this.#count) return true;
    return this.#entries.some((entry) => entry.kind === 'caller' && entry.at > since);
  }

  async answerTo(sentence: string, since: number, waitMs: number): Promise<Answer> {
    const deadline = this.#clock.monotonic() + waitMs;
    for (;;) {
      const answer = this.#judge(sentence, since);
      const remaining = deadline - this.#clock.monotonic();
      if (answer.kind !== 'unheard' || remaining <= 0 || !this.#transcriptPending()) return answer;
      await this.#change(remaining);
    }
  }

  async hasGiven(digits: string, waitMs: number): Promise<boolean> {
    const deadline = this.#clock.monotonic() + waitMs;
    for (;;) {
      if (this.#digitsGiven().includes(digits)) return true;
      const remaining = deadline - this.#clock.monotonic();
      if (remaining <= 0 || !this.#transcriptPending()) return false;
      await this.#change(remaining);
    }
  }

  /** All digits of the caller in order; other words between them break nothing, since numbers are said in pieces. */
  #digitsGiven(): string {
    return this.#entries
      .map((entry) => {
        if (entry.kind === 'key') return entry.digit;
        return entry.kind === 'caller' ? digitsIn(entry.text ?? '') : '';
      })
      .join('');
  }

  #callerSaid(key: string, text: string | null): void {
    const entry = this.#entries.find((known) => known.kind === 'caller' && known.key === key);
    if (entry?.kind !== 'caller') return;
    entry.text = text;
    entry.known = true;
    this.#wake();
  }

  #judge(sentence: string, since: number): Answer {
    const readBack = this.#readBack(sentence, since);
    if (readBack === undefined) return { kind: 'not_read_back' };
    const readBackTurn = readBack.key;
    const after = this.#entries.filter((entry) => entry.at > readBack.at);
    const key = after.find((entry) => entry.kind === 'key');
    if (key !== undefined) return { kind: 'key', readBackTurn, answerTurn: key.key, key: key.digit };
    const spoken = after.filter((entry) => entry.kind === 'caller');
    const last = spoken.at(-1);
    if (last === undefined) return { kind: 'silent', readBackTurn };
    if (spoken.some((entry) => entry.text === null)) return { kind: 'unheard', readBackTurn };
    const text = spoken.map((entry) => entry.text ?? '').join('、');
    return { kind: 'words', readBackTurn, answerTurn: last.key, text };
  }

  #readBack(sentence: string, since: number): Entry | undefined {
    return this.#entries.findLast(
      (entry) => entry.kind === 'agent' && entry.at > since && saysReadBack(entry.text, sentence),
    );
  }

  #transcriptPending(): boolean {
    return this.#entries.some((entry) => entry.kind === 'caller' && !entry.known);
  }

  async #change(ms: number): Promise<void> {
    const changed = new Promise<void>((resolve) => this.#waiting.push(resolve));
    await withDeadline(this.#clock, ms, changed, () => new Error('nothing changed')).catch(() => {});
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) this.#entries = this.#entries.slice(-MAX_ENTRIES);
    this.#wake();
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
