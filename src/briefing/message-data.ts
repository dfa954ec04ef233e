import { ATTENDANCE_LABELS } from './attendance-status.ts';
import type { Briefing } from './briefing.ts';
import type { TemplateData } from './message-template.ts';
import type { Registration } from './registration.ts';
import type { Slot } from './slot.ts';
import { partsOf, tokyoTime, weekdayOf, WEEKDAYS } from './spoken-calendar.ts';

/** A registration with what it is for. */
interface About {
  readonly registration: Pick<Registration, 'status'>;
  readonly briefing: Pick<Briefing, 'company' | 'title' | 'place' | 'contact' | 'onlineUrl'>;
  readonly slot: Pick<Slot, 'startsAt' | 'mode' | 'place'>;
}

/** What messages about a registration may say. `arrival`: when the applicant expects to be there, or null. */
export function messageData({ registration, briefing, slot }: About, arrival: number | null): TemplateData {
  return {
    organisation: briefing.company,
    briefing: briefing.title,
    when: written(slot.startsAt),
    place: slot.mode === 'online' ? 'オンライン' : (slot.place ?? briefing.place ?? '会場は追ってご連絡'),
    access: accessOf(registration, briefing, slot),
    status: ATTENDANCE_LABELS[registration.status],
    arrival: arrival === null ? '時刻未定' : clockTime(arrival),
    contact: briefing.contact ?? briefing.company,
  };
}

/** Where to go: the address of the meeting for who takes part online, else the place. */
function accessOf(
  registration: About['registration'],
  briefing: About['briefing'],
  slot: About['slot'],
): string {
  if (slot.mode === 'online' || registration.status === 'online')
    return briefing.onlineUrl ?? 'オンライン（アドレスは追ってご連絡）';
  return slot.place ?? briefing.place ?? '会場は追ってご連絡';
}

/** `11月25日(水) 14:00`. */
function written(instant: number): string {
  const { day } = tokyoTime(instant);
  const { month, day: date } = partsOf(day);
  return `${month}月${date}日(${WEEKDAYS[weekdayOf(day)] ?? ''}) ${clockTime(instant)}`;
}

function clockTime(instant: number): string {
  const { hour, minute } = tokyoTime(instant);
  return `${hour}:${String(minute).padStart(2, '0')}`;
}
