import type { ConversationItem } from 'openai/resources/realtime/realtime';
import type { Random } from '../src/lib/random.ts';
import type { Conversation } from './conversation.ts';
import { type Emit, newId } from './events.ts';
import type { Playout } from './playout.ts';
import { deltas, spokenMs } from './speech.ts';

/** Where a response writes to. */
export interface Output {
  readonly responseId: string;
  readonly emit: Emit;
  readonly random: Random;
  /** Null for an out-of-band response: its items join no conversation. */
  readonly conversation: Conversation | null;
  /** Null when nobody listens: text, or a session without a telephone. */
  readonly playout: Playout | null;
  readonly speed: number;
}

type Status = 'completed' | 'incomplete';

/** One output item while it is generated. */
export interface OutputPart {
  readonly item: ConversationItem;
  /** What was written so far: words or arguments. */
  readonly text: string;
  /** Audio generated so far, ms. */
  readonly audioMs: number;
  /** Sends the events up to the last delta, one at each step. */
  steps(): Generator<void>;
  /** Sends the closing events; also when the item was cut. */
  close(status: Status): void;
}

/** A sentence that is spoken. */
export function spoken(output: Output, index: number, words: string): OutputPart {
  const { emit, playout, responseId } = output;
  const id = newId('item', output.random);
  const at = { response_id: responseId, item_id: id, output_index: index, content_index: 0 };
  let said = '';
  let audioMs = 0;
  let item = message(id, 'in_progress', []);
  return {
    get item() {
      return item;
    },
    get text() {
      return said;
    },
    get audioMs() {
      return audioMs;
    },
    *steps() {
      emit({ type: 'response.output_item.added', response_id: responseId, output_index: index, item });
      output.conversation?.add({ id, item, words: '', audioMs: 0, speaker: 'agent' });
      yield;
      emit({ type: 'response.content_part.added', ...at, part: { type: 'audio', transcript: '' } });
      playout?.begin(responseId);
      yield;
      for (const delta of deltas(words)) {
        const ms = spokenMs(delta, output.speed);
        playout?.append(responseId, id, delta, ms);
        said += delta;
        audioMs += ms;
        remember(output, id, said, audioMs);
        emit({ type: 'response.output_audio_transcript.delta', ...at, delta });
        yield;
      }
    },
    close(status) {
      item = message(id, status, [{ type: 'output_audio', transcript: said }]);
      emit({ type: 'response.output_audio.done', ...at });
      emit({ type: 'response.output_audio_transcript.done', ...at, transcript: said });
      emit({ type: 'response.content_part.done', ...at, part: { type: 'audio', transcript: said } });
      finishItem(output, index, item, id);
    },
  };
}

/** A sentence that is written. */
export function written(output: Output, index: number, words: string): OutputPart {
  const { emit, responseId } = output;
  const id = newId('item', output.random);
  const at = { response_id: responseId, item_id: id, output_index: index, content_index: 0 };
  let text = '';
  let item = message(id, 'in_progress', []);
  return {
    audioMs: 0,
    get item() {
      return item;
    },
    get text() {
      return text;
    },
    *steps() {
      emit({ type: 'response.output_item.added', response_id: responseId, output_index: index, item });
      output.conversation?.add({ id, item, words: '', audioMs: 0, speaker: 'agent' });
      yield;
      emit({ type: 'response.content_part.added', ...at, part: { type: 'text', text: '' } });
      yield;
      for (const delta of deltas(words)) {
        text += delta;
        remember(output, id, text, 0);
        emit({ type: 'response.output_text.delta', ...at, delta });
        yield;
      }
    },
    close(status) {
      item = message(id, status, [{ type: 'output_text', text }]);
      emit({ type: 'response.output_text.done', ...at, text });
      emit({ type: 'response.content_part.done', ...at, part: { type: 'text', text } });
      finishItem(output, index, item, id);
    },
  };
}

/** A function call. */
export function functionCall(output: Output, index: number, name: string, args: string): OutputPart {
  const { emit, responseId } = output;
  const id = newId('item', output.random);
  const callId = newId('call', output.random);
  const at = { response_id: responseId, item_id: id, output_index: index, call_id: callId };
  const make = (status: Status | 'in_progress', text: string): ConversationItem => ({
    id,
    object: 'realtime.item',
    type: 'function_call',
    status,
    call_id: callId,
    name,
    arguments: text,
  });
  let text = '';
  let item = make('in_progress', '');
  return {
    audioMs: 0,
    get item() {
      return item;
    },
    get text() {
      return text;
    },
    *steps() {
      emit({ type: 'response.output_item.added', response_id: responseId, output_index: index, item });
      output.conversation?.add({ id, item, words: '', audioMs: 0, speaker: 'agent' });
      yield;
      for (const delta of deltas(args)) {
        text += delta;
        emit({ type: 'response.function_call_arguments.delta', ...at, delta });
        yield;
      }
    },
    close(status) {
      item = make(status, text);
      emit({ type: 'response.function_call_arguments.done', ...at, name, arguments: text });
      finishItem(output, index, item, id);
    },
  };
}

type AssistantContent = { type: 'output_text' | 'output_audio'; text?: string; transcript?: string };

function message(id: string, status: Status | 'in_progress', content: AssistantContent[]): ConversationItem {
  return { id, object: 'realtime.item', type: 'message', role: 'assistant', status, content };
}

function remember(output: Output, id: string, words: string, audioMs: number): void {
  const entry = output.conversation?.find(id);
  if (entry === undefined) return;
  entry.words = words;
  entry.audioMs = audioMs;
}

function finishItem(output: Output, index: number, item: ConversationItem, id: string): void {
  output.emit({
    type: 'response.output_item.done',
    response_id: output.responseId,
    output_index: index,
    item,
  });
  const entry = output.conversation?.find(id);
  if (entry === undefined) return;
  entry.item = item;
  output.conversation?.done(id);
}
