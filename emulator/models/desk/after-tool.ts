import type { ModelPart } from '../../types.ts';
import * as general from '../sentences.ts';
import type { LastOutput, Memory } from './memory.ts';
import { proposeAgain } from './propose.ts';
import * as say from './sentences.ts';
import { goOn, lookUp, passOn, takeMessage, type Tools } from './steps.ts';

type Parts = readonly ModelPart[];

/** What is said after a tool has answered. Nothing is called done unless the tool says that it is. */
export function afterTool(memory: Memory, output: LastOutput, tools: Tools): Parts {
  const ok = output.value['ok'] !== false && output.value['error'] === undefined;
  switch (output.tool) {
    case 'identify_caller':
      return afterIdentity(memory, output, tools);
    case 'check_slots':
      if (!ok) return [{ say: memory.question ?? say.ASK_NAME }];
      return memory.registrations?.length === 0
        ? passOn(memory, tools, say.NO_BRIEFING)
        : goOn(memory, tools);
    case 'update_attendance':
      return afterUpdate(memory, output, tools);
    case 'take_message':
    case 'save_lead':
      if (ok)
        return memory.wish === null
          ? [{ say: say.PASSED_ON + say.ANYTHING_ELSE }]
          : goOn(memory, tools, say.PASSED_ON);
      return [
        { say: JSON.stringify(output.value).includes('number') ? general.NUMBER_AGAIN : say.NOT_SAVED },
      ];
    case 'send_message':
      return [{ say: ok ? say.SENT : say.NOT_SENT }];
    case 'transfer_to_human':
      return [{ say: ok ? general.TRANSFERRING : general.NOT_TRANSFERRED }];
    case 'end_call':
      return [{ say: general.GOODBYE }];
    default:
      return goOn(memory, tools);
  }
}

function afterIdentity(memory: Memory, { value }: LastOutput, tools: Tools): Parts {
  switch (value['status']) {
    case 'ask':
      return [{ say: memory.question ?? say.ASK_NAME }];
    case 'verified':
      return goOn(memory, tools);
    case 'not_found':
      return memory.message === null
        ? [{ say: say.NOT_FOUND_ONCE }]
        : takeMessage(memory, tools, say.NOT_CONFIRMED);
    default:
      return passOn(memory, tools, say.NOT_CONFIRMED);
  }
}

function afterUpdate(memory: Memory, { args, value }: LastOutput, tools: Tools): Parts {
  switch (value['status']) {
    case 'stored':
      return [
        {
          say: say.stored(
            String(args['decision']),
            textIn(args['arrival_time']),
            value['message'] === 'follows',
          ),
        },
      ];
    // The service reads the question out; words beside it would only be in its way.
    case 'needs_confirmation':
    case 'not_clear':
    case 'press_a_key':
    case 'read_back_again':
    case 'not_read_back':
    case 'no_answer_yet':
      return [];
    case 'caller_needs_a_moment':
      return [{ say: say.I_WAIT }];
    case 'undecided':
      return [{ say: say.DECIDE }];
    case 'not_answered':
      return [{ say: aside(memory) }, proposeAgain(memory, tools, null)];
    case 'declined':
      return [{ say: say.WHAT_INSTEAD }];
    case 'corrected':
      return memory.wish === null ? [{ say: say.WHAT_INSTEAD }] : goOn(memory, tools);
    case 'unknown_token':
      return [proposeAgain(memory, tools, null)];
    case 'full':
    case 'changed_meanwhile':
    case 'several_registrations':
    case 'slot_missing':
      return lookUp(memory, tools, '');
    case 'arrival_time_missing':
      return [{ say: say.ASK_ARRIVAL }];
    case 'arrival_not_late':
      return [{ say: say.ASK_LATER_ARRIVAL }];
    case 'not_verified':
      return [{ say: memory.question ?? say.ASK_NAME }];
    default:
      return passOn(memory, tools, say.NOT_POSSIBLE);
  }
}

/** The answer to a question that came instead of a yes or a no; then it is proposed again. */
function aside({ topic, registrations }: Memory): string {
  const [own] = registrations ?? [];
  const answer = topic === null || own === undefined ? null : say.answerTo(topic, own);
  return answer ?? say.LATER;
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
