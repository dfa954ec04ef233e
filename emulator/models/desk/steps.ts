import type { ModelPart } from '../../types.ts';
import * as hear from '../listening.ts';
import { callOf, type OfferedTool } from '../offered-tools.ts';
import { openMessage, untold, type Memory } from './memory.ts';
import { kanaOf, messageNeed } from './message.ts';
import { dayWished, propose } from './propose.ts';
import * as say from './sentences.ts';
import { doesNotKnow, keepsIt } from './understanding.ts';

/** The tools that are offered, by name. */
export type Tools = ReadonlyMap<string, OfferedTool>;
type Parts = readonly ModelPart[];

/**
 * The next step towards what the caller wants.
 *
 * @param opening said before it
 */
export function goOn(memory: Memory, tools: Tools, opening = ''): Parts {
  const { wish, topic, level, message, registrations } = memory;
  if (message !== null) return takeMessage(memory, tools, opening);
  if (topic !== null && memory.known !== null) {
    const answer = opening + memory.known;
    if (wish === null) return [{ say: answer + say.ANYTHING_ELSE }];
    Object.assign(memory, { topic: null, known: null });
    return goOn(memory, tools, answer);
  }
  if (topic === 'somebody_else') return [{ say: opening + say.SOMEBODY_ELSE }];
  if (topic === 'other') return passOn(memory, tools, opening + say.NOT_KNOWN_HERE);
  if (wish === null && topic === null) return [{ say: opening + withoutWish(memory) }];
  if (wish?.kind === 'pass_on') return passOn(memory, tools, opening + say.LEAVE_A_MESSAGE);
  const known = topic === null ? level === 'change' : level !== 'none';
  if (!known) return identify(memory, tools, opening);
  if (topic === 'in_writing') return sendText(tools, opening);
  if (topic !== null) {
    return registrations === null ? lookUp(memory, tools, opening) : answerTopic(memory, tools, opening);
  }
  const parts = propose(memory, tools, opening);
  if (parts === 'look_up') return lookUp(memory, tools, opening);
  return parts === 'not_possible' ? passOn(memory, tools, opening + say.NOT_POSSIBLE) : parts;
}

/** Looks up what may be told to the caller. */
export function lookUp(memory: Memory, tools: Tools, opening: string): Parts {
  const tool = tools.get('check_slots');
  if (tool === undefined) return [{ say: opening + say.NOT_POSSIBLE }];
  return [{ say: opening + say.LOOKING_UP }, callOf(tool, [{ fits: /^date$/u, value: dayWished(memory) }])];
}

/** Leaves it to the team: a message is prepared next. */
export function passOn(memory: Memory, tools: Tools, opening: string): Parts {
  openMessage(memory);
  return takeMessage(memory, tools, opening);
}

/** Asks for what the message lacks, reads it back, and keeps it once that was confirmed. */
export function takeMessage(memory: Memory, tools: Tools, opening: string): Parts {
  const draft = memory.message;
  if (draft === null) return [{ say: opening + say.ANYTHING_ELSE }];
  const need = messageNeed(draft);
  if (need !== 'save') {
    const first = draft.why === 'proxy' && !memory.proxyTold ? say.FOR_A_PROXY : '';
    const again = draft.denied ? say.NOT_AS_SAID : '';
    return [{ say: opening + first + again + say.askForMessage(need, draft) }];
  }
  const lead = draft.why === 'not_found' ? tools.get('save_lead') : undefined;
  const tool = lead ?? tools.get('take_message');
  if (tool === undefined) return [{ say: opening + say.NOT_SAVED }];
  const call = callOf(tool, [
    { fits: /callback_number|^phone/u, value: draft.callback },
    { fits: /kana/u, value: kanaOf(draft) },
    { fits: /name/u, value: draft.name },
    { fits: /topic/u, value: 'reservation' },
    { fits: /body|note/u, value: say.messageBody(draft) },
  ]);
  return [{ say: opening + say.BEFORE_SAVING }, call];
}

/** Sends what was asked for in writing; words and number are the service's. */
function sendText(tools: Tools, opening: string): Parts {
  const tool = tools.get('send_message');
  if (tool === undefined) return [{ say: opening + say.NOT_SENT }];
  const call = { call: { name: tool.name, arguments: JSON.stringify({ template: 'briefing_details' }) } };
  return opening === '' ? [call] : [{ say: opening }, call];
}

/** Asks who is calling, or passes on what was said of it. */
function identify(memory: Memory, tools: Tools, opening: string): Parts {
  const tool = tools.get('identify_caller');
  const fresh = untold(memory);
  const before = opening + receivedNow(memory);
  if (tool !== undefined && Object.keys(fresh).length > 0) {
    const call = { call: { name: tool.name, arguments: JSON.stringify(fresh) } };
    return before === '' ? [call] : [{ say: before }, call];
  }
  if (memory.unreadable) return [{ say: before + say.ASK_READING }];
  // Who does not know what proves them cannot be identified: the team has to help.
  if (memory.question !== null && memory.heard !== null && doesNotKnow(memory.heard)) {
    return passOn(memory, tools, before + say.NOT_CONFIRMED);
  }
  return [{ say: before + (memory.question ?? say.ASK_NAME) }];
}

/** A wish that was just heard is received before anything is asked. */
function receivedNow({ fresh, wish, output }: Memory): string {
  return fresh && wish !== null && output === null ? say.received(wish.kind, wish.reason) : '';
}

function answerTopic(memory: Memory, tools: Tools, opening: string): Parts {
  const { topic, registrations, wish } = memory;
  const [own] = registrations ?? [];
  const answer = topic === null || own === undefined ? null : say.answerTo(topic, own);
  if (answer === null) return passOn(memory, tools, opening + say.NOT_KNOWN_HERE);
  if (wish === null) return [{ say: opening + answer + say.ANYTHING_ELSE }];
  memory.topic = null;
  return goOn(memory, tools, opening + answer);
}

function withoutWish(memory: Memory): string {
  const { words, said, stored, messages } = memory;
  if (keepsIt(words)) return say.AS_IT_IS + say.ANYTHING_ELSE;
  if (/ほかにご用件/u.test(said) && (hear.saysYes(words) || /あります|もう一つ/u.test(words)))
    return say.GO_ON;
  return stored + messages > 0 ? say.ANYTHING_ELSE : say.ASK_WISH;
}
