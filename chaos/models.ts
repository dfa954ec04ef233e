import {
  standInModel,
  type Model,
  type ModelItem,
  type ModelPart,
  type ModelTurn,
} from '../emulator/index.ts';
import { verbatim } from '../emulator/models/verbatim.ts';

/** What a caller says to leave something for the team: each one has its number, so that each one is told apart. */
export const LEAVE = /伝言(\d+)番/u;
/** Said by the model once a message is stored, and only then. */
export const TAKEN = '承りました';
/** Said when the caller wants to end. */
export const NOTHING_ELSE = '以上です。';
const ONCE_MORE = '恐れ入ります、もう一度おっしゃっていただけますか。';

/** The words of a message for the team. */
export function messageBody(caller: string, number: number): string {
  return `${caller} 伝言${number}番`;
}

/**
 * Takes one message for the team for each that the caller leaves. It goes by the conversation alone, as a real model does:
 * whoever serves the call, it answers the last thing that was said.
 */
export function messageModel(caller: string): Model {
  return async (turn) => {
    const told = verbatim(turn.request?.['instructions']);
    if (told !== null) return [{ say: told }];
    const last = turn.items.findLast(isNews);
    if (last?.type === 'function_call_output') return afterTool(turn, last);
    const heard = last?.type === 'message' ? last.text : '';
    const number = LEAVE.exec(heard)?.[1];
    if (number !== undefined)
      return [toolCall('take_message', { caller_name: 'ヤマダ', body: messageBody(caller, Number(number)) })];
    if (heard.includes(NOTHING_ELSE)) return [toolCall('end_call', { outcome: 'message_taken' })];
    return [{ say: 'はい、ご用件をお願いいたします。' }];
  };
}

/** A model, and what it was shown of function calls. */
export function watched(model: Model, see: (items: readonly ModelItem[]) => void): Model {
  return async (turn) => {
    see(turn.items);
    return model(turn);
  };
}

/** The model of the attendance desk. */
export const deskModel: Model = standInModel;

function isNews(item: ModelItem): boolean {
  return item.type === 'function_call_output' || (item.type === 'message' && item.role === 'user');
}

function afterTool(
  turn: ModelTurn,
  { callId, output }: ModelItem & { type: 'function_call_output' },
): ModelPart[] {
  const call = turn.items.find((item) => item.type === 'function_call' && item.callId === callId);
  const done = isDone(output);
  if (call?.type !== 'function_call' || call.name !== 'take_message' || !done) return [{ say: ONCE_MORE }];
  return [{ say: `${LEAVE.exec(call.arguments)?.[0] ?? ''}を${TAKEN}。` }];
}

/** Whether a tool says that it has done what it was asked for. */
export function isDone(output: string): boolean {
  return (JSON.parse(output) as { ok?: unknown }).ok === true;
}

function toolCall(name: string, args: unknown): ModelPart {
  return { call: { name, arguments: JSON.stringify(args) } };
}
