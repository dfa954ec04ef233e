import Type, { type Static } from 'typebox';
import type { Briefing } from '../briefing/briefing.ts';
import type { Slot, SlotSeats } from '../briefing/slot.ts';
import { ApiProblem } from './problem.ts';
import { Id, Instant, Line, oneOf, orNull, readInstant, Text, writeInstant } from './shapes.ts';

/** Seats of one slot; more are a slip of the pen. */
const MAX_CAPACITY = 100_000;
/** Minutes of thirty days. */
const MAX_DEADLINE_MINUTES = 43_200;
/** A slot of more than a day is a slip of the pen, ms. */
const MAX_SLOT_MS = 86_400_000;

const Url = Type.String({ maxLength: 500, pattern: '^https?://\\S+$' });

const briefingFields = {
  title: Line,
  company: Line,
  place: orNull(Line),
  online_url: orNull(Url),
  what_to_bring: orNull(Text),
  dress: orNull(Line),
  contact: orNull(Line),
  notices: Type.Array(Text, { maxItems: 20 }),
  cancel_deadline_minutes: orNull(Type.Integer({ minimum: 0, maximum: MAX_DEADLINE_MINUTES })),
};

/** A briefing as the API shows it. */
export const BriefingSchema = Type.Object(
  { briefing_id: Id, ...briefingFields },
  { $id: 'Briefing', additionalProperties: false },
);

/** What a new briefing needs. */
export const NewBriefing = Type.Object(
  {
    briefing_id: Type.Optional(Id),
    ...Type.Partial(Type.Object(briefingFields)).properties,
    title: Line,
    company: Line,
  },
  { additionalProperties: false },
);

/** Fields of a briefing to be changed; absent ones stay. */
export const BriefingChange = Type.Partial(Type.Object(briefingFields), {
  additionalProperties: false,
  minProperties: 1,
});

export function briefingView(briefing: Briefing): Static<typeof BriefingSchema> {
  return {
    briefing_id: briefing.briefingId,
    title: briefing.title,
    company: briefing.company,
    place: briefing.place,
    online_url: briefing.onlineUrl,
    what_to_bring: briefing.whatToBring,
    dress: briefing.dress,
    contact: briefing.contact,
    notices: [...briefing.notices],
    cancel_deadline_minutes: briefing.cancelDeadlineMinutes,
  };
}

/** The briefing with the fields that were sent. */
export function changedBriefing(standing: Briefing, change: Static<typeof BriefingChange>): Briefing {
  const next = { ...briefingView(standing), ...change };
  return {
    briefingId: standing.briefingId,
    title: next.title,
    company: next.company,
    place: next.place,
    onlineUrl: next.online_url,
    whatToBring: next.what_to_bring,
    dress: next.dress,
    contact: next.contact,
    notices: next.notices,
    cancelDeadlineMinutes: next.cancel_deadline_minutes,
  };
}

const slotFields = {
  starts_at: Instant,
  ends_at: Instant,
  mode: oneOf(['on_site', 'online']),
  place: orNull(Line),
  capacity: orNull(Type.Integer({ minimum: 0, maximum: MAX_CAPACITY, description: 'Null: no limit.' })),
  open: Type.Boolean({ description: 'Whether registrations may be moved into the slot.' }),
};

/** A slot as the API shows it. */
export const SlotSchema = Type.Object(
  {
    slot_id: Id,
    briefing_id: Id,
    ...slotFields,
    taken: Type.Integer(),
    free: orNull(Type.Integer()),
    waiting: Type.Integer(),
  },
  { $id: 'Slot', additionalProperties: false },
);

/** What a new slot needs. */
export const NewSlot = Type.Object(
  {
    slot_id: Type.Optional(Id),
    ...Type.Partial(Type.Object(slotFields)).properties,
    starts_at: Instant,
    ends_at: Instant,
  },
  { additionalProperties: false },
);

/** Fields of a slot to be changed; absent ones stay. */
export const SlotChange = Type.Partial(Type.Object(slotFields), {
  additionalProperties: false,
  minProperties: 1,
});

export function slotView(slot: SlotSeats): Static<typeof SlotSchema> {
  return { ...plannedView(slot), taken: slot.taken, free: slot.free, waiting: slot.waiting };
}

function plannedView(slot: Slot) {
  return {
    slot_id: slot.slotId,
    briefing_id: slot.briefingId,
    starts_at: writeInstant(slot.startsAt),
    ends_at: writeInstant(slot.endsAt),
    mode: slot.mode,
    place: slot.place,
    capacity: slot.capacity,
    open: slot.open,
  };
}

/** A slot on site without limit, open. */
export function emptySlot(slotId: string, briefingId: string): Slot {
  return {
    slotId,
    briefingId,
    startsAt: 0,
    endsAt: 0,
    mode: 'on_site',
    place: null,
    capacity: null,
    open: true,
  };
}

/**
 * The slot with the fields that were sent.
 *
 * @throws ApiProblem when it would not end after it starts, or last more than a day
 */
export function changedSlot(standing: Slot, change: Static<typeof SlotChange>): Slot {
  const next = { ...plannedView(standing), ...change };
  const startsAt = readInstant(next.starts_at, '/body/starts_at');
  const endsAt = readInstant(next.ends_at, '/body/ends_at');
  if (endsAt <= startsAt || endsAt - startsAt > MAX_SLOT_MS) {
    throw new ApiProblem('invalid_request', {
      errors: [{ pointer: '/body/ends_at', detail: 'must be later than starts_at, by a day at most' }],
    });
  }
  return {
    slotId: standing.slotId,
    briefingId: standing.briefingId,
    startsAt,
    endsAt,
    mode: next.mode,
    place: next.place,
    capacity: next.capacity,
    open: next.open,
  };
}
