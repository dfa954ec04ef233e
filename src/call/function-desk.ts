import type { DeskOwner } from './desk-owner.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { functionOutput } from '../realtime/commands.ts';
import type { ToolControl } from '../tools/tool.ts';
import type { FunctionAnswer, ToolRunner } from '../tools/runner.ts';
import { onBehalfOf } from './isolation.ts';
import type { CallPlan } from './services.ts';

/** A function call as it came over the sideband. */
export interface IncomingFunctionCall {
  readonly responseId: string;
  readonly functionCallId: string;
  readonly name: string;
  readonly arguments: string;
}

/** All function calls of one response are answered, and the response is done. */
export interface AnsweredBatch {
  readonly responseId: string;
  readonly outputs: readonly string[];
  readonly control: ToolControl | null;
  /** Faults in a row, over the whole call. */
  readonly failuresInRow: number;
}

export interface FunctionDeskOwner extends DeskOwner {
  /** Waits until the call is certainly ours, at most `ms`. */
  certain(ms: number): Promise<boolean>;
  onToolStarted(): void;
  onToolSlow(): void;
  onToolAnswered(name: string, answer: FunctionAnswer, ms: number): void;
  onBatchAnswered(batch: AnsweredBatch): void;
}

export interface DeskServices {
  readonly clock: Clock;
  readonly tools: ToolRunner;
  readonly plan: Pick<CallPlan, 'toolFillerMs' | 'maxFunctionCalls'>;
}

/** A tool waits this long for a store that is away before it is tried and refused, ms: the caller is told meanwhile. */
const CERTAIN_MS = 6_000;

/** Stands for the responses of an earlier owner of the call. */
const INHERITED = 'inherited';

const TOO_MANY: FunctionAnswer = {
  status: 'failed',
  output: JSON.stringify({
    ok: false,
    error: 'too_many_function_calls',
    hint: 'Apologise and end the call.',
  }),
  control: null,
  fault: true,
};

/** What end_call answers when the call goes on. */
const NOT_ENDED = JSON.stringify({
  ok: false,
  error: 'not_ended',
  hint: 'The call goes on: another function of the same response failed, or waits for the caller. End it after that.',
});

interface Batch {
  readonly calls: Map<string, FunctionAnswer | null>;
  done: boolean;
  filler: Timer | null;
}

/**
 * Answers every function call of a call exactly once, and tells its owner when a response has all its outputs.
 * An output counts as delivered when the conversation names it; until then a new sideband gets it again.
 */
export class FunctionDesk {
  readonly #services: DeskServices;
  readonly #owner: FunctionDeskOwner;
  readonly #batches = new Map<string, Batch>();
  readonly #seen = new Set<string>();
  readonly #undelivered = new Map<string, string>();
  readonly #over = new AbortController();
  #failuresInRow = 0;

  constructor(services: DeskServices, owner: FunctionDeskOwner) {
    this.#services = services;
    this.#owner = owner;
  }

  /** Runs a complete function call; a repeated one is ignored. */
  take(call: IncomingFunctionCall): void {
    if (this.#over.signal.aborted || this.#seen.has(call.functionCallId)) return;
    this.#seen.add(call.functionCallId);
    const batch = this.#batchOf(call.responseId);
    batch.calls.set(call.functionCallId, null);
    this.#owner.onToolStarted();
    if (this.#seen.size > this.#services.plan.maxFunctionCalls) {
      this.#settle(call, batch, TOO_MANY, 0);
      return;
    }
    batch.filler ??= this.#services.clock.setTimer(this.#services.plan.toolFillerMs, () =>
      this.#owner.onToolSlow(),
    );
    void this.#run(call, batch);
  }

  /** Answers what an earlier owner of the call left unanswered: the ledger says which of it still has to run. */
  inherit(calls: readonly Omit<IncomingFunctionCall, 'responseId'>[]): void {
    for (const { functionCallId, name, arguments: args } of calls)
      this.take({ functionCallId, name, arguments: args, responseId: INHERITED });
    this.responseDone(INHERITED);
  }

