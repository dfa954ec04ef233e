import { openMessage, type LastOutput, type Memory } from './memory.ts';
import { noteWish } from './note-caller.ts';
import { namesDay, registrationsIn } from './slots.ts';
import * as understand from './understanding.ts';

/** Wishes that are about the reserved day, whatever day is named with them. */
const STAYS: ReadonlySet<understand.WishKind> = new Set(['absent', 'withdraw', 'late']);

/** What a tool has answered. */
export function noteOutput(memory: Memory, output: LastOutput): void {
  memory.output = output;
  memory.heard = null;
  const { tool, args, value } = output;
  if (tool === 'identify_caller') noteVerdict(memory, args, value);
  else if (tool === 'check_slots') {
    memory.registrations = registrationsIn(value) ?? memory.registrations;
    memory.lookedFor = textOf(args['date']);
  } else if (tool === 'update_attendance') noteUpdate(memory, args, value);
  else if ((tool === 'take_message' || tool === 'save_lead') && succeeded(value)) {
    memory.messages += 1;
    if (memory.message?.why !== 'question') memory.wish = null;
    memory.message = null;
    memory.topic = null;
  }
}

function noteVerdict(memory: Memory, args: LastOutput['args'], value: LastOutput['value']): void {
  memory.told = { ...memory.told, ...args };
  memory.question = textOf(value['question']) ?? textOf(value['to_change_ask']);
  if (value['status'] === 'verified') {
    memory.level = value['may_change'] === true ? 'change' : 'read';
  } else if (value['status'] === 'not_found') {
    memory.notFound += 1;
    memory.claim = {};
    memory.told = {};
    if (memory.notFound > 1 || !/once more/u.test(String(value['hint']))) {
      openMessage(memory);
    }
  }
}

function noteUpdate(memory: Memory, args: LastOutput['args'], value: LastOutput['value']): void {
  const token = textOf(value['confirmation_token']);
  const { confirmation_token: _, ...decision } = args;
  memory.proposed = decision;
  switch (value['status']) {
    case 'stored':
      memory.stored += 1;
      memory.registrations = null;
      memory.wish = null;
      memory.token = null;
      break;
    case 'corrected':
      memory.token = null;
      noteCorrection(memory);
      break;
    case 'declined':
      memory.token = null;
      memory.wish = null;
      break;
    case 'no_answer_yet':
    case 'caller_needs_a_moment':
      break;
    case 'not_answered':
      memory.topic = understand.topicIn(memory.words);
      memory.token = null;
      break;
    case 'full':
    case 'changed_meanwhile':
      memory.registrations = null;
      memory.token = null;
      break;
    default:
      memory.token = token;
  }
}

/** Another day than the one that was read back is a wish to go there. */
function noteCorrection(memory: Memory): void {
  noteWish(memory, memory.words);
  const { wish, words } = memory;
  if (wish !== null && namesDay(words) && !STAYS.has(wish.kind)) {
    memory.wish = { ...wish, kind: wish.kind === 'wait' ? 'wait' : 'move', day: words };
  }
}

function succeeded(value: LastOutput['value']): boolean {
  return value['ok'] !== false && value['error'] === undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
