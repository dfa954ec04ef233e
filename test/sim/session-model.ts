import type { Intent, Caller } from './caller.ts';
import { CallerModel } from './caller-model.ts';
import type { Chance } from './chance.ts';
import type { Scheduler, Task } from './scheduler.ts';
import { argumentsFor, clientEvent, type ClientEvent } from './session-events.ts';
import type { ServerSocket } from './wire.ts';

/** Who hears what a session does that matters to a caller. */
export interface SessionWatch {
  /** A greeting begins to be heard. */
  greetingPlays(callId: string): void;
  /** The model called a function. */
  called(callId: string, functionCallId: string, name: string): void;
  /** The conversation was given the output of a function call. */
  told(callId: string, functionCallId: string, output: string): void;
}

export interface SessionParts {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly watch: SessionWatch;
  readonly caller: Caller;
  /** The caller hangs up. */
  hangUp(why: string): void;
}

interface Response {
  readonly id: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Null: the model speaks freely. */
  readonly said: boolean;
}

const ALREADY_ACTIVE = 'conversation_already_has_active_response';
/** Responses that fail, and that neither speak nor end. */
const FAILS = 0.02;
const STUCK = 0.01;

/** One session at OpenAI: one response at a time, played one after another, and every socket hears of everything. */
export class SessionModel {
  readonly #callId: string;
  readonly #parts: SessionParts;
  readonly #caller: CallerModel;
  readonly #sockets = new Set<ServerSocket>();
  readonly #items = new Set<string>();
  /** The last item of the conversation. */
  #last: string | null = null;
  readonly #intents: Intent[] = [];
  #active: Response | null = null;
  #playing: { readonly id: string; readonly end: Task } | null = null;
  #toPlay: Response[] = [];
  #ids = 0;
  #answers = false;
  #over = false;