  /** The response ended: no further function calls will come of it. */
  responseDone(responseId: string): void {
    const batch = this.#batches.get(responseId);
    if (batch === undefined) return;
    batch.done = true;
    this.#finishIfAnswered(responseId, batch);
  }

  /** The conversation holds this output. */
  delivered(functionCallId: string): void {
    this.#undelivered.delete(functionCallId);
  }

  /** A new sideband: outputs go out again, and the ends of responses that were missed are assumed. */
  reattached(): void {
    for (const [functionCallId, output] of this.#undelivered) {
      this.#owner.send(functionOutput(functionCallId, output));
    }
    const open = Array.from(this.#batches.keys());
    for (const responseId of open) this.responseDone(responseId);
  }

  /** The call is over: running tools are told so, and their answers are stored but not sent. */
  close(): void {
    this.#over.abort();
    for (const batch of this.#batches.values()) batch.filler?.cancel();
    this.#batches.clear();
  }

  async #run(call: IncomingFunctionCall, batch: Batch): Promise<void> {
    const { clock, tools } = this.#services;
    const startedAt = clock.monotonic();
    const { callId, epoch, callerNumber, callCase, evidence } = this.#owner;
    // Nothing is done on a call that may be another node's. The store is the judge; this spares it the question.
    await this.#owner.certain(CERTAIN_MS);
    if (this.#over.signal.aborted) return;
    const waitedMs = clock.monotonic() - startedAt;
    const answer = await onBehalfOf(callId, () =>
      tools.run(
        {
          ...call,
          callId,
          epoch,
          callerNumber,
          callCase,
          evidence,
          waitedMs,
          keepCase: async () => this.#owner.keepCase(),
        },
        this.#over.signal,
      ),
    );
    this.#settle(call, batch, answer, clock.monotonic() - startedAt);
  }

  #settle(call: IncomingFunctionCall, batch: Batch, answer: FunctionAnswer, ms: number): void {
    const ends = answer.control?.kind === 'end_call';
    // That the call may end says nothing about the tools.
    if (!ends) this.#failuresInRow = answer.fault ? this.#failuresInRow + 1 : 0;
    this.#owner.onToolAnswered(call.name, answer, ms);
    if (this.#over.signal.aborted) return;
    batch.calls.set(call.functionCallId, answer);
    // Whether it does end is known when all of the response is answered.
    if (!ends) this.#tell(call.functionCallId, answer.output);
    this.#finishIfAnswered(call.responseId, batch);
  }

  #finishIfAnswered(responseId: string, batch: Batch): void {
    const answers = [...batch.calls.values()].filter((answer) => answer !== null);
    if (!batch.done || answers.length < batch.calls.size) return;
    batch.filler?.cancel();
    this.#batches.delete(responseId);
    const control = controlOf(answers);
    for (const [functionCallId, answer] of batch.calls) {
      if (answer?.control?.kind === 'end_call')
        this.#tell(functionCallId, control?.kind === 'end_call' ? answer.output : NOT_ENDED);
    }
    this.#owner.onBatchAnswered({
      responseId,
      outputs: [...batch.calls.keys()],
      control,
      failuresInRow: this.#failuresInRow,
    });
  }

  #tell(functionCallId: string, output: string): void {
    this.#undelivered.set(functionCallId, output);
    this.#owner.send(functionOutput(functionCallId, output));
  }

  #batchOf(responseId: string): Batch {
    const known = this.#batches.get(responseId);
    if (known !== undefined) return known;
    const batch: Batch = { calls: new Map(), done: false, filler: null };
    this.#batches.set(responseId, batch);
    return batch;
  }
}

/** What the call does now. It does not end on what the caller has to be told or asked first. */
function controlOf(answers: readonly FunctionAnswer[]): ToolControl | null {
  const controls = answers.flatMap(({ control }) => (control === null ? [] : [control]));
  const goesOn = controls.find(({ kind }) => kind !== 'end_call');
  if (goesOn !== undefined) return goesOn;
  return answers.every(({ status }) => status === 'ok') ? (controls[0] ?? null) : null;
}
