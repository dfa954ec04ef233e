import type { ConversationItem } from 'openai/resources/realtime/realtime';
import type { Clock, Timer } from '../src/lib/clock.ts';
import { pause } from '../src/lib/deadline.ts';
import type { Random } from '../src/lib/random.ts';
import type { Conversation } from './conversation.ts';
import { ApiError, bufferEmpty } from './errors.ts';
import { asPublished, type Emit, newId } from './events.ts';
import type { Playout } from './playout.ts';
import type { Responder } from './responder.ts';
import type { SessionConfig } from './session-config.ts';
import { spokenMs } from './speech.ts';
import { transcribe } from './transcription.ts';
import type { SayOptions } from './types.ts';

export interface CallerVoiceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  readonly pace: { readonly speed: number } | 'manual';
  readonly config: SessionConfig;
  readonly conversation: Conversation;
  readonly responder: Responder;
  readonly playout: Playout;
}

interface Speech {
  readonly itemId: string;
  readonly startedAt: number;
}

interface Buffered {
  readonly itemId: string;
  readonly text: string;
  readonly ms: number;
  readonly options: SayOptions;
}

/** The caller's voice as turn detection sees it: when it starts, interrupts, stops and becomes a turn. */
export class CallerVoice {
  readonly #options: CallerVoiceOptions;
  readonly #origin: number;
  #speech: Speech | null = null;
  #buffer: Buffered[] = [];
  readonly #gone = new AbortController();
  #idle: Timer | null = null;

  constructor(options: CallerVoiceOptions) {
    this.#options = options;
    this.#origin = options.clock.monotonic();
  }

  get speaking(): boolean {
    return this.#speech !== null;
  }

