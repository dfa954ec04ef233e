import type { Clock } from '../lib/clock.ts';
import type { Recorder } from '../audit/recorder.ts';
import type { Owned, TurnRecord, TurnRole, TurnStatus } from '../store/ports.ts';

/** Who else wants to know what is said, at the moment it is. */
export interface TurnListener {
  callerStarted(turnKey: string): void;
  turnFinished(turn: TurnRecord): void;
}

interface OpenTurn {
  readonly sequence: number;
  readonly role: TurnRole;
  readonly startedAt: number;
  endedAt: number;
  text: string;
  responseId: string | null;
  /** All of it was generated: its text is final. */
  generated: boolean;
  /** How it ended in the caller's ear; null while it is not over. */
  heard: TurnStatus | null;
}

/** Deltas kept of a turn in progress, so that a call that breaks off loses no words. */
const MAX_PARTIAL_BYTES = 64 * 1024;

/** Builds the turns of one call, in the order in which they began, and hands each on when it is finished. */
export class CallTranscript {
  readonly #callId: string;
  readonly #epoch: number;
  readonly #clock: Clock;
  readonly #recorder: Pick<Recorder, 'turn'>;
  readonly #listener: TurnListener;
  readonly #open = new Map<string, OpenTurn>();
  /** Raw delta events of the turns in progress: parsed only if the call breaks off. */
  #deltas: { readonly of: 'agent' | 'caller'; readonly raw: string }[] = [];
  #deltaBytes = 0;
  #sequence = 0;

  constructor(
    callId: string,
    epoch: number,
    clock: Clock,
    recorder: Pick<Recorder, 'turn'>,
    listener: TurnListener,
  ) {
    this.#callId = callId;
    this.#epoch = epoch;
    this.#clock = clock;
    this.#recorder = recorder;
    this.#listener = listener;
  }

  /** Goes on with a call that another node began: its turns come first. */
  startAt(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  callerStarted(itemId: string): void {
    if (this.#open.has(itemId)) return;
    this.#begin(itemId, 'caller', null);
    this.#listener.callerStarted(itemId);
  }

  callerStopped(itemId: string): void {
    this.callerStarted(itemId);
    const turn = this.#open.get(itemId);
    if (turn !== undefined) turn.endedAt = this.#clock.now();
  }

  /** @param text null when the transcription failed */
  callerSaid(itemId: string, text: string | null): void {
    this.callerStarted(itemId);
    const turn = this.#open.get(itemId);
    if (turn === undefined) return;
    turn.text = text ?? '';
    this.#finish(itemId, text === null ? 'partial' : 'complete', turn.endedAt);
    this.#forgetDeltas('caller');
  }

  /** A response begins: its turn takes its place in the order. */
  agentStarted(responseId: string): void {
    if (!this.#open.has(responseId)) this.#begin(responseId, 'agent', responseId);
  }

  /** The text is known; whether it was heard is not. */
  agentSaid(responseId: string, text: string): void {
    this.agentStarted(responseId);
    const turn = this.#open.get(responseId);
    if (turn !== undefined) turn.text += text;
    this.#forgetDeltas('agent');
  }

  /**
   * A cut comes before the text that was cut: the turn is finished when both are known.
   *
   * @param status whether the caller heard it to its end
   */
  agentHeard(responseId: string, status: TurnStatus): void {
    const turn = this.#open.get(responseId);
    if (turn === undefined) return;
    turn.heard = status;
    turn.endedAt = this.#clock.now();
    if (turn.generated) this.#finish(responseId, status, turn.endedAt);
  }

  /** All was generated: a response without words is no turn. */
  agentDone(responseId: string): void {
    const turn = this.#open.get(responseId);
    if (turn === undefined) return;
    turn.generated = true;
    turn.text += this.#wordsSoFar(responseId);
    if (turn.text === '') this.#open.delete(responseId);
    else if (turn.heard !== null) this.#finish(responseId, turn.heard, turn.endedAt);
    this.#forgetDeltas('agent');
  }

  /** Whether what was being played is heard cannot be followed on another sideband. */
  detached(): void {
    for (const [key, turn] of this.#open) {
      if (turn.role === 'agent' && turn.text !== '')
        this.#finish(key, turn.heard ?? 'partial', this.#clock.now());
    }
  }

  /** A function call was answered. */
  tool(name: string, status: string): void {
    this.#note(`tool_${this.#sequence + 1}`, 'tool', `${name}: ${status}`);
  }

  /** Keys that the caller pressed. */
  keypad(turnKey: string, text: string): void {
    this.#note(turnKey, 'keypad', text);
  }

  /** Keeps one raw delta event of a turn in progress. */
  delta(of: 'agent' | 'caller', frame: Buffer): void {
    if (this.#deltaBytes + frame.length > MAX_PARTIAL_BYTES) return;
    this.#deltaBytes += frame.length;
    this.#deltas.push({ of, raw: frame.toString('latin1') });
  }

  /** The call is over: whatever was under way is stored as partial. */
  close(): void {
    for (const [key, turn] of this.#open) turn.text += this.#wordsSoFar(key);
    this.#deltas = [];
    for (const [key, turn] of this.#open) {
      if (turn.role === 'agent' && turn.text === '') this.#open.delete(key);
      else this.#finish(key, turn.heard ?? 'partial', this.#clock.now());
    }
  }

  /** A turn that begins and ends at once. */
  #note(key: string, role: 'tool' | 'keypad', text: string): void {
    this.#begin(key, role, null);
    const turn = this.#open.get(key);
    if (turn !== undefined) turn.text = text;
    this.#finish(key, 'complete', this.#clock.now());
  }

  #begin(key: string, role: TurnRole, responseId: string | null): void {
    const now = this.#clock.now();
    this.#sequence += 1;
    this.#open.set(key, {
      sequence: this.#sequence,
      role,
      startedAt: now,
      endedAt: now,
      text: '',
      responseId,
      generated: false,
      heard: null,
    });
  }

  #finish(key: string, status: TurnStatus, endedAt: number): void {
    const turn = this.#open.get(key);
    if (turn === undefined) return;
    this.#open.delete(key);
    const record: Owned<TurnRecord> = {
      callId: this.#callId,
      turnKey: key,
      sequence: turn.sequence,
      role: turn.role,
      text: turn.text,
      status,
      startedAt: turn.startedAt,
      endedAt,
      responseId: turn.responseId,
      epoch: this.#epoch,
    };
    this.#recorder.turn(record);
    this.#listener.turnFinished(record);
  }

  #forgetDeltas(of: 'agent' | 'caller'): void {
    if (this.#deltas.length === 0) return;
    this.#deltas = this.#deltas.filter((delta) => delta.of !== of);
    this.#deltaBytes = this.#deltas.reduce((bytes, delta) => bytes + delta.raw.length, 0);
  }

  /** What the deltas tell beyond the text that has come. */
  #wordsSoFar(key: string): string {
    return this.#deltas
      .map(({ raw }) => deltaOf(raw))
      .map((delta) => (delta?.key === key ? delta.text : ''))
      .join('');
  }
}

/** @returns null for a delta event that is not of the documented shape */
function deltaOf(raw: string): { key: string; text: string } | null {
  let event: Record<string, unknown> | null;
  try {
    event = JSON.parse(Buffer.from(raw, 'latin1').toString('utf8')) as Record<string, unknown> | null;
  } catch {
    return null;
  }
  const key = event?.['response_id'] ?? event?.['item_id'];
  const text = event?.['delta'];
  return typeof key === 'string' && typeof text === 'string' ? { key, text } : null;
}
