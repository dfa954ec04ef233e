import Type from 'typebox';
import { enter } from './keypad-entry.ts';
import { nothing, type KeypadParts } from './keypad-parts.ts';
import { settle } from './keypad-settle.ts';
import { createToolRunner, type ToolRunner, type ToolRunnerOptions } from './runner.ts';
import type { Tool } from './tool.ts';

/** Longest entry; a longer one has lost its first keys before. */
const MAX_KEYS = 32;

const parameters = Type.Object(
  {
    step: Type.Union([Type.Literal('entry'), Type.Literal('no_voice'), Type.Literal('call_over')]),
    keys: Type.Optional(Type.String({ maxLength: MAX_KEYS, pattern: '^[0-9*#A-D]*$' })),
  },
  { additionalProperties: false },
);

/** Runs the desk for keys; where it does not act, keys are for the model, and for the team in the end. */
export interface KeypadRunner {
  readonly runner: ToolRunner;
  readonly acts: boolean;
}

/** The desk acts where the agent itself may change attendance. @param tools names of the agent's tools */
export function createKeypadRunner(
  parts: KeypadParts,
  tools: readonly string[],
  options: Omit<ToolRunnerOptions, 'tools'>,
): KeypadRunner {
  return {
    runner: createToolRunner({ ...options, tools: [keypadTool(parts)] }),
    acts: tools.includes('update_attendance'),
  };
}

/** Name under which keys stand in the ledger. No model is offered it. */
export const KEYPAD_TOOL = 'keypad';

/**
 * The desk for keys: the service's own, so that no model is needed. It is run as a tool, by the ledger and within a
 * deadline; `functionCallId` is the turn in which the keys stand.
 */
export function keypadTool(parts: KeypadParts): Tool<typeof parameters> {
  return {
    name: KEYPAD_TOOL,
    description: 'Acts on what the caller pressed.',
    parameters,
    effect: 'write',
    run: async ({ step, keys }, context) => {
      if (step !== 'entry') return settle(parts, step, context);
      return keys === undefined ? nothing('empty') : enter(parts, keys, context);
    },
  };
}
