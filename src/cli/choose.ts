import type { Briefing } from '../briefing/briefing.ts';
import type { SlotSeats } from '../briefing/slot.ts';
import { tokyoTime } from '../briefing/spoken-calendar.ts';
import { isNamed } from '../roster/read-roster.ts';
import { writeSlot } from '../roster/slot-text.ts';
import { tokyoInstant } from '../briefing/spoken-calendar.ts';
import { readWrittenTime } from '../roster/written-date.ts';
import type { BriefingStore } from '../store/briefing-ports.ts';
import { OperatorError, UsageError } from './program.ts';

/** Briefings of one part of the list. */
const PAGE = 500;

async function allBriefings(briefings: BriefingStore): Promise<Briefing[]> {
  const all: Briefing[] = [];
  let after: string | null = null;
  do {
    const page = await briefings.listBriefings({ after, limit: PAGE });
    all.push(...page.items);
    after = page.next;
  } while (after !== null);
  return all;
}

/** The briefing with this title or id; null: there is none. */
export async function findBriefing(briefings: BriefingStore, name: string): Promise<Briefing | null> {
  const found = (await allBriefings(briefings)).filter((briefing) => isNamed(briefing, name));
  const exact = found.find(({ briefingId }) => briefingId === name);
  const [first, ...more] = found;
  if (exact === undefined && more.length > 0)
    throw new OperatorError(`「${name}」 is the title of several briefings; name its id:\n${listed(found)}`);
  return exact ?? first ?? null;
}

/**
 * The briefing that is meant: the one named, or the only one.
 *
 * @throws OperatorError listing the briefings when none or several may be meant
 */
export async function chooseBriefing(briefings: BriefingStore, name: string | null): Promise<Briefing> {
  const found = name === null ? null : await findBriefing(briefings, name);
  if (found !== null) return found;
  const all = await allBriefings(briefings);
  const [only, ...more] = all;
  if (only === undefined)
    throw new OperatorError(
      'There is no briefing yet. denwaban roster import FILE --create-briefing TITLE makes one.',
    );
  if (name !== null) throw new OperatorError(`There is no briefing 「${name}」. There are:\n${listed(all)}`);
  if (more.length > 0) throw new OperatorError(`Which briefing? --briefing names it:\n${listed(all)}`);
  return only;
}

function listed(briefings: readonly Briefing[]): string {
  return briefings.map(({ briefingId, title }) => `  ${briefingId}  ${title}`).join('\n');
}

/**
 * The slots that are meant: those with the id, on the day or at the time that was written, or all.
 *
 * @param wanted id, or date with or without time; null: all
 * @param now ms
 * @throws OperatorError listing the slots when none fits
 */
export async function chooseSlots(
  briefings: BriefingStore,
  briefing: Briefing,
  wanted: string | null,
  now: number,
): Promise<SlotSeats[]> {
  const slots = await briefings.listSlots(briefing.briefingId, null);
  if (wanted === null) return slots;
  const byId = slots.filter(({ slotId }) => slotId === wanted);
  if (byId.length > 0) return byId;
  const time = readWrittenTime(wanted.normalize('NFKC').trim(), tokyoTime(now).day);
  if ('problem' in time || time.day === null)
    throw new UsageError(
      `--slot 「${wanted}」 is neither the id of a slot nor a date such as 2026/11/24 14:00.`,
    );
  const { day, from } = time;
  const found = slots.filter(({ startsAt }) =>
    from === null ? tokyoTime(startsAt).day === day : startsAt === tokyoInstant(day, from),
  );
  if (found.length > 0) return found;
  const all = slots.map((slot) => `  ${slot.slotId}  ${writeSlot(slot)}`).join('\n');
  throw new OperatorError(`「${briefing.title}」 has no slot at ${wanted}. It has:\n${all}`);
}
