import type { DeskOwner } from './desk-owner.ts';
import { entriesIn, readEntry } from '../briefing/keypad.ts';
import { pause } from '../lib/deadline.ts';
import { callerMessage, serviceMessage } from '../realtime/commands.ts';
import type { KeypadAnswer } from '../tools/keypad-parts.ts';
import { KEYPAD_TOOL } from '../tools/keypad-tool.ts';
import type { FunctionAnswer } from '../tools/runner.ts';
import { raiseAlarm } from './alarm.ts';
import type { CallEvent } from './conversation.ts';
import { onBehalfOf } from './isolation.ts';
import type { CallMinutes } from './minutes.ts';
import type { CallServices } from './services.ts';
import { KEYPAD_MAX_ENTRIES, KEYPAD_SETTLE_RETRY_MS, KEYPAD_SETTLE_TRIES } from './timeouts.ts';

export interface KeypadOwner extends DeskOwner {
  onKeysAnswered(answer: CallEvent & { kind: 'keys_answered' }): void;
}

type Step = { readonly step: 'entry'; readonly keys: string } | { readonly step: 'no_voice' | 'call_over' };

/** Nothing to say, and nothing that the model would not hear anyway: it answers the keys. */
const FOR_MODEL = { say: null, reply: true, tell: null } as const;

/**
 * Takes down what is pressed in one call and has it acted on, one entry after another, without the model. What had no
 * effect by the end of the call is settled then, and the call is not over for its owner before.
 */
export class KeypadDesk {
  readonly #services: CallServices;
  readonly #minutes: CallMinutes;
  readonly #owner: KeypadOwner;
  readonly #never = new AbortController();
  #work: Promise<void> = Promise.resolve();
  /** What was asked for and is not done. */
  #open = 0;
  #entries = 0;
  #steps = 0;
  #untold: string[] = [];
  #dropped = false;

  constructor(services: CallServices, minutes: CallMinutes, owner: KeypadOwner) {
    this.#services = services;
    this.#minutes = minutes;
    this.#owner = owner;
  }

  /** Whether nothing that was pressed is being acted on. */
  get idle(): boolean {
    return this.#open === 0;
  }

  /** Entries as they were pressed, in order. */
  take(entries: readonly string[]): void {
    for (const keys of entries) {
      const turn = this.#noteDown(keys);
      if (turn === null) return;
      this.#tell(callerMessage(turn, textOf(keys)));
      this.#then(async () => this.#answer(await this.#enter(turn, keys)));
    }
  }

  /** Nothing the agent says is heard: what was pressed counts as it is, where it is certain. */
  settle(): void {
    this.#then(async () => this.#answer(parse(await this.#run(this.#nextStep(), { step: 'no_voice' }))));
  }

  /** A new sideband: what the model was not told goes out again. */
  reattached(): void {
    const untold = this.#untold;
    this.#untold = [];
    for (const event of untold) this.#tell(event);
  }

  /** The call is over. @param keys of an entry that was not complete */
  close(keys: string): void {
    for (const entry of entriesIn(keys)) {
      const turn = this.#noteDown(entry);
      if (turn !== null) this.#then(async () => void (await this.#enter(turn, entry)));
    }
    this.#then(() => this.#settleFinally());
  }

  /** Somebody else serves the call: nothing more is done here. */
  drop(): void {
    this.#dropped = true;
  }

  /** Resolves when all that was pressed has had its effect. */
  settled(): Promise<void> {
    return this.#work;
  }

  #noteDown(keys: string): string | null {
    this.#entries += 1;
    if (this.#entries === KEYPAD_MAX_ENTRIES + 1)
      raiseAlarm(this.#services, this.#owner.callId, 'keypad_flood');
    if (this.#entries > KEYPAD_MAX_ENTRIES) return null;
    // Another node that takes the call over counts from one again: the epoch tells its turns apart.
    const turn = `keys_${this.#owner.epoch}_${this.#entries}`;
    this.#minutes.keypad(turn, textOf(keys));
    return turn;
  }

  async #enter(turn: string, keys: string): Promise<KeypadReply> {
    if (!this.#services.keypad.acts) {
      this.#remember(turn, keys);
      return FOR_MODEL;
    }
    const answer = await this.#run(turn, { step: 'entry', keys });
    if (answer.fault) this.#remember(turn, keys);
    return parse(answer);
  }

  /** What cannot be acted on is kept for the team. */
  #remember(turn: string, keys: string): void {
    const { callCase, evidence } = this.#owner;
    const entry = readEntry(keys);
    if (entry.kind === 'code') callCase.keypad.code = entry.digits;
    if (entry.kind !== 'digit' || entry.decision === null) return;
    callCase.keypad.pending = {
      decision: entry.decision,
      turn,
      since: evidence.mark(),
      informed: false,
      token: null,
      specific: false,
      noted: false,
    };
  }

  async #settleFinally(): Promise<void> {
    const { keypad } = this.#owner.callCase;
    if (keypad.pending === null && keypad.code === null) return;
    for (let attempt = 0; attempt < KEYPAD_SETTLE_TRIES; attempt += 1) {
      if (attempt > 0) await pause(this.#services.clock, KEYPAD_SETTLE_RETRY_MS * 2 ** (attempt - 1));
      if (this.#dropped) return;
      const answer = await this.#run(this.#nextStep(), { step: 'call_over' });
      if (!answer.fault) return;
    }
    raiseAlarm(this.#services, this.#owner.callId, 'keypad_unsettled');
  }

  async #run(functionCallId: string, step: Step): Promise<FunctionAnswer> {
    const { clock, keypad, observer } = this.#services;
    const { callId, epoch, callerNumber, callCase, evidence } = this.#owner;
    const startedAt = clock.monotonic();
    const call = { callId, epoch, functionCallId, callerNumber, callCase, evidence };
    const answer = await onBehalfOf(callId, () =>
      keypad.runner.run({ ...call, name: KEYPAD_TOOL, arguments: JSON.stringify(step) }, this.#never.signal),
    );
    observer.toolAnswered(KEYPAD_TOOL, answer.status, clock.monotonic() - startedAt);
    if (!answer.fault) await this.#owner.keepCase();
    return answer;
  }

  #nextStep(): string {
    this.#steps += 1;
    return `keys_${this.#owner.epoch}_settle_${this.#steps}`;
  }

  #answer({ say, reply, tell }: KeypadReply): void {
    if (tell !== null) this.#tell(serviceMessage(this.#nextTold(), `[受付] ${JSON.stringify(tell)}`));
    this.#owner.onKeysAnswered({ kind: 'keys_answered', say, reply, open: this.#owner.callCase.keypad.open });
  }

  #nextTold(): string {
    return `told_${this.#owner.epoch}_${this.#entries}_${this.#steps}`;
  }

  #tell(event: string): void {
    if (!this.#owner.send(event)) this.#untold.push(event);
  }

  #then(work: () => Promise<void> | void): void {
    this.#open += 1;
    this.#work = this.#work.then(async () => {
      try {
        if (!this.#dropped) await work();
      } finally {
        this.#open -= 1;
      }
    });
  }
}

type KeypadReply = Pick<KeypadAnswer, 'say' | 'reply' | 'tell'>;

function textOf(keys: string): string {
  return `[キー入力] ${keys}`;
}

/** The output of the desk's own tool; a tool that failed leaves the keys to the model. */
function parse(answer: FunctionAnswer): KeypadReply {
  return answer.fault ? FOR_MODEL : (JSON.parse(answer.output) as KeypadAnswer);
}
