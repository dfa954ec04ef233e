import type { ConversationItem } from 'openai/resources/realtime/realtime';
import type { Random } from '../src/lib/random.ts';
import { ApiError, itemNotFound } from './errors.ts';
import { checkItem } from './event-schema.ts';
import { type Emit, newId } from './events.ts';
import { isObject } from './schema.ts';
import type { ModelItem } from './types.ts';

/** Longest id that a client may give an item, characters. */
const MAX_ID = 32;

/** One item of the conversation with what the wire does not say about it. */
export interface Entry {
  readonly id: string;
  item: ConversationItem;
  /** The words as the model knows them; of cut speech, the part that was heard. */
  words: string;
  /** Length of its audio, ms; 0 for text. */
  audioMs: number;
  readonly speaker: 'caller' | 'agent' | null;
}

/** The items of one session in order, and the events that tell of them. */
export class Conversation {
  readonly id: string;
  readonly #entries: Entry[] = [];
  readonly #emit: Emit;
  readonly #random: Random;

  constructor(emit: Emit, random: Random) {
    this.#emit = emit;
    this.#random = random;
    this.id = newId('conv', random);
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get lastId(): string | null {
    return this.#entries.at(-1)?.id ?? null;
  }

  find(id: string): Entry | undefined {
    return this.#entries.find((entry) => entry.id === id);
  }

  /** Appends an entry and sends `conversation.item.added`. */
  add(entry: Entry): void {
    this.#insert(entry, this.#entries.length);
  }

  /** Sends `conversation.item.done` with the item as it stands. */
  done(id: string): void {
    const index = this.#entries.findIndex((entry) => entry.id === id);
    const entry = this.#entries[index];
    if (entry === undefined) return;
    const previous = this.#entries[index - 1]?.id ?? null;
    this.#emit({ type: 'conversation.item.done', item: entry.item, previous_item_id: previous });
  }

  /**
   * Adds an item that the client made.
   *
   * @param item an item that has passed its check
   * @param after id of the item before it, `root` for the front; absent: the end
   * @throws {ApiError} for an id that is known or too long, a position or a function call that is not there
   */
  create(item: ConversationItem, after: string | null | undefined): void {
    const id = item.id ?? newId('item', this.#random);
    if (id.length > MAX_ID) {
      const message = `Invalid 'item.id': expected a string with maximum length ${MAX_ID}, but got ${id.length} instead.`;
      throw new ApiError(400, 'string_above_max_length', message, { param: 'item.id' });
    }
    if (this.find(id) !== undefined) {
      throw new ApiError(400, 'item_id_already_exists', `Item with id '${id}' already exists.`, {
        param: 'item.id',
      });
    }
    if (item.type === 'function_call_output') this.#requireCall(item.call_id);
    const status = { status: 'completed', object: 'realtime.item' } as const;
    const entry = { id, item: { ...item, id, ...status } as ConversationItem, audioMs: 0, speaker: null };
    this.#insert({ ...entry, words: wordsOf(item) }, this.#position(after));
    this.done(id);
  }

  /** @throws {ApiError} item_not_found */
  delete(id: string): void {
    const index = this.#entries.findIndex((entry) => entry.id === id);
    if (index < 0) throw itemNotFound(id);
    this.#entries.splice(index, 1);
    this.#emit({ type: 'conversation.item.deleted', item_id: id });
  }

  /** @throws {ApiError} item_not_found */
  retrieve(id: string): void {
    const entry = this.find(id);
    if (entry === undefined) throw itemNotFound(id);
    this.#emit({ type: 'conversation.item.retrieved', item: entry.item });
  }

  /** Forgets what was not heard: the transcript goes, the model keeps `heard`. */
  truncate(id: string, audioEndMs: number, heard: string): void {
    const entry = this.find(id);
    if (entry === undefined) return;
    entry.words = heard;
    entry.audioMs = audioEndMs;
    if (entry.item.type === 'message' && entry.item.role === 'assistant') {
      entry.item = { ...entry.item, content: [{ type: 'output_audio' }] };
    }
    this.#emit({
      type: 'conversation.item.truncated',
      item_id: id,
      content_index: 0,
      audio_end_ms: audioEndMs,
    });
  }

  /** The conversation as the model is shown it. */
  modelItems(): ModelItem[] {
    return this.#entries.map((entry) => modelItem(entry.item, entry.words)).filter((item) => item !== null);
  }

  /**
   * The items that a response.create names instead of the conversation.
   *
   * @throws {ApiError} for an item of no known kind, or a reference that leads nowhere
   */
  resolve(input: readonly unknown[]): ModelItem[] {
    return input
      .map((raw, index) => {
        if (!isObject(raw) || raw['type'] !== 'item_reference') {
          const refusal = checkItem(raw, `response.input[${index}]`);
          if (refusal !== null) throw refusal;
          const item = raw as ConversationItem;
          return modelItem(item, wordsOf(item));
        }
        const entry = this.find(String(raw['id']));
        if (entry === undefined) throw itemNotFound(String(raw['id']));
        return modelItem(entry.item, entry.words);
      })
      .filter((item) => item !== null);
  }

  #insert(entry: Entry, index: number): void {
    this.#entries.splice(index, 0, entry);
    const previous = this.#entries[index - 1]?.id ?? null;
    this.#emit({ type: 'conversation.item.added', item: entry.item, previous_item_id: previous });
  }

  #position(after: string | null | undefined): number {
    if (after === undefined || after === null) return this.#entries.length;
    if (after === 'root') return 0;
    const index = this.#entries.findIndex((entry) => entry.id === after);
    if (index < 0) throw itemNotFound(after);
    return index + 1;
  }

  #requireCall(callId: string): void {
    const known = this.#entries.some(({ item }) => item.type === 'function_call' && item.call_id === callId);
    if (known) return;
    const message = `Tool call ID '${callId}' not found in conversation.`;
    throw new ApiError(400, 'invalid_tool_call_id', message, { param: 'item.call_id' });
  }
}

function wordsOf(item: ConversationItem): string {
  if (item.type !== 'message') return '';
  const parts = item.content as readonly { text?: string; transcript?: string | null }[];
  return parts.map((part) => part.text ?? part.transcript ?? '').join('');
}

function modelItem(item: ConversationItem, words: string): ModelItem | null {
  if (item.type === 'message') return { type: 'message', role: item.role, text: words };
  if (item.type === 'function_call') {
    const { call_id, name } = item;
    return { type: 'function_call', callId: call_id ?? '', name, arguments: item.arguments };
  }
  if (item.type !== 'function_call_output') return null;
  return { type: 'function_call_output', callId: item.call_id, output: item.output };
}
