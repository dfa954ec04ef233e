import secureJson from 'secure-json-parse';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { DenwabanError, describeError } from '../errors.ts';
import type { CallStore } from '../store/ports.ts';
import type { CallCase } from './call-case.ts';
import type { Evidence } from './evidence.ts';
import { answerOf, FAILED, failure, refusal, storedAnswer, tooLate, type FunctionAnswer } from './answer.ts';
import { closeUndone } from './close-undone.ts';
import { close, throughOutage, settle, type Progress, type ToolTransact } from './settle.ts';
import type { Tool, ToolContext, ToolEffect, ToolOutcome } from './tool.ts';

export type { FunctionAnswer } from './answer.ts';

/** A function call as the model made it: nothing in it is trusted. */
export interface FunctionCall {
  readonly callId: string;
  readonly functionCallId: string;
  /** Epoch in which the call is owned. */
  readonly epoch: number;
  readonly name: string;
  /** A JSON text, supposedly. */
  readonly arguments: string;
  readonly callerNumber: string | null;
  readonly callCase: CallCase;
  readonly evidence: Evidence;
  /** Ms of its deadline that have passed already, waiting for the lease of the call. Default 0. */
  readonly waitedMs?: number;
  /**
   * Resolves when the case as it stands is stored, or could not be. Whoever goes on with the call has to know what a tool
   * has established once the ledger holds its answer: then the tool does not run again.
   */
  keepCase?(): Promise<void>;
}

