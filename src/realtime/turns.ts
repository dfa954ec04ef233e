/** Why a response is asked for. `reply` answers what the caller said; `tool_result` goes on after tool outputs. */
export type ResponsePurpose =
  | 'greeting'
  | 'reply'
  | 'tool_result'
  | 'filler'
  | 'read_back'
  | 'reprompt'
  | 'keypad_offer'
  | 'keypad'
  | 'transfer_announce'
  | 'transfer_failed'
  | 'operator'
  | 'closing';

/** One response that somebody wants. */
export interface ResponseRequest {
  readonly purpose: ResponsePurpose;
  /** A sentence to be said word for word; null lets the model speak freely. */
  readonly say: string | null;
  /** Function calls whose outputs this response is to use. */
  readonly outputs: readonly string[];
}

/** What the owner of the sequencer has to do. */
export type TurnCommand =
  | { readonly kind: 'create'; readonly key: string; readonly request: ResponseRequest }
  /** The API refused the request; it is not tried again. */
  | { readonly kind: 'refused'; readonly request: ResponseRequest; readonly code: string };

interface Asked {
  readonly key: string;
  readonly request: ResponseRequest;
}

interface Running {
  readonly responseId: string;
  /** Null when turn detection asked for it. */
  readonly request: ResponseRequest | null;
  /** Outputs that the conversation held when it began. */
  readonly uses: readonly string[];
}

const NOTHING: readonly TurnCommand[] = [];
const NO_OUTPUTS: readonly string[] = [];

/** Code of the error by which the API refuses a second response. */
const ALREADY_ACTIVE = 'conversation_already_has_active_response';

/**
 * Decides when a response.create may be sent: one at a time, none twice, and none that a response by turn
 * detection has made superfluous. Pure: no socket, no clock; every method returns what is to be sent.
 *
 *     request ─▶ queue ─▶ asked ─ response.created ─▶ running ─ response.done ─▶ next
 *                  ▲         │
 *                  └─────────┘ already active: turn detection was faster
 */
export class TurnSequencer {
  /** Sent; response.created or a refusal is awaited. */
  #asked: Asked | null = null;
  #running: Running | null = null;
  /** Given up because no word of it came: it may come late, to a process that stood still. */
  #givenUp: Asked | null = null;
  /** Something is running whose id is not known: after a collision. */
  #unknown = false;
  /** A collision came that names nobody: what was asked for may have been refused. */
  #doubtful = false;
  #attached = true;
  /** The caller has the word. */
  #listening = false;
  #queue: readonly ResponseRequest[] = [];
  /** Outputs that the conversation holds and no completed response has used yet. */
  #outputs: readonly string[] = NO_OUTPUTS;
  #sent = 0;
  readonly #prefix: string;

  /** @param prefix of the request keys: those of an earlier owner of the call must not be taken for ours */
  constructor(prefix = 'req') {
    this.#prefix = prefix;
  }

  /** Whether a response is asked for or running, or none can be asked for. */
  get busy(): boolean {
    return !this.#attached || this.#asked !== null || this.#running !== null || this.#unknown;
  }

  /** Whether the sequencer waits for a word of the API that may be lost: the owner releases it after a while. */
  get uncertain(): boolean {
    return this.#attached && this.#running === null && (this.#unknown || this.#asked !== null);
  }

  /** Whether the word that is awaited has probably come, without a name: it is not worth waiting long. */
  get doubtful(): boolean {
    return this.#doubtful && this.#asked !== null;
  }

  /** Requests that are not sent yet. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Id of the response being generated, when known. */
  get responseId(): string | null {
    return this.#running?.responseId ?? null;
  }