  /**
   * Speaks and falls silent. Resolves when the speech was committed; without turn detection, when it was said;
   * and when the call ended meanwhile.
   */
  async say(text: string, options: SayOptions): Promise<void> {
    const { clock, pace } = this.#options;
    const speed = pace === 'manual' ? Number.POSITIVE_INFINITY : pace.speed;
    const ms = options.ms ?? spokenMs(text) / speed;
    this.start();
    if (ms > 0) await pause(clock, ms, this.#gone.signal);
    if (!this.#gone.signal.aborted) this.stop(text, options);
  }

  /** @throws {Error} when the caller speaks already */
  start(): void {
    if (this.#speech !== null) throw new Error('the caller speaks already');
    const { clock, random, emit, config } = this.#options;
    this.#stopIdle();
    this.#speech = { itemId: newId('item', random), startedAt: clock.monotonic() };
    const detection = config.turnDetection;
    if (detection === null) return;
    emit({
      type: 'input_audio_buffer.speech_started',
      item_id: this.#speech.itemId,
      audio_start_ms: this.#audioTime(),
    });
    if (detection.interrupt_response) this.interrupt();
  }

  /** @throws {Error} when the caller does not speak */
  stop(text: string, options: SayOptions): void {
    const speech = this.#speech;
    if (speech === null) throw new Error('the caller does not speak');
    this.#speech = null;
    const said: Buffered = { itemId: speech.itemId, text, ms: this.#lengthOf(speech, text), options };
    const detection = this.#options.config.turnDetection;
    if (detection === null) {
      this.#buffer.push(said);
      return;
    }
    this.#options.emit({
      type: 'input_audio_buffer.speech_stopped',
      item_id: said.itemId,
      audio_end_ms: this.#audioTime(),
    });
    this.#turn(said, detection.create_response);
  }

  /**
   * The client's commit of what was said without turn detection.
   *
   * @throws {ApiError} input_audio_buffer_commit_empty
   */
  commit(): void {
    const [first, ...rest] = this.#buffer.splice(0);
    if (first === undefined) throw bufferEmpty();
    const text = [first, ...rest].map((each) => each.text).join('');
    const ms = [first, ...rest].reduce((sum, each) => sum + each.ms, 0);
    this.#turn({ ...first, text, ms }, false);
  }

  clear(): void {
    this.#buffer = [];
    this.#options.emit({ type: 'input_audio_buffer.cleared' });
  }

  /** Cuts the agent off: what is played, what is generated, and what the conversation remembers of it. */
  interrupt(): void {
    const { playout, responder } = this.#options;
    const cut = playout.cut();
    if (responder.activeId !== null) responder.cancel('turn_detected', null);
    for (const each of cut) this.forget(each.items);
  }

  /** Takes unheard words out of the conversation. */
  forget(items: readonly { itemId: string; heardMs: number; text: string }[]): void {
    for (const item of items) this.#options.conversation.truncate(item.itemId, item.heardMs, item.text);
  }

  /** The agent has fallen silent: starts the idle time of server_vad, if the session has one. */
  agentSilent(): void {
    this.#stopIdle();
    const detection = this.#options.config.turnDetection;
    const ms = detection?.type === 'server_vad' ? (detection.idle_timeout_ms ?? null) : null;
    if (ms === null || this.#speech !== null) return;
    const from = this.#audioTime();
    this.#idle = this.#options.clock.setTimer(ms, () => this.#idleTimeout(from));
  }

  agentSpeaks(): void {
    this.#stopIdle();
  }

  drop(): void {
    this.#stopIdle();
    this.#speech = null;
    this.#gone.abort();
  }

  #idleTimeout(from: number): void {
    this.#idle = null;
    const { emit, random } = this.#options;
    const itemId = newId('item', random);
    const to = this.#audioTime();
    emit({
      type: 'input_audio_buffer.timeout_triggered',
      item_id: itemId,
      audio_start_ms: from,
      audio_end_ms: to,
    });
    this.#turn({ itemId, text: '', ms: 0, options: { transcript: 'never' } }, true);
  }

  #turn(said: Buffered, respond: boolean): void {
    const { emit, conversation, responder, config } = this.#options;
    const { itemId, options } = said;
    emit({ type: 'input_audio_buffer.committed', item_id: itemId, previous_item_id: conversation.lastId });
    const item = callerItem(itemId, null);
    conversation.add({ id: itemId, item, words: said.text, audioMs: said.ms, speaker: 'caller' });
    conversation.done(itemId);
    const report = (): void => {
      const transcript = options.heardAs ?? said.text;
      const entry = conversation.find(itemId);
      if (entry !== undefined && options.transcript !== 'failed') entry.item = callerItem(itemId, transcript);
      transcribe(emit, { itemId, transcript, ms: said.ms, failed: options.transcript === 'failed' }, config);
    };
    const when = config.transcription === null ? 'never' : (options.transcript ?? 'early');
    if (when === 'early' || when === 'failed') report();
    if (when === 'late') responder.afterNextDone(report);
    if (respond) this.#respond();
  }

  /** Turn detection may fail to create a response while one is being made. */
  #respond(): void {
    try {
      this.#options.responder.create(null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { type, code, message } = error;
      this.#options.emit({ type: 'error', error: { type, code, message, param: null, event_id: null } });
    }
  }

  #lengthOf(speech: Speech, text: string): number {
    const { clock, pace } = this.#options;
    if (pace === 'manual') return spokenMs(text);
    return Math.max(spokenMs(text), Math.round((clock.monotonic() - speech.startedAt) * pace.speed));
  }

  /** Ms of audio since the call was connected. */
  #audioTime(): number {
    const { clock, pace } = this.#options;
    const speed = pace === 'manual' ? 1 : pace.speed;
    return Math.round((clock.monotonic() - this.#origin) * speed);
  }

  #stopIdle(): void {
    this.#idle?.cancel();
    this.#idle = null;
  }
}

function callerItem(id: string, transcript: string | null): ConversationItem {
  const content = asPublished<{ type: 'input_audio'; transcript: string }>({
    type: 'input_audio',
    transcript,
  });
  return {
    id,
    object: 'realtime.item',
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [content],
  };
}
