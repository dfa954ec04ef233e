import type { ApplicantData } from '../briefing/applicant.ts';
import { ATTENDANCE_LABELS } from '../briefing/attendance-status.ts';
import { keptSlots, type RosterEntry, type SlotKept } from '../briefing/roster-plan.ts';
import type { Slot } from '../briefing/slot.ts';
import type { ImportReport } from './import-roster.ts';
import { writeSlot } from './slot-text.ts';

/** Rows of one kind that are shown; the others are counted. Refused rows are always shown. */
const SHOWN = 40;

/** Words for the fields of an applicant. */
const FIELD_WORDS: Readonly<Record<keyof ApplicantData, string>> = {
  name: 'name',
  university: 'university',
  faculty: 'faculty',
  phones: 'phones',
  email: 'e-mail',
  source: 'source',
  externalId: 'applicant id',
  reservationCode: 'reservation code',
};

/**
 * An import as text for the operator's screen, one line per row: `+` new, `~` changed with old → new, `!` refused with
 * line and reason; unchanged rows are counted.
 *
 * @param all shows every row, however many there are
 */
export function describeImport(report: ImportReport, all = false): string {
  const { entries } = report.plan;
  const slots = new Map<string, Slot>(report.slots.map((slot) => [slot.slotId, slot]));
  const nameSlot = (slotId: string): string => {
    const slot = slots.get(slotId);
    return slot === undefined ? slotId : writeSlot(slot);
  };
  const added = entries.flatMap((entry) => (entry.verdict === 'new' ? [newLine(entry, nameSlot)] : []));
  const changed = entries.flatMap((entry) =>
    entry.verdict === 'changed' ? [changedLines(entry, nameSlot)] : [],
  );
  const { counts } = report;
  return [
    ...report.created.map((slot) => `+ slot ${writeSlot(slot)}, ${seats(slot)}`),
    ...limited(added, all),
    ...limited(changed, all),
    ...keptSlots(report.plan).map((kept) => keptLine(kept, nameSlot)),
    ...report.refused.map(({ line, reason }) => `! line ${line}: ${reason}`),
    `${counts.new} new, ${counts.changed} changed, ${counts.unchanged} unchanged, ${counts.refused} refused`,
  ].join('\n');
}

function limited(lines: readonly string[], all: boolean): string[] {
  if (all || lines.length <= SHOWN) return [...lines];
  return [...lines.slice(0, SHOWN), `  … and ${lines.length - SHOWN} more; --all shows them`];
}

function seats({ capacity }: Slot): string {
  return capacity === null ? 'no limit of seats' : `${capacity} seats`;
}

type EntryOf<V extends RosterEntry['verdict']> = Extract<RosterEntry, { verdict: V }>;

function newLine(entry: EntryOf<'new'>, nameSlot: (slotId: string) => string): string {
  const { name, phones } = entry.data;
  const known = entry.applicant === null ? '' : ' (known from another briefing)';
  const who = [name.full, name.fullKana ?? [], phones[0] ?? []].flat().join(' ');
  return `+ line ${entry.line}: ${who} → ${nameSlot(entry.slotId)}${known}`;
}

function changedLines(entry: EntryOf<'changed'>, nameSlot: (slotId: string) => string): string {
  const { applicant, data, toSlotId, registration } = entry;
  const changes = entry.fields.map(
    (field) => `    ${FIELD_WORDS[field]}: ${shown(applicant, field)} → ${shown(data, field)}`,
  );
  if (toSlotId !== null) changes.push(`    slot: ${nameSlot(registration.slotId)} → ${nameSlot(toSlotId)}`);
  return [`~ line ${entry.line}: ${applicant.name.full}`, ...changes].join('\n');
}

/** Who decided, in words: a call, the team, the waiting list, or a roster with this status. */
const DECIDED_BY: Readonly<Record<SlotKept['by'], string>> = {
  caller: 'decided in a call',
  team: 'decided by the team',
  system: 'moved up from the waiting list',
  import: 'a roster said so',
};

function keptLine(kept: SlotKept & { readonly line: number }, nameSlot: (slotId: string) => string): string {
  const why = `${ATTENDANCE_LABELS[kept.status]}, ${DECIDED_BY[kept.by]}`;
  return `= line ${kept.line}: stays in ${nameSlot(kept.slotId)} (${why})`;
}

function shown(data: ApplicantData, field: keyof ApplicantData): string {
  if (field === 'phones') return data.phones.join(', ') || '(none)';
  if (field !== 'name') return data[field] ?? '(none)';
  const { full, family, given, fullKana, familyKana, givenKana } = data.name;
  const parts = `${family ?? ''}|${given ?? ''} ${familyKana ?? ''}|${givenKana ?? ''}`;
  return `${full} ${fullKana ?? '(no kana)'} [${parts}]`;
}