  constructor(callId: string, parts: SessionParts) {
    this.#callId = callId;
    this.#parts = parts;
    this.#caller = new CallerModel(parts, {
      speechStarted: (item) => this.#onSpeech(item),
      speechStopped: (item, intent) => this.#onPause(item, intent),
      transcribed: (item, text) =>
        this.#emit({
          type: 'conversation.item.input_audio_transcription.completed',
          item_id: item,
          transcript: text,
        }),
      key: (key) => this.#emit({ type: 'input_audio_buffer.dtmf_event_received', event: key }),
    });
  }

  attach(socket: ServerSocket): void {
    if (this.#over) return;
    this.#sockets.add(socket);
    socket.send(JSON.stringify({ type: 'session.created', session: { model: 'gpt-realtime-2.1' } }));
    this.#caller.begin();
  }

  detach(socket: ServerSocket): void {
    this.#sockets.delete(socket);
  }

  close(): void {
    this.#over = true;
    this.#caller.stop();
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  receive(text: string, socket: ServerSocket): void {
    if (this.#over) return;
    const event = clientEvent(text);
    switch (event.type) {
      case 'response.create':
        return this.#onCreate(event, socket);
      case 'response.cancel':
        return this.#cancel();
      case 'session.update':
        this.#answers = event.answers;
        return this.#emit({ type: 'session.updated' });
      case 'conversation.item.create':
        return this.#onItem(event, socket);
    }
  }

  #onCreate(event: ClientEvent & { type: 'response.create' }, socket: ServerSocket): void {
    if (this.#active !== null) {
      socket.send(
        JSON.stringify({ type: 'error', error: { code: ALREADY_ACTIVE, event_id: event.eventId } }),
      );
      return;
    }
    this.#respond(event.metadata, event.said);
  }

  #onItem(event: ClientEvent & { type: 'conversation.item.create' }, socket: ServerSocket): void {
    const { itemId, functionCallId, output } = event;
    if (itemId !== null && this.#items.has(itemId)) {
      socket.send(JSON.stringify({ type: 'error', error: { code: 'item_exists', event_id: event.eventId } }));
      return;
    }
    if (itemId !== null) this.#items.add(itemId);
    if (functionCallId !== null) this.#parts.watch.told(this.#callId, functionCallId, output);
    this.#emit({
      type: 'conversation.item.added',
      previous_item_id: this.#last,
      item:
        functionCallId === null
          ? { type: 'message', role: 'system' }
          : { type: 'function_call_output', call_id: functionCallId },
    });
    this.#last = itemId ?? functionCallId ?? 'message';
  }

  #respond(metadata: Readonly<Record<string, string>>, said: boolean): void {
    this.#ids += 1;
    const response: Response = { id: `resp_${this.#ids}`, metadata, said };
    this.#active = response;
    this.#emit({ type: 'response.created', response: { id: response.id, metadata } });
    const { chance } = this.#parts;
    const dice = chance.next();
    if (dice < STUCK) return;
    if (dice < STUCK + FAILS)
      return this.#later(chance.integer(50, 400), () => this.#done(response, 'failed'));
    const intent = said ? 'chat' : (this.#intents.shift() ?? 'chat');
    this.#later(chance.integer(80, 500), () => {
      if (this.#active !== response) return;
      if (intent === 'chat') this.#speak(response);
      else this.#call(response, intent);
    });
  }

  #speak(response: Response): void {
    this.#last = `i_${response.id}`;
    this.#toPlay.push(response);
    this.#playNext();
    const said = {
      type: 'response.output_audio_transcript.done',
      response_id: response.id,
      item_id: `i_${response.id}`,
    };
    this.#later(this.#parts.chance.integer(50, 300), () => {
      if (this.#active !== response) return;
      this.#emit({ ...said, transcript: 'はい' });
      this.#done(response, 'completed');
    });
  }

  #call(response: Response, intent: Exclude<Intent, 'chat'>): void {
    for (const name of intent === 'notify_twice' ? ['notify', 'notify'] : [intent]) {
      this.#ids += 1;
      const id = `call_${this.#ids}`;
      this.#parts.watch.called(this.#callId, id, name);
      const item = { type: 'function_call', status: 'completed', call_id: id, name };
      const args = argumentsFor(name, this.#ids, this.#parts.chance);
      this.#emit({
        type: 'response.output_item.done',
        response_id: response.id,
        item: { ...item, arguments: args },
      });
    }
    this.#later(this.#parts.chance.integer(0, 100), () => {
      if (this.#active === response) this.#done(response, 'completed');
    });
  }

  #done(response: Response, status: 'completed' | 'failed' | 'cancelled'): void {
    if (this.#active !== response) return;
    this.#active = null;
    const { id, metadata } = response;
    this.#emit({ type: 'response.done', response: { id, metadata, status } });
  }

  #playNext(): void {
    if (this.#playing !== null || this.#over) return;
    const next = this.#toPlay.shift();
    if (next === undefined) return;
    if (next.metadata['purpose'] === 'greeting') this.#parts.watch.greetingPlays(this.#callId);
    this.#emit({ type: 'output_audio_buffer.started', response_id: next.id });
    const end = this.#parts.scheduler.after(
      this.#parts.chance.integer(300, 1_500),
      () => {
        this.#playing = null;
        this.#emit({ type: 'output_audio_buffer.stopped', response_id: next.id });
        this.#caller.heard();
        this.#playNext();
      },
      false,
    );
    this.#playing = { id: next.id, end };
  }

  #cancel(): void {
    if (this.#active !== null) this.#done(this.#active, 'cancelled');
  }

  #onSpeech(item: string): void {
    this.#emit({ type: 'input_audio_buffer.speech_started', item_id: item });
    if (!this.#answers) return;
    this.#cancel();
    this.#toPlay = [];
    if (this.#playing === null) return;
    this.#playing.end.cancel();
    this.#emit({ type: 'output_audio_buffer.cleared', response_id: this.#playing.id });
    this.#playing = null;
  }

  #onPause(item: string, intent: Intent): void {
    this.#last = item;
    this.#intents.push(intent);
    this.#emit({ type: 'input_audio_buffer.speech_stopped', item_id: item });
    this.#emit({ type: 'input_audio_buffer.committed', item_id: item });
    if (!this.#answers) return;
    this.#later(this.#parts.chance.integer(20, 200), () => {
      if (this.#active === null) this.#respond({}, false);
      else this.#emit({ type: 'error', error: { code: ALREADY_ACTIVE } });
    });
  }

  #emit(event: unknown): void {
    if (this.#sockets.size === 0) return;
    const frame = JSON.stringify(event);
    for (const socket of this.#sockets) socket.send(frame);
  }

  #later(ms: number, run: () => void): void {
    this.#parts.scheduler.after(
      ms,
      () => {
        if (!this.#over) run();
      },
      false,
    );
  }
}
