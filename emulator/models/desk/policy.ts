import type { ModelPart, ModelTurn } from '../../types.ts';
import * as hear from '../listening.ts';
import { callOf } from '../offered-tools.ts';
import * as general from '../sentences.ts';
import { afterTool } from './after-tool.ts';
import type { Memory } from './memory.ts';
import { recall } from './recall.ts';
import { proposeAgain } from './propose.ts';
import * as say from './sentences.ts';
import { goOn, passOn, type Tools } from './steps.ts';
import { asksToRepeat, asksToWait } from './understanding.ts';

/**
 * Holds the conversation of the attendance desk, by rules: who is calling, what they want, what has to be read back. It
 * acts on nothing but what a model is shown. Whether a yes was clear, who somebody is and what is stored is decided by
 * the service; the stand-in passes on and reads out.
 */
export function deskAnswer(turn: ModelTurn, tools: Tools): readonly ModelPart[] {
  const { instructions } = turn.session;
  const memory = recall(turn.items, typeof instructions === 'string' ? instructions : '');
  return memory.output === null ? answer(memory, tools) : afterTool(memory, memory.output, tools);
}

function answer(memory: Memory, tools: Tools): readonly ModelPart[] {
  const { heard } = memory;
  if (heard === null) return [{ say: say.ASK_WISH }];
  if (heard.trim() === '') return [{ say: general.NOT_HEARD }];
  if (hear.wantsPerson(heard)) return transfer(memory, tools, heard);
  if (memory.token !== null) return [proposeAgain(memory, tools, memory.token)];
  if (isFarewell(memory, heard)) return goodbye(memory, tools);
  if (asksToWait(heard)) return [{ say: say.I_WAIT }];
  if (asksToRepeat(heard) && memory.said !== '') return [{ say: memory.said }];
  if (hear.asksForRobot(heard)) return goOn(memory, tools, general.YES_AN_AI);
  return goOn(memory, tools);
}

/** The tool announces the transfer itself; without it a message is offered. */
function transfer(memory: Memory, tools: Tools, heard: string): readonly ModelPart[] {
  const tool = tools.get('transfer_to_human');
  if (tool !== undefined) return [callOf(tool, [], heard)];
  return passOn(memory, tools, say.NOT_TRANSFERRED);
}

function isFarewell(memory: Memory, heard: string): boolean {
  if (memory.fresh || memory.topic !== null) return false;
  if (memory.message !== null) return hear.saysGoodbye(heard) && !memory.message.confirmed;
  const nothing = memory.wish === null && /ほかにご用件/u.test(memory.said) && hear.hasNothingElse(heard);
  return nothing || hear.saysGoodbye(heard);
}

function goodbye(memory: Memory, tools: Tools): readonly ModelPart[] {
  const tool = tools.get('end_call');
  if (tool === undefined) return [{ say: general.GOODBYE }];
  const outcome = memory.messages > 0 && memory.stored === 0 ? 'message_taken' : 'question_answered';
  return [callOf(tool, [{ fits: /outcome|reason|result/u, value: memory.stored > 0 ? 'other' : outcome }])];
}
