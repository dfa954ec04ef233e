import type { Clock, Timer } from '../src/lib/clock.ts';
import type { Emit } from './events.ts';
import { heardPart } from './speech.ts';

/** What a listener heard of one item. */
export interface HeardItem {
  readonly itemId: string;
  readonly heardMs: number;
  readonly text: string;
}

/** What was cut off. `started` is false for speech that still waited behind another. */
export interface CutSpeech {
  readonly responseId: string;
  readonly started: boolean;
  readonly items: readonly HeardItem[];
}

interface Piece {
  readonly itemId: string;
  text: string;
  ms: number;
}

interface Utterance {
  readonly responseId: string;
  readonly pieces: Piece[];
  complete: boolean;
  finishAsked: boolean;
  startedAt: number | null;
}

export interface PlayoutOptions {
  readonly clock: Clock;
  readonly pace: { readonly speed: number } | 'manual';
  readonly emit: Emit;
  /** Called when a speech has ended or was cut, with the words that were heard. */
  readonly onHeard: (responseId: string, text: string, cut: boolean) => void;
  /** Called when the last waiting speech has been heard to its end. */
  readonly onSilence: () => void;
}

/**
 * The clock of the caller's ear. Speech is generated faster than it is played: responses stand in a queue,
 * each starts when the one before it has ended, and ends when its audio has been heard.
 */
export class Playout {
  readonly #options: PlayoutOptions;
  readonly #queue: Utterance[] = [];
  #timer: Timer | null = null;

  constructor(options: PlayoutOptions) {
    this.#options = options;
  }

  get playing(): boolean {
    return this.#queue.length > 0;
  }

  /** Announces speech of a response, before its first words. */
  begin(responseId: string): void {
    if (this.#queue.some((each) => each.responseId === responseId)) return;
    this.#queue.push({ responseId, pieces: [], complete: false, finishAsked: false, startedAt: null });
    if (this.#queue.length === 1) this.#startHead();
  }

  /** Adds generated audio. Nothing happens when the speech was cut before. */
  append(responseId: string, itemId: string, text: string, ms: number): void {
    const utterance = this.#queue.find((each) => each.responseId === responseId);
    if (utterance === undefined) return;
    const last = utterance.pieces.at(-1);
    if (last !== undefined && last.itemId === itemId) {
      last.text += text;
      last.ms += ms;
    } else {
      utterance.pieces.push({ itemId, text, ms });
    }
  }

  /** No more audio comes for this response. */
  complete(responseId: string): void {
    const utterance = this.#queue.find((each) => each.responseId === responseId);
    if (utterance === undefined) return;
    utterance.complete = true;
    if (utterance === this.#queue[0]) this.#planEnd(utterance);
  }

  /** The present speech has been heard to its end, whatever the clock says. */
  finish(): void {
    const head = this.#queue[0];
    if (head === undefined) throw new Error('nothing is being played');
    head.finishAsked = true;
    if (head.complete) this.#endHead();
  }

  /** Cuts what is playing and drops what waits. `output_audio_buffer.cleared` is sent for what had started. */
  cut(): CutSpeech[] {
    this.#timer?.cancel();
    this.#timer = null;
    const cut = this.#queue.splice(0).map((utterance) => this.#heardSoFar(utterance));
    for (const each of cut) {
      if (!each.started) continue;
      this.#options.emit({ type: 'output_audio_buffer.cleared', response_id: each.responseId });
      this.#options.onHeard(each.responseId, each.items.map((item) => item.text).join(''), true);
    }
    return cut;
  }

  /** Ends without any event: the line is dead. */
  drop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    for (const utterance of this.#queue.splice(0)) {
      if (utterance.startedAt === null) continue;
      const heard = this.#heardSoFar(utterance);
      this.#options.onHeard(heard.responseId, heard.items.map((item) => item.text).join(''), true);
    }
  }

  #startHead(): void {
    const head = this.#queue[0];
    if (head === undefined) return;
    head.startedAt = this.#options.clock.monotonic();
    this.#options.emit({ type: 'output_audio_buffer.started', response_id: head.responseId });
    if (head.complete) this.#planEnd(head);
  }

  #planEnd(head: Utterance): void {
    if (head.finishAsked) {
      this.#endHead();
      return;
    }
    const { pace, clock } = this.#options;
    if (pace === 'manual' || head.startedAt === null) return;
    const total = head.pieces.reduce((sum, piece) => sum + piece.ms, 0) / pace.speed;
    const left = Math.max(0, head.startedAt + total - clock.monotonic());
    this.#timer = clock.setTimer(left, () => this.#endHead());
  }

  #endHead(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const head = this.#queue.shift();
    if (head === undefined) return;
    this.#options.onHeard(head.responseId, head.pieces.map((piece) => piece.text).join(''), false);
    this.#options.emit({ type: 'output_audio_buffer.stopped', response_id: head.responseId });
    if (this.#queue.length > 0) this.#startHead();
    else this.#options.onSilence();
  }

  #heardSoFar(utterance: Utterance): CutSpeech {
    const { pace, clock } = this.#options;
    const speed = pace === 'manual' ? 1 : pace.speed;
    let left = utterance.startedAt === null ? 0 : (clock.monotonic() - utterance.startedAt) * speed;
    const items = utterance.pieces.map((piece) => {
      const heardMs = Math.floor(Math.min(left, piece.ms));
      left = Math.max(0, left - piece.ms);
      return { itemId: piece.itemId, heardMs, text: heardPart(piece.text, heardMs, piece.ms) };
    });
    return { responseId: utterance.responseId, started: utterance.startedAt !== null, items };
  }
}
