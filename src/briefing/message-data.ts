import { ATTENDANCE_LABELS } from './attendance-status.ts';
import type { Briefing } from './briefing.ts';
import type { TemplateData } from './message-template.ts';
import { writtenPhoneNumber } from './phone-number.ts';
import type { Registration } from './registration.ts';
import type { Slot } from './slot.ts';
import { partsOf, tokyoTime, weekdayOf, WEEKDAYS } from './spoken-calendar.ts';

/** A registration with what it is for. */
interface About {
  readonly registration: Pick<Registration, 'status'>;
  readonly briefing: Pick<Briefing, 'company' | 'title' | 'place' | 'contact' | 'onlineUrl'>;
  readonly slot: Pick<Slot, 'startsAt' | 'mode' | 'place'>;
}

/** What a message may say beside the registration. */
export interface MessageFacts {
  /** When the applicant expects to be there, ms; null: not said. */
  readonly arrival: number | null;
  /** E.164 that the applicant has dialled: to be called where the briefing names no contact. Null: unknown. */
  readonly dialled: string | null;
}

/** What messages about a registration may say. */
export function messageData(about: About, { arrival, dialled }: MessageFacts): TemplateData {
  const { registration, briefing, slot } = about;
  const venue = slot.place ?? briefing.place ?? '会場は追ってご連絡';
  const online = slot.mode === 'online' || registration.status === 'online';
  return {
    organisation: briefing.company,
    briefing: briefing.title,
    when: written(slot.startsAt),
    place: online ? 'オンライン' : venue,
    // Where to go: the address of the meeting for who takes part online, else the place.
    access: online ? (briefing.onlineUrl ?? 'オンライン（アドレスは追ってご連絡）') : venue,
    status: ATTENDANCE_LABELS[registration.status],
    arrival: arrival === null ? '時刻未定' : clockTime(arrival),
    contact: briefing.contact ?? (dialled === null ? briefing.company : writtenPhoneNumber(dialled)),
  };
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