  /** Asks for a response. It is sent at once, or when the running one is done. */
  request(request: ResponseRequest): readonly TurnCommand[] {
    if (request.purpose === 'filler' && (this.busy || this.#listening)) return NOTHING;
    if (this.#isAskedAlready(request)) return NOTHING;
    if (request.purpose === 'reply' && this.#queue.some(isFree)) return NOTHING;
    this.#queue = [...this.#queue.filter((waiting) => !supersedes(request, waiting)), request];
    return this.#pump();
  }

  /** Whether the caller has the word. Nothing is asked for meanwhile that would talk over them. */
  callerSpeaks(speaking: boolean): readonly TurnCommand[] {
    this.#listening = speaking;
    return this.#pump();
  }

  /** The conversation holds this function's output now. */
  outputAdded(functionCallId: string): void {
    this.#outputs = [...this.#outputs, functionCallId];
  }

  /** @param key the request key of the response's metadata, null when turn detection created it */
  created(responseId: string, key: string | null): ResponsePurpose | null {
    const asked = [this.#asked, this.#givenUp].find((one) => one !== null && one.key === key) ?? null;
    if (asked === this.#asked) this.#asked = null;
    else this.#queue = this.#queue.filter((waiting) => waiting !== asked?.request);
    this.#unknown = false;
    const request = asked?.request ?? null;
    const uses = request === null || isFree(request) ? this.#outputs : NO_OUTPUTS;
    this.#running = { responseId, request, uses };
    return asked?.request.purpose ?? null;
  }

  /** A response ended, in whatever way. */
  done(responseId: string, completed: boolean): readonly TurnCommand[] {
    const running = this.#running;
    if (running !== null && running.responseId !== responseId) return NOTHING;
    this.#running = null;
    this.#unknown = false;
    if (running !== null && completed) this.#answered(running.uses);
    return this.#pump();
  }

  /**
   * An error event arrived.
   *
   * @param key the event id it names: ours are the request keys; null when it names none, as a collision of turn
   *   detection does
   */
  failed(key: string | null, code: string): readonly TurnCommand[] {
    const asked = this.#asked;
    const collision = code === ALREADY_ACTIVE;
    if (asked !== null && collision && key === null) this.#doubtful = true;
    if (asked === null || asked.key !== key) return NOTHING;
    if (!collision) {
      this.#asked = null;
      return [{ kind: 'refused', request: asked.request, code }, ...this.#pump()];
    }
    if (this.#running === null) this.#unknown = true;
    this.#takeBack(isOptional);
    return NOTHING;
  }

  /** The sideband is lost: nothing can be sent, what was asked for may not have arrived, what runs is not told. */
  detached(): void {
    this.#attached = false;
    this.#takeBack(mayBeForgotten);
    this.#queue = this.#queue.filter(({ purpose }) => purpose !== 'operator');
    this.#running = null;
    this.#unknown = false;
  }

  /** A request could not be put on the sideband, which still tells what happens: nothing is asked for until it can be. */
  unsent(key: string): void {
    this.#attached = false;
    if (this.#asked?.key === key) this.#takeBack(mayBeForgotten);
  }

  /** A new sideband, or an old one that may be used again: what still runs from before shows by a collision. */
  attached(): readonly TurnCommand[] {
    this.#attached = true;
    return this.#pump();
  }

  /** Nothing was heard for long enough: what was uncertain is over. */
  release(): readonly TurnCommand[] {
    if (!this.uncertain) return NOTHING;
    this.#unknown = false;
    this.#givenUp = this.#asked ?? this.#givenUp;
    this.#takeBack(mayBeForgotten);
    return this.#pump();
  }

  /** Forgets every request that was not sent. */
  clear(): void {
    this.#queue = [];
  }

  /** A completed response that began with these outputs in the conversation has answered them. */
  #answered(uses: readonly string[]): void {
    this.#outputs = this.#outputs.filter((id) => !uses.includes(id));
    this.#queue = this.#queue.filter(
      (request) => request.purpose !== 'tool_result' || request.outputs.some((id) => !uses.includes(id)),
    );
  }

  /** Puts what was asked for back in front of the queue, unless `forget` says that it can do without. */
  #takeBack(forget: (purpose: ResponsePurpose) => boolean): void {
    const asked = this.#asked;
    this.#asked = null;
    if (asked !== null && !forget(asked.request.purpose)) this.#queue = [asked.request, ...this.#queue];
  }

  /** A sentence of which no word came is asked for once more by its owner, who does not know that it was sent again. */
  #isAskedAlready({ purpose, say }: ResponseRequest): boolean {
    const asked = this.#asked?.request;
    if (asked === undefined || say === null || isSaidOver(purpose)) return false;
    return asked.purpose === purpose && asked.say === say;
  }

  #pump(): readonly TurnCommand[] {
    if (this.busy) return NOTHING;
    const request = this.#listening ? this.#queue.find(({ purpose }) => isSaidOver(purpose)) : this.#queue[0];
    if (request === undefined) return NOTHING;
    this.#queue = this.#queue.filter((waiting) => waiting !== request);
    this.#sent += 1;
    const key = `${this.#prefix}_${this.#sent}`;
    this.#asked = { key, request };
    this.#doubtful = false;
    return [{ kind: 'create', key, request }];
  }
}

/** Said only if nothing else is being said: a collision makes it superfluous. */
function isOptional(purpose: ResponsePurpose): boolean {
  return purpose === 'reply' || purpose === 'filler' || purpose === 'reprompt' || purpose === 'keypad_offer';
}

/**
 * Said once or not at all, as it may have been heard: its owner decides on the greeting, and an operator is told what is known of
 * a sentence, and asks again.
 */
function mayBeForgotten(purpose: ResponsePurpose): boolean {
  return purpose === 'greeting' || purpose === 'operator' || isOptional(purpose);
}

/** Greeting and goodbye are said whoever speaks: they may not be interrupted either. */
export function isSaidOver(purpose: ResponsePurpose): boolean {
  return purpose === 'greeting' || purpose === 'closing';
}

/** Whether the model answers in its own words, and so all that came before. */
function isFree(request: ResponseRequest): boolean {
  return request.say === null;
}

/** Whether `next` makes the waiting request pointless: one response answers all that came before it. */
function supersedes(next: ResponseRequest, waiting: ResponseRequest): boolean {
  if (next.purpose === 'closing') return true;
  return next.purpose === waiting.purpose || isOptional(waiting.purpose);
}
