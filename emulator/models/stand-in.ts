import type { Model, ModelPart, ModelTurn } from '../types.ts';
import { deskAnswer } from './desk/policy.ts';
import * as hear from './listening.ts';
import { type Memo, needOf, recall } from './memo.ts';
import { callOf, offeredTools, type OfferedTool } from './offered-tools.ts';
import * as say from './sentences.ts';
import { verbatim } from './verbatim.ts';

type Tools = ReadonlyMap<string, OfferedTool>;

/**
 * Stands in for a real model: a handful of rules, no understanding. It says what it is told to say word for word, and
 * otherwise holds one conversation in Japanese: at the attendance desk when the session offers its tools, else taking a
 * message. The same conversation always gets the same answer. How well a real model follows the same instructions
 * cannot be learnt from it.
 */
export const standInModel: Model = async (turn) => {
  const told = verbatim(turn.request?.['instructions']);
  if (told !== null) return [{ say: told }];
  const tools = offeredTools(turn);
  if (tools.has('identify_caller')) return deskAnswer(turn, tools);
  const memo = recall(turn.items, instructionsOf(turn));
  return memo.lastOutput === null ? answer(memo, tools) : afterTool(memo, memo.lastOutput, tools);
};

function instructionsOf(turn: ModelTurn): string {
  const { instructions } = turn.session;
  return typeof instructions === 'string' ? instructions : '';
}

function answer(memo: Memo, tools: Tools): readonly ModelPart[] {
  const heard = memo.lastHeard;
  if (heard === null) return [{ say: say.questionFor(needOf(memo), memo) }];
  if (heard.trim() === '') return [{ say: say.NOT_HEARD }];
  if (hear.wantsPerson(heard)) return transfer(memo, tools, heard);
  if (isFarewell(memo, heard)) return goodbye(memo, tools);
  if (hear.asksForRobot(heard)) {
    return [{ say: say.YES_AN_AI + say.questionFor(needOf(memo), memo) }];
  }
  return next(memo, tools, heard);
}

/** Asks for what is missing, or passes on what was confirmed. */
function next(memo: Memo, tools: Tools, heard: string): readonly ModelPart[] {
  const need = needOf(memo);
  if (need === 'save') return save(memo, tools);
  if (need === 'confirm' && memo.asked === 'confirm') return [{ say: readBackAgain(memo, heard) }];
  const kind = hear.tellsOfIllness(heard) ? say.GET_WELL : '';
  const justUnderstood = memo.asked === 'intent' || memo.asked === 'anything_else';
  const opening = justUnderstood ? say.received(memo) : '';
  return [{ say: opening + kind + say.questionFor(need, memo) }];
}

/** Anything but a clear yes: corrections are read back, the rest is asked again. */
function readBackAgain(memo: Memo, heard: string): string {
  const corrected = hear.dateOf(heard) ?? hear.nameIn(heard) ?? hear.intentOf(heard);
  if (corrected !== null) return say.questionFor('confirm', memo);
  return hear.saysNo(heard) ? say.WHAT_IS_WRONG : say.ONCE_MORE;
}

function save(memo: Memo, tools: Tools): readonly ModelPart[] {
  const tool = tools.get('take_message');
  if (tool === undefined) return [{ say: say.NOT_SAVED }];
  const call = callOf(tool, [
    { fits: /callback|number|phone/u, value: memo.callback },
    { fits: /name/u, value: memo.name },
    { fits: /body|message|content|text/u, value: say.messageBody(memo) },
  ]);
  return [{ say: say.BEFORE_SAVING }, call];
}

function transfer(memo: Memo, tools: Tools, heard: string): readonly ModelPart[] {
  const tool = tools.get('transfer_to_human');
  if (tool !== undefined) return [callOf(tool, [], heard)];
  const need = needOf(memo);
  return [{ say: say.NOT_TRANSFERRED + (need === 'intent' ? '' : say.questionFor(need, memo)) }];
}

function isFarewell(memo: Memo, heard: string): boolean {
  const need = needOf(memo);
  if (need === 'confirm' || need === 'save') return false;
  return (
    hear.saysGoodbye(heard) ||
    (memo.asked === 'anything_else' && need === 'anything_else' && hear.hasNothingElse(heard))
  );
}

/** Saying goodbye is asked for afterwards by whoever runs the tool; without the tool it is said at once. */
function goodbye(memo: Memo, tools: Tools): readonly ModelPart[] {
  const tool = tools.get('end_call');
  if (tool === undefined) return [{ say: say.GOODBYE }];
  const outcome = memo.savedCount > 0 ? 'message_taken' : 'other';
  return [callOf(tool, [{ fits: /outcome|reason|result/u, value: outcome }])];
}

function afterTool(memo: Memo, output: NonNullable<Memo['lastOutput']>, tools: Tools): readonly ModelPart[] {
  switch (output.tool) {
    case 'take_message':
      if (output.ok) return [{ say: say.AFTER_SAVING }];
      return [{ say: memo.callbackUnreadable ? say.NUMBER_AGAIN : say.NOT_SAVED }];
    case 'transfer_to_human':
      return [{ say: output.ok ? say.TRANSFERRING : say.NOT_TRANSFERRED }];
    case 'end_call':
      return [{ say: say.GOODBYE }];
    default:
      return next(memo, tools, '');
  }
}
