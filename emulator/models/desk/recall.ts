import { isObject } from '../../schema.ts';
import type { ModelItem } from '../../types.ts';
import { keysIn } from '../keypad.ts';
import { noteCaller } from './note-caller.ts';
import { noteOutput } from './note-output.ts';
import { blank, isStillOpen, openMessage, type Memory } from './memory.ts';

/** Reads the conversation from its beginning. The same items always make the same memory. */
export function recall(items: readonly ModelItem[], instructions: string): Memory {
  const memory = blank();
  memory.today = /日本時間、(\d{4}-\d{2}-\d{2})/u.exec(instructions)?.[1] ?? null;
  const calls = new Map<string, { name: string; args: Record<string, unknown> }>();
  for (const item of items) {
    if (item.type === 'function_call') {
      calls.set(item.callId, { name: item.name, args: objectIn(item.arguments) });
    } else if (item.type === 'function_call_output') {
      const call = calls.get(item.callId);
      noteOutput(memory, { tool: call?.name ?? '', args: call?.args ?? {}, value: objectIn(item.output) });
    } else if (item.role === 'user' || keysIn(item.text) !== null) {
      noteCaller(memory, item.text, instructions);
    } else if (item.role === 'assistant') {
      noteAgent(memory, item.text);
    }
  }
  return memory;
}

/** What the agent has said also tells where the conversation stands. */
function noteAgent(memory: Memory, text: string): void {
  memory.said = text;
  memory.heard = null;
  memory.output = null;
  memory.proxyTold ||= /ご本人様からのお電話/u.test(text);
  if (/伝言として承ります/u.test(text)) openMessage(memory);
  if (/お席をお取りしております/u.test(text)) memory.wish = null;
  // A question is open until it was answered: while somebody is identified, and looked up, it stays.
  if (memory.token === null && !isStillOpen(text)) {
    memory.topic = null;
    memory.known = null;
  }
}

function objectIn(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : {};
  } catch {
    // Whoever answers a function call may answer anything.
    return {};
  }
}
