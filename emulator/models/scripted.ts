import type { Model, ModelPart, ModelTurn } from '../types.ts';

/** Said when the script has no step left. */
const AFTER_THE_SCRIPT = 'はい、承知いたしました。';

/** What is said in one response: fixed, or made from what the model is shown. */
export type ScriptStep =
  | readonly ModelPart[]
  | ((turn: ModelTurn) => readonly ModelPart[] | Promise<readonly ModelPart[]>);

/** A model for tests: one step for each response, in order. Afterwards it says one fixed sentence. */
export function scriptedModel(steps: readonly ScriptStep[]): Model {
  let next = 0;
  return async (turn) => {
    const step = steps[next];
    next += 1;
    if (step === undefined) return [{ say: AFTER_THE_SCRIPT }];
    return typeof step === 'function' ? step(turn) : step;
  };
}
