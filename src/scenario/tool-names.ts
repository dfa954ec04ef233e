/** The tools that a scenario may name. */
export const TOOL_NAMES = [
  'identify_caller',
  'check_slots',
  'update_attendance',
  'send_message',
  'save_lead',
  'take_message',
  'transfer_to_human',
  'end_call',
] as const;
