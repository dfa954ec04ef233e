import type { SidebandEvent } from '../realtime/events.ts';
import { EvidenceLog } from './evidence-log.ts';
import { MinuteBook } from './minute-book.ts';
import type { CallServices } from './services.ts';
import { CallTranscript } from './transcript.ts';
import { UsageMeter } from './usage.ts';

/** Takes the minutes of one call: who said what and when, what it cost, and how long the caller waited for an answer. */
export class CallMinutes {
  /** What was heard, as proof. */
  readonly evidence: EvidenceLog;
  readonly #services: CallServices;
  readonly #book: MinuteBook;
  readonly #transcript: CallTranscript;
  readonly #usage: UsageMeter;
  /** Monotonic ms at which the caller stopped speaking; null when the gap was measured. */
  #callerStoppedAt: number | null = null;
  /** What the agent said in the newest response. */
  #spoken = { responseId: '', text: '' };

  constructor(callId: string, epoch: number, services: CallServices) {
    this.#services = services;
    this.evidence = new EvidenceLog(services.clock);
    this.#book = new MinuteBook(services.recorder);
    this.#transcript = new CallTranscript(callId, epoch, services.clock, this.#book, this.evidence);
    this.#usage = new UsageMeter(callId, epoch, services, this.#book);
  }

  /** Notes what an event tells; events about nothing that is said or heard are left alone. */
  hear(event: SidebandEvent, frame: Buffer): void {
    switch (event.kind) {
      case 'delta':
        return this.#transcript.delta(event.of, frame);
      case 'response_created':
        this.#spoken = { responseId: event.responseId, text: '' };
        return this.#transcript.agentStarted(event.responseId);
      case 'agent_text':
        if (this.#spoken.responseId === event.responseId) this.#spoken.text += event.text;
        return this.#transcript.agentSaid(event.responseId, event.text);
      case 'response_done':
        this.#usage.response(event.responseId, event.usage);
        return this.#transcript.agentDone(event.responseId);
      case 'playback_started':
        return this.#measureGap();
      case 'playback_stopped':
        return this.#transcript.agentHeard(event.responseId, 'complete');
      case 'playback_cleared':
        return this.#transcript.agentHeard(event.responseId, 'cut');
      case 'speech_started':
        return this.#transcript.callerStarted(event.itemId);
      case 'speech_stopped':
        this.#callerStoppedAt = this.#services.clock.monotonic();
        return this.#transcript.callerStopped(event.itemId);
      case 'caller_text':
        this.#usage.transcription(event.itemId, event.usage);
        return this.#transcript.callerSaid(event.itemId, event.text);
      case 'caller_text_failed':
        return this.#transcript.callerSaid(event.itemId, null);
      case 'ignored':
      case 'malformed':
        return this.#services.observer.strangeEvent(event.kind);
      case 'function_call':
      case 'output_added':
      case 'note_added':
      case 'turn_committed':
      case 'key_pressed':
      case 'error':
      case 'session_created':
      case 'session_updated':
        return;
    }
  }

  /** Goes on with a call that another node began: its turns come first. */
  startAt(sequence: number): void {
    this.#transcript.startAt(sequence);
  }

  /** Words of the agent in this response, if it is the newest. */
  spokenIn(responseId: string): string {
    return this.#spoken.responseId === responseId ? this.#spoken.text : '';
  }

  /** A function call was answered. */
  tool(name: string, status: string): void {
    this.#transcript.tool(name, status);
  }

  /** Keys that the caller pressed, in a turn of their own. */
  keypad(turnKey: string, text: string): void {
    this.#transcript.keypad(turnKey, text);
  }

  /** The sideband is lost. */
  detached(): void {
    this.#transcript.detached();
  }

  /** The call was let go of: what is still heard is for the next owner. */
  hold(): void {
    this.#book.hold();
  }

  /** Stores in the owner's epoch what was heard since. What was under way it hears the end of itself. */
  passOn(epoch: number): void {
    this.#book.passOn(epoch);
  }

  /** The call is over: whatever was under way is stored as partial. */
  close(): void {
    this.#transcript.close();
  }

  #measureGap(): void {
    if (this.#callerStoppedAt === null) return;
    this.#services.observer.responseGap(this.#services.clock.monotonic() - this.#callerStoppedAt);
    this.#callerStoppedAt = null;
  }
}
