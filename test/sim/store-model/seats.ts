import type { ClaimInput } from '../../../src/store/ports.ts';
import { storableOrNull } from '../../../src/store/text.ts';
import { isOpen } from './call-states.ts';
import type { View } from './server.ts';
import type { CallRow } from './tables.ts';

/** One hour, ms. */
const HOUR_MS = 3_600_000;

/** Locks that claims under these limits take until they are committed: rivals count one after another. */
export function seatLocks({ limits, dialledNumber, callerNumber }: ClaimInput): string[] {
  if (limits === undefined) return [];
  const { fleet, perNumber, perCaller, perCallerAndHour } = limits;
  return [
    ...(fleet > 0 ? ['seats'] : []),
    ...(perNumber > 0 && dialledNumber !== null ? [`seats of ${dialledNumber}`] : []),
    ...(perCaller + perCallerAndHour > 0 && callerNumber !== null ? [`seats for ${callerNumber}`] : []),
  ];
}

/** The function seat_refusal of the migrations. */
export function seatRefusal({ tables, now }: View, input: ClaimInput): CallRow['seatRefusal'] {
  if (input.refused === true || input.endReason !== null) return 'policy';
  const { limits } = input;
  if (limits === undefined || Object.values(limits).every((limit) => limit === 0)) return null;
  const { fleet, perNumber, perCaller, perCallerAndHour } = limits;
  const caller = storableOrNull(input.callerNumber);
  const dialled = storableOrNull(input.dialledNumber);
  const seated = [...tables.calls.values()].filter((row) => row.seatRefusal === null);
  const recent = seated.filter(
    (row) => row.callerNumber === caller && row.claimedAt > now - HOUR_MS && row.state !== 'rejected',
  );
  if (perCallerAndHour > 0 && caller !== null && recent.length >= perCallerAndHour) return 'too_many_calls';
  const open = seated.filter(isOpen);
  const ofCaller = open.filter((row) => caller !== null && row.callerNumber === caller);
  const ofNumber = open.filter((row) => dialled !== null && row.dialledNumber === dialled);
  if (perCaller > 0 && ofCaller.length >= perCaller) return 'caller_busy';
  if (perNumber > 0 && ofNumber.length >= perNumber) return 'number_full';
  return fleet > 0 && open.length >= fleet ? 'fleet_full' : null;
}
