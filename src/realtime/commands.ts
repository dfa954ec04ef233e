import { REQUEST_KEY } from './events.ts';
import type { ResponseRequest } from './turns.ts';
import type { RealtimeClientEvent, RealtimeSessionCreateRequest } from './wire.ts';

/** Texts of the client events we send. Each carries an event id: errors name it, and nothing else. */

/** Asks for a response; `key` comes back in its metadata, and in the error that refuses it. */
export function responseCreate(key: string, request: ResponseRequest): string {
  const metadata = { [REQUEST_KEY]: key, purpose: request.purpose };
  return text({
    type: 'response.create',
    event_id: key,
    response:
      request.say === null
        ? { metadata }
        : { metadata, instructions: sayWordForWord(request.say), tool_choice: 'none' },
  });
}

/** The instructions by which a sentence is spoken exactly as written. */
export function sayWordForWord(sentence: string): string {
  return `次の「」の中の文を、一字一句変えず、何も足さずに、日本語で丁寧に読み上げてください。「${sentence}」`;
}

/** Adds the output of a function call. The item id follows from the call id, so that a second copy is refused. */
export function functionOutput(functionCallId: string, output: string): string {
  return text({
    type: 'conversation.item.create',
    event_id: `out_${functionCallId}`,
    item: {
      type: 'function_call_output',
      id: outputItemId(functionCallId),
      call_id: functionCallId,
      output,
    },
  });
}

/** Adds what the caller did other than by speaking, as the caller's message. */
export function callerMessage(eventId: string, message: string): string {
  return text({
    type: 'conversation.item.create',
    event_id: eventId,
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: message }] },
  });
}

/** Adds what the service did, as its own message: the model has to know of it. */
export function serviceMessage(eventId: string, message: string): string {
  return text({
    type: 'conversation.item.create',
    event_id: eventId,
    item: { type: 'message', role: 'system', content: [{ type: 'input_text', text: message }] },
  });
}

/** Replaces the whole audio input: a deep merge of nested objects is not promised. */
export function listenAs(
  eventId: string,
  input: NonNullable<NonNullable<RealtimeSessionCreateRequest['audio']>['input']>,
): string {
  return text({
    type: 'session.update',
    event_id: eventId,
    session: { type: 'realtime', audio: { input } },
  });
}

export function responseCancel(): string {
  return text({ type: 'response.cancel', event_id: 'cancel' });
}

/** Longest item id that the API takes. */
const MAX_ITEM_ID = 32;

function outputItemId(functionCallId: string): string {
  return `out_${functionCallId.replace(/^call_/, '')}`.slice(0, MAX_ITEM_ID);
}

function text(event: RealtimeClientEvent): string {
  return JSON.stringify(event);
}
