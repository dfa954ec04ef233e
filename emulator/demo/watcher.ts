import type { Clock } from '../../src/lib/clock.ts';
import { pause } from '../../src/lib/deadline.ts';
import { isObject } from '../schema.ts';
import { spokenMs } from '../speech.ts';
import type { EmulatedCall, RestEntry, WireEntry } from '../types.ts';
import type { Screen } from './screen.ts';
import { fit } from './width.ts';

/** How often the screen is brought up to date, ms of the clock. */
const REFRESH_MS = 20;

/** Columns of a tool's result that are shown: a list of dates would fill the screen. */
const LONGEST_RESULT = 120;

export interface WatcherOptions {
  readonly call: EmulatedCall;
  readonly clock: Clock;
  readonly screen: Screen;
  /** How many times faster than real speech the agent speaks, by the clock. */
  readonly playbackSpeed: number;
  /** Monotonic ms at which the telephone rang. */
  readonly rangAt: number;
}

/** Shows one call on the screen while it happens: what the agent says, and what goes over the wire. */
export class CallWatcher {
  readonly #options: WatcherOptions;
  readonly #words = new Map<string, string>();
  readonly #started = new Map<string, number>();
  readonly #shown = new Set<string>();
  #wireSeen = 0;
  #restSeen = 0;
  #stopped = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Shows what happens until `stop`. Rejects when the screen cannot be written to. */
  async run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stopped) {
      this.refresh();
      await pause(clock, REFRESH_MS);
    }
  }

  /** Shows what is left. */
  stop(): void {
    this.#stopped = true;
    this.refresh();
    this.#options.screen.cut();
  }

  /** Shows what the caller says now. */
  callerSays(text: string): void {
    this.refresh();
    this.#options.screen.callerSpeech(this.#sinceRing(), text);
  }

  /** Shows something that happens now and is not on the wire. */
  event(mark: string, text: string): void {
    this.refresh();
    this.#options.screen.event(this.#sinceRing(), mark, text);
  }

  /** Shows everything that has happened by now. */
  refresh(): void {
    const { call, clock, screen } = this.#options;
    const wire = call.wire
      .slice(this.#wireSeen)
      .map((entry) => ({ at: entry.at, show: () => this.#wire(entry) }));
    const rest = call.rest
      .slice(this.#restSeen)
      .map((entry) => ({ at: entry.at, show: () => this.#rest(entry) }));
    this.#wireSeen = call.wire.length;
    this.#restSeen = call.rest.length;
    for (const { at, show } of [...rest, ...wire].toSorted((a, b) => a.at - b.at)) {
      screen.advance(at);
      show();
    }
    screen.advance(clock.monotonic());
  }

  #rest({ operation, status, at }: RestEntry): void {
    if (operation === 'accept') this.#event(at, '☎', `応答 (accept ${status})`);
    if (operation === 'hangup') this.#event(at, '☎', `電話番が電話を切りました (hangup ${status})`);
    if (operation === 'refer') this.#event(at, '☎', `担当者へ転送 (refer ${status})`);
    if (operation === 'reject') this.#event(at, '☎', `着信を断りました (reject ${status})`);
  }

  #wire({ direction, event, at, connection }: WireEntry): void {
    if (direction === 'received') {
      if (event.type === 'conversation.item.create') this.#toolAnswer(at, event.item);
      return;
    }
    if (event.type === 'session.created') {
      this.#attached(at, connection);
    } else if (event.type === 'output_audio_buffer.started') {
      this.#started.set(event.response_id, at);
      this.#speech(event.response_id);
    } else if (event.type === 'response.output_audio_transcript.done') {
      this.#words.set(event.response_id, (this.#words.get(event.response_id) ?? '') + event.transcript);
      this.#speech(event.response_id);
    } else if (event.type === 'output_audio_buffer.cleared') {
      this.#cut(at, event.response_id);
    } else if (event.type === 'response.done' && event.response.status === 'failed') {
      this.#event(at, '⚠', `応答に失敗しました: ${failureOf(event.response.status_details?.error)}`);
    } else if (event.type === 'response.function_call_arguments.done') {
      this.#event(at, '🔧', `${event.name} ${argumentsOf(event.arguments)}`);
    }
  }

  #attached(at: number, connection: number): void {
    if (connection === 1) this.#event(at, '✔', '通話の監視回線につながりました (sideband)');
    else this.#event(at, '✔', `監視回線を再接続しました (${connection} 本目)。通話はそのまま続きます`);
  }

  /** A sentence is shown once its words are known and its first sound is heard. */
  #speech(responseId: string): void {
    const { screen, playbackSpeed, rangAt } = this.#options;
    const startedAt = this.#started.get(responseId);
    const words = this.#words.get(responseId);
    if (startedAt === undefined || words === undefined || this.#shown.has(responseId)) return;
    this.#shown.add(responseId);
    const msPerCharacter = spokenMs('ー', playbackSpeed);
    screen.agentSpeech(startedAt - rangAt, words, startedAt, msPerCharacter);
  }

  #cut(at: number, responseId: string): void {
    this.#options.screen.cut();
    const heard = this.#options.call.heard.find((each) => each.cut && each.responseId === responseId);
    this.#event(at, '✂', `応募者が話し始め、ここまでで止まりました: 「${heard?.text ?? ''}」`);
  }

  #toolAnswer(at: number, item: unknown): void {
    if (!isObject(item) || item['type'] !== 'function_call_output') return;
    this.#event(at, '↩', fit(`結果 ${argumentsOf(String(item['output']))}`, LONGEST_RESULT));
  }

  #sinceRing(): number {
    return this.#options.clock.monotonic() - this.#options.rangAt;
  }

  #event(at: number, mark: string, text: string): void {
    const { screen, rangAt } = this.#options;
    screen.event(at - rangAt, mark, text);
  }
}

/** The values of a JSON object as a person reads them: `name=値, …`. */
function argumentsOf(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    if (!isObject(value)) return json;
    return Object.entries(value)
      .map(([key, entry]) => `${key}=${typeof entry === 'string' ? entry : JSON.stringify(entry)}`)
      .join(', ');
  } catch {
    // What a model writes as arguments may be no JSON: it is shown as it is.
    return json;
  }
}

function failureOf(error: unknown): string {
  if (!isObject(error)) return 'no reason given';
  return String(error['message'] ?? error['code'] ?? error['type']);
}
