import type { ToolStatus } from '../store/ports.ts';
import type { ToolControl, ToolOutcome, ToolOutput } from './tool.ts';

/** What goes back to the model, always. */
export interface FunctionAnswer {
  readonly status: ToolStatus;
  /** A JSON text. */
  readonly output: string;
  readonly control: ToolControl | null;
  /** Unknown tool, unfit arguments, or a tool that failed. A tool's own refusal is no fault. */
  readonly fault: boolean;
}

/** What stands in the ledger. */
export interface Finished {
  readonly status: ToolStatus;
  readonly output: string;
}

/** A tool's outcome as answer. */
export function answerOf(outcome: ToolOutcome): FunctionAnswer {
  return {
    status: outcome.status,
    output: textOf(outcome.output),
    control: outcome.control ?? null,
    fault: outcome.status === 'failed',
  };
}

/** A function call that no tool was asked for. */
export function refusal(error: string, hint: string): FunctionAnswer {
  return { status: 'refused', output: textOf({ ok: false, error, hint }), control: null, fault: true };
}

const NOT_DONE = 'It was not done. Apologise, and offer to take a message or to be called back.';
const NOT_KNOWN = 'It is not known whether it was done. Apologise, say so, and offer to be called back.';

/** What a tool answers that threw. */
export const FAILED: ToolOutcome = {
  status: 'failed',
  output: { ok: false, error: 'failed', hint: NOT_DONE },
};

/** What is said of a failure; `unknown`: an effect may have happened. */
export function failure(why: 'failed' | 'unknown'): FunctionAnswer {
  return answerOf(why === 'failed' ? FAILED : { ...FAILED, output: { ...FAILED.output, hint: NOT_KNOWN } });
}

/** The deadline passed. An effect that was not begun by then is not begun any more. */
export function tooLate(storing: boolean): FunctionAnswer {
  const output = { ok: false, error: 'timeout', hint: storing ? NOT_KNOWN : NOT_DONE };
  return { status: 'timeout', output: textOf(output), control: null, fault: true };
}

/** An output as it is stored and sent. */
export function textOf(output: ToolOutput): string {
  return JSON.stringify(output);
}

/** The answer that stands in the ledger. */
export function storedAnswer({ status, output }: Finished): FunctionAnswer {
  return { status, output, control: null, fault: status === 'failed' };
}
