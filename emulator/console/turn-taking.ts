import type { EmulatedCall, WireEntry } from '../types.ts';

/** Whose turn it is, read from what went over the wire. */
export interface Floor {
  /** The greeting is over. */
  readonly greeted: boolean;
  /** The agent is heard at this moment. */
  readonly agentSpeaks: boolean;
  /** The caller has spoken or pressed a key, or a tool has answered, and the agent has not begun to answer. */
  readonly answerDue: boolean;
  /** The agent makes up a sentence. */
  readonly agentThinks: boolean;
}

/** The floor as it is now. */
export function floorOf(call: EmulatedCall): Floor {
  let [playing, greeted, answerDue] = [false, false, false];
  const running = new Set<string>();
  for (const { direction, event } of call.wire) {
    if (direction === 'received') continue;
    switch (event.type as string) {
      case 'input_audio_buffer.committed':
      case 'input_audio_buffer.dtmf_event_received':
        answerDue = true;
        break;
      case 'output_audio_buffer.started':
        playing = true;
        break;
      case 'output_audio_buffer.stopped':
      case 'output_audio_buffer.cleared':
        playing = false;
        greeted = true;
        break;
      default:
    }
    if (event.type === 'response.created' && event.response.id !== undefined) {
      answerDue = false;
      running.add(event.response.id);
    }
    if (event.type === 'response.done' && event.response.id !== undefined) {
      running.delete(event.response.id);
      answerDue ||= callsTool(event);
    }
  }
  return { greeted, agentSpeaks: playing, answerDue, agentThinks: running.size > 0 };
}

/** Whether somebody polite would begin to speak now. */
export function mayBegin(floor: Floor): boolean {
  return floor.greeted && !floor.agentSpeaks && !floor.agentThinks && !floor.answerDue;
}

function callsTool(event: WireEntry['event'] & { type: 'response.done' }): boolean {
  return (event.response.output ?? []).some((item) => item.type === 'function_call');
}
