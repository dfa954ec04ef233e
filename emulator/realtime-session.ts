import type { Clock } from '../src/lib/clock.ts';
import type { Random } from '../src/lib/random.ts';
import { Conversation } from './conversation.ts';
import { type Emit, newId } from './events.ts';
import { Playout } from './playout.ts';
import { Responder } from './responder.ts';
import { SESSION_LIMIT_MS, SessionConfig } from './session-config.ts';
import type { Model } from './types.ts';
import { CallerVoice } from './vad.ts';

export interface SessionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly model: Model;
  readonly thinkMs: number;
  readonly pace: { readonly speed: number } | 'manual';
  readonly emit: Emit;
  /** A checked session object. */
  readonly asked: Record<string, unknown>;
  /** Whether there is a telephone: playback and a caller's voice. */
  readonly sip: boolean;
  readonly onHeard: (responseId: string, text: string, cut: boolean) => void;
  /** Called whenever the session may have become quiet. */
  readonly onCalm: () => void;
}

/** One realtime session: its configuration, conversation and responses, and with a telephone, both voices. */
export class RealtimeSession {
  readonly config: SessionConfig;
  readonly conversation: Conversation;
  readonly responder: Responder;
  readonly playout: Playout | null;
  readonly voice: CallerVoice | null;
  readonly emit: Emit;

  constructor(options: SessionOptions) {
    const { clock, random, emit, pace } = options;
    this.emit = emit;
    const expiresAt = Math.floor((clock.now() + SESSION_LIMIT_MS) / 1_000);
    this.config = new SessionConfig(options.asked, {
      id: newId('sess', random),
      expiresAt,
      sip: options.sip,
    });
    this.conversation = new Conversation(emit, random);
    this.playout = options.sip
      ? new Playout({
          clock,
          pace,
          emit,
          onHeard: options.onHeard,
          onSilence: () => this.#calm(options.onCalm),
        })
      : null;
    this.responder = new Responder({
      clock,
      random,
      emit,
      model: options.model,
      thinkMs: options.thinkMs,
      config: this.config,
      conversation: this.conversation,
      playout: this.playout,
      onDone: () => this.#calm(options.onCalm),
    });
    this.voice = this.#newVoice(options);
  }

  /** Nothing is generated and nothing is played. */
  get quiet(): boolean {
    return !this.responder.generating && this.playout?.playing !== true;
  }

  /** The call is over: everything stops without an event. */
  drop(): void {
    this.responder.drop();
    this.playout?.drop();
    this.voice?.drop();
  }

  #newVoice(options: SessionOptions): CallerVoice | null {
    if (this.playout === null) return null;
    const { clock, random, emit, pace } = options;
    const { config, conversation, responder, playout } = this;
    return new CallerVoice({ clock, random, emit, pace, config, conversation, responder, playout });
  }

  #calm(onCalm: () => void): void {
    if (!this.quiet) return;
    this.voice?.agentSilent();
    onCalm();
  }
}
