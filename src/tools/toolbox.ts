import { checkSlots } from './check-slots.ts';
import { endCall } from './end-call.ts';
import type { AttendanceParts } from './attendance-proposal.ts';
import type { CallerIdentityParts } from './caller-identity.ts';
import { identifyCaller } from './identify-caller.ts';
import { saveLead } from './save-lead.ts';
import { sendMessage, type SendMessageParts } from './send-message.ts';
import { takeMessage } from './take-message.ts';
import type { Tool } from './tool.ts';
import { transferToHuman, type TransferTargets } from './transfer-to-human.ts';
import { updateAttendance } from './update-attendance.ts';
import { DenwabanError } from '../errors.ts';

/** What the tools of the attendance desk work with. */
export type DeskParts = CallerIdentityParts & AttendanceParts & SendMessageParts;

/**
 * The tools that a scenario names, in its order. A transfer without configured targets is left out silently:
 * the same scenario serves teams with and without somebody to transfer to.
 *
 * @throws DenwabanError DW_SCENARIO for a name that no tool has
 */
export function toolsFor(names: readonly string[], targets: TransferTargets, desk: DeskParts): Tool[] {
  const transfer = transferToHuman(targets);
  const known = new Map<string, Tool | null>([
    [endCall.name, endCall],
    [takeMessage.name, takeMessage],
    ['transfer_to_human', transfer],
    ['identify_caller', identifyCaller(desk)],
    ['check_slots', checkSlots(desk.briefings)],
    ['update_attendance', updateAttendance(desk)],
    ['send_message', sendMessage(desk)],
    [saveLead.name, saveLead],
  ]);
  return names.flatMap((name) => {
    const tool = known.get(name);
    if (tool === undefined) {
      throw new DenwabanError(
        'DW_SCENARIO',
        `tools: there is no tool ${name}. Known: ${[...known.keys()].join(', ')}.`,
      );
    }
    return tool === null ? [] : [tool];
  });
}
