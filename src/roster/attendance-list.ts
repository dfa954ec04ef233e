import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { ACTUAL_LABELS, ATTENDANCE_LABELS } from '../briefing/attendance-status.ts';
import type { Briefing } from '../briefing/briefing.ts';
import { REASON_LABELS, type ChangeSource } from '../briefing/registration.ts';
import type { SlotSeats } from '../briefing/slot.ts';
import type { BriefingStore, RosterLine } from '../store/briefing-ports.ts';
import { writeInstant, writeSlot } from './slot-text.ts';

/** A slot and everybody in it. */
export interface SlotList {
  readonly slot: SlotSeats;
  readonly lines: readonly RosterLine[];
}

/** Lines of one part of a list: the most that the store gives at once. */
const PAGE = 500;

/** Reads the whole list of each slot, in the order of the slots. */
export async function readLists(briefings: BriefingStore, slots: readonly SlotSeats[]): Promise<SlotList[]> {
  const lists: SlotList[] = [];
  for (const slot of slots) {
    const lines: RosterLine[] = [];
    let after: string | null = null;
    do {
      const page = await briefings.listRoster(slot.slotId, { after, limit: PAGE });
      lines.push(...page.items);
      after = page.next;
    } while (after !== null);
    lists.push({ slot, lines });
  }
  return lists;
}

/** Columns of the attendance list. 当日 is empty until the day: the list is the check-in sheet as well. */
export const LIST_HEADER = [
  '氏名',
  'フリガナ',
  '大学',
  '電話番号',
  '日程',
  '状況',
  '理由',
  '到着予定',
  '変更日時',
  '変更者',
  '復唱ターン',
  '同意ターン',
  '受付番号',
  '当日',
] as const;

/** Columns of it that are no numbers, whatever a spreadsheet makes of them; see `writeTable`. */
export const LIST_CODES: readonly (typeof LIST_HEADER)[number][] = ['受付番号'];

/** The rows of the attendance list of these slots, under `LIST_HEADER`. Null: an empty cell. */
export function listRows(briefing: Briefing, lists: readonly SlotList[]): (string | null)[][] {
  return lists.flatMap(({ slot, lines }) => {
    const when = writeSlot({ ...slot, place: slot.place ?? briefing.place });
    return lines.map(({ applicant, registration, lastChange }) => {
      const { reason, expectedArrivalAt, actual } = registration;
      const { source } = lastChange;
      const evidence = source.kind === 'caller' ? source.evidence : null;
      return [
        applicant.name.full,
        applicant.name.fullKana,
        applicant.university,
        applicant.phones.map(writePhone).join(' / '),
        when,
        ATTENDANCE_LABELS[registration.status],
        reason === null ? null : REASON_LABELS[reason],
        expectedArrivalAt === null ? null : writeInstant(expectedArrivalAt),
        writeInstant(lastChange.at),
        writeSource(source),
        evidence?.readBackTurnKey ?? null,
        evidence?.consentTurnKey ?? null,
        applicant.reservationCode,
        actual === null ? null : ACTUAL_LABELS[actual],
      ];
    });
  });
}

/** As it is dialled in Japan; numbers from abroad with their country code. */
function writePhone(e164: string): string {
  const number = parsePhoneNumberFromString(e164);
  if (number === undefined) return e164;
  return number.country === 'JP' ? number.formatNational() : number.formatInternational();
}

function writeSource(source: ChangeSource): string {
  switch (source.kind) {
    case 'caller':
      return `通話 ${source.evidence.callId}`;
    case 'team':
      return source.memberId === null ? '採用担当' : `採用担当 ${source.memberId}`;
    case 'system':
      return '自動';
    case 'import':
      return '名簿取込';
  }
}