export interface ToolRunner {
  /** Definitions as the model is offered them. */
  readonly definitions: readonly { name: string; description: string; parameters: TSchema }[];
  /** Runs one function call. Never rejects: what goes wrong is told to the model. */
  run(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer>;
}

export interface ToolRunnerOptions {
  readonly tools: readonly Tool[];
  readonly store: CallStore;
  readonly transact: ToolTransact;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Hard deadline of one function call, ms. */
  readonly timeoutMs: number;
}

/** Arguments beyond this are refused unread: no tool takes more than a few sentences. */
const MAX_ARGUMENT_BYTES = 16 * 1024;
/** However long a function call has waited, its tool gets this, ms: one try of every statement. */
const MIN_RUN_MS = 500;

interface Entry {
  readonly tool: Tool;
  readonly validator: Validator;
}

/** Checks, records and runs function calls. One runner serves all calls of a scenario. */
export function createToolRunner(options: ToolRunnerOptions): ToolRunner {
  const entries = new Map<string, Entry>(
    options.tools.map((tool) => [tool.name, { tool, validator: Compile(tool.parameters) }]),
  );
  return {
    definitions: options.tools.map(({ name, description, parameters }) => ({
      name,
      description,
      parameters,
    })),
    run: (call, signal) => runCall(options, entries.get(call.name), call, signal),
  };
}

async function runCall(
  options: ToolRunnerOptions,
  entry: Entry | undefined,
  call: FunctionCall,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  if (entry === undefined) return refuse(options, call, 'unknown_tool', 'There is no such tool.');
  const args = parseArguments(entry.validator, call.arguments);
  if ('problem' in args) return refuse(options, call, 'invalid_arguments', args.problem);
  const abort = new AbortController();
  const onOver = (): void => abort.abort();
  signal.addEventListener('abort', onOver, { once: true });
  const progress: Progress = { late: false, storing: false };
  try {
    return await withDeadline(
      options.clock,
      Math.max(MIN_RUN_MS, options.timeoutMs - (call.waitedMs ?? 0)),
      entry.tool.effect === 'read'
        ? answerRead(options, entry.tool, call, args.value, abort.signal, progress)
        : answerOnce(options, entry.tool, call, args.value, abort.signal, progress),
      () => new DenwabanError('DW_TOOL', `${call.name} did not answer within ${options.timeoutMs} ms`),
    );
  } catch (error) {
    const timeout = error instanceof DenwabanError && error.code === 'DW_TOOL';
    progress.late = timeout;
    logFailure(options, call, error, timeout ? 'Tool timed out' : 'Tool failed');
    const answer = timeout ? tooLate(progress.storing) : failure(progress.storing ? 'unknown' : 'failed');
    if (!progress.storing && entry.tool.effect !== 'read') void closeUndone(options, call, answer, signal);
    return answer;
  } finally {
    abort.abort();
    signal.removeEventListener('abort', onOver);
  }
}

/** A function call that no tool takes is not recorded, but the audit learns of it: it may be an attempt. */
function refuse(options: ToolRunnerOptions, call: FunctionCall, code: string, hint: string): FunctionAnswer {
  const { transact, clock } = options;
  const payload = { function_call_id: call.functionCallId, code };
  const entry = {
    callId: call.callId,
    at: clock.now(),
    actor: 'agent',
    kind: 'tool.refused',
    payload,
  } as const;
  transact(async ({ audit }) => audit(entry)).catch((error: unknown) =>
    logFailure(options, call, error, 'Refusal was not audited'),
  );
  return refusal(code, hint);
}

/** Reading changes nothing: it runs first and is recorded afterwards; the audit learns of what was refused. */
async function answerRead(
  options: ToolRunnerOptions,
  tool: Tool,
  call: FunctionCall,
  args: unknown,
  signal: AbortSignal,
  progress: Progress,
): Promise<FunctionAnswer> {
  const startedAt = options.clock.now();
  const outcome = await throughOutage(options, progress, async () =>
    tool.run(args, contextOf(options, call, signal)),
  );
  if ('effect' in outcome) throw new TypeError(`${tool.name} is a read tool and returned an effect`);
  outcome.settled?.();
  await call.keepCase?.();
  const answer = answerOf(outcome);
  void recordRead(options, call, startedAt, answer, outcome);
  return answer;
}

async function recordRead(
  options: ToolRunnerOptions,
  call: FunctionCall,
  startedAt: number,
  { status, output }: FunctionAnswer,
  outcome: ToolOutcome,
): Promise<void> {
  const { clock, store, transact } = options;
  try {
    await store.beginToolCall(call, call.name, call.arguments, startedAt);
    if (status === 'ok') await store.finishToolCall(call, status, output, clock.now());
    else await transact((transaction) => close(transaction, options, call, outcome));
  } catch (error) {
    logFailure(options, call, error, 'Function call was not recorded');
  }
}

/** What is done is recorded before, and happens once per function call, whoever asks again. */
async function answerOnce(
  options: ToolRunnerOptions,
  tool: Tool,
  call: FunctionCall,
  args: unknown,
  signal: AbortSignal,
  progress: Progress,
): Promise<FunctionAnswer> {
  const { store, clock } = options;
  const begun = await throughOutage(options, progress, async () =>
    store.beginToolCall(call, call.name, call.arguments, clock.now()),
  );
  if (begun.outcome === 'finished' && tool.effect === 'write') return storedAnswer(begun);
  const wanted = await runRecorded(options, tool, call, args, signal);
  if (!('effect' in wanted)) await call.keepCase?.();
  if (!progress.late || !('effect' in wanted)) {
    const answer = await settle(options, call, wanted, progress);
    if ('effect' in wanted) await call.keepCase?.();
    return answer;
  }
  const missed = tooLate(false);
  await store.finishToolCall(call, missed.status, missed.output, clock.now());
  return missed;
}

/** A tool that throws has an answer too: without one its entry would stay open for ever. */
async function runRecorded(
  options: ToolRunnerOptions,
  tool: Tool,
  call: FunctionCall,
  args: unknown,
  signal: AbortSignal,
): Promise<ToolOutcome | ToolEffect> {
  try {
    const wanted = await tool.run(args, contextOf(options, call, signal));
    if (!('effect' in wanted) || tool.effect === 'write') return wanted;
    throw new TypeError(`${tool.name} is no write tool and returned an effect`);
  } catch (error) {
    logFailure(options, call, error, 'Tool failed');
    return FAILED;
  }
}

function logFailure(options: ToolRunnerOptions, call: FunctionCall, error: unknown, message: string): void {
  options.log.error({ call_id: call.callId, tool: call.name, reason: describeError(error) }, message);
}

function contextOf(options: ToolRunnerOptions, call: FunctionCall, signal: AbortSignal): ToolContext {
  return {
    callId: call.callId,
    functionCallId: call.functionCallId,
    callerNumber: call.callerNumber,
    callCase: call.callCase,
    evidence: call.evidence,
    store: options.store,
    clock: options.clock,
    log: options.log,
    signal,
  };
}

function parseArguments(validator: Validator, text: string): { value: unknown } | { problem: string } {
  if (Buffer.byteLength(text) > MAX_ARGUMENT_BYTES) return { problem: 'The arguments are too long.' };
  let value: unknown;
  try {
    value = secureJson.parse(text === '' ? '{}' : text, { protoAction: 'error', constructorAction: 'error' });
  } catch {
    return { problem: 'The arguments are not valid JSON.' };
  }
  if (validator.Check(value)) return { value };
  const [first] = validator.Errors(value);
  return { problem: `${first?.instancePath ?? ''} ${first?.message ?? 'does not fit the schema'}`.trim() };
}
