import secureJson from 'secure-json-parse';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { withDeadline } from '../lib/deadline.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { DenwabanError, describeError } from '../errors.ts';
import type { CallStore, ToolStatus } from '../store/ports.ts';
import type { CallCase } from './call-case.ts';
import type { Evidence } from './evidence.ts';
import type { Tool, ToolContext, ToolControl, ToolOutcome, ToolOutput } from './tool.ts';

/** A function call as the model made it: nothing in it is trusted. */
export interface FunctionCall {
  readonly callId: string;
  readonly functionCallId: string;
  readonly name: string;
  /** A JSON text, supposedly. */
  readonly arguments: string;
  readonly callerNumber: string | null;
  readonly callCase: CallCase;
  readonly evidence: Evidence;
}

/** What goes back to the model, always. */
export interface FunctionAnswer {
  readonly status: ToolStatus;
  /** A JSON text. */
  readonly output: string;
  readonly control: ToolControl | null;
  /** Unknown tool, unfit arguments, or a tool that failed. A tool's own refusal is no fault. */
  readonly fault: boolean;
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
  readonly clock: Clock;
  readonly log: Log;
  /** Hard deadline of one function call, ms. */
  readonly timeoutMs: number;
}

/** Arguments beyond this are refused unread: no tool takes more than a few sentences. */
const MAX_ARGUMENT_BYTES = 16 * 1024;

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
  if (entry === undefined) return refusal('unknown_tool', 'There is no such tool.');
  const args = parseArguments(entry.validator, call.arguments);
  if ('problem' in args) return refusal('invalid_arguments', args.problem);
  const abort = new AbortController();
  const onOver = (): void => abort.abort();
  signal.addEventListener('abort', onOver, { once: true });
  try {
    return await withDeadline(
      options.clock,
      options.timeoutMs,
      entry.tool.effect === 'read'
        ? answerRead(options, entry.tool, call, args.value, abort.signal)
        : answerOnce(options, entry.tool, call, args.value, abort.signal),
      () => new DenwabanError('DW_TOOL', `${call.name} did not answer within ${options.timeoutMs} ms`),
    );
  } catch (error) {
    const timeout = error instanceof DenwabanError && error.code === 'DW_TOOL';
    logFailure(options, call, error, timeout ? 'Tool timed out' : 'Tool failed');
    return failure(timeout ? 'timeout' : 'failed');
  } finally {
    abort.abort();
    signal.removeEventListener('abort', onOver);
  }
}

/** Reading changes nothing: it runs first and is recorded afterwards. */
async function answerRead(
  options: ToolRunnerOptions,
  tool: Tool,
  call: FunctionCall,
  args: unknown,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  const startedAt = options.clock.now();
  const outcome = await tool.run(args, contextOf(options, call, signal));
  const answer = answerOf(outcome);
  void recordRead(options, call, startedAt, answer);
  return answer;
}

async function recordRead(
  options: ToolRunnerOptions,
  call: FunctionCall,
  startedAt: number,
  answer: FunctionAnswer,
): Promise<void> {
  try {
    await options.store.beginToolCall(call, call.name, call.arguments, startedAt);
    await options.store.finishToolCall(call, answer.status, answer.output, options.clock.now());
  } catch (error) {
    logFailure(options, call, error, 'Function call was not recorded');
  }
}

/** An effect is recorded before it happens, and happens once per function call, whoever asks again. */
async function answerOnce(
  options: ToolRunnerOptions,
  tool: Tool,
  call: FunctionCall,
  args: unknown,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  const { store, clock } = options;
  const begun = await store.beginToolCall(call, call.name, call.arguments, clock.now());
  if (begun.outcome === 'finished' && tool.effect === 'write') {
    return { status: begun.status, output: begun.output, control: null, fault: begun.status === 'failed' };
  }
  const answer = await runRecorded(options, tool, call, args, signal);
  const output = await store.finishToolCall(call, answer.status, answer.output, clock.now());
  return { ...answer, output };
}

/** A tool that throws has an answer too: without one its entry would stay open for ever. */
async function runRecorded(
  options: ToolRunnerOptions,
  tool: Tool,
  call: FunctionCall,
  args: unknown,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  try {
    return answerOf(await tool.run(args, contextOf(options, call, signal)));
  } catch (error) {
    logFailure(options, call, error, 'Tool failed');
    return failure('failed');
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

function answerOf(outcome: ToolOutcome): FunctionAnswer {
  return {
    status: outcome.status,
    output: textOf(outcome.output),
    control: outcome.control ?? null,
    fault: outcome.status === 'failed',
  };
}

function refusal(error: string, hint: string): FunctionAnswer {
  return { status: 'refused', output: textOf({ ok: false, error, hint }), control: null, fault: true };
}

function failure(status: 'failed' | 'timeout'): FunctionAnswer {
  return {
    status,
    output: textOf({
      ok: false,
      error: status,
      hint:
        status === 'timeout'
          ? 'It is not known whether it was done. Apologise, say so, and offer to be called back.'
          : 'It was not done. Apologise, and offer to take a message or to be called back.',
    }),
    control: null,
    fault: true,
  };
}

function textOf(output: ToolOutput): string {
  return JSON.stringify(output);
}
