import t from 'tap';
import { briefingOf, enrol, HOUR, openHouse, personOf, slotOf, START, type HouseCall } from './house.ts';

const house = await openHouse();
t.teardown(() => house.store.close());
const { store } = house;
const DAY = 24 * HOUR;

interface OtherDate {
  readonly slot: string;
  readonly when: string;
  readonly seats: string;
}

interface Told {
  readonly other_dates: readonly OtherDate[];
  readonly more_dates: boolean;
}

await store.briefings.putBriefing(briefingOf());
await store.briefings.putSlot(slotOf('own'), 0);
/** 1 to 12 December: the first six are full. */
for (let day = 1; day <= 12; day += 1) {
  await store.briefings.putSlot(slotOf(`slot-${day}`, { startsAt: START + day * DAY, capacity: 1 }), 0);
  if (day <= 6)
    await enrol(store, personOf({ kana: `マンセキ ${'アイウエオカ'[day - 1] ?? ''}` }), `slot-${day}`);
}
await store.briefings.putSlot(slotOf('closed', { startsAt: START + HOUR, open: false }), 0);
const { person } = await enrol(store, personOf({ kana: 'サガス ヒト' }), 'own');

let calls = 0;
async function verified(): Promise<HouseCall> {
  const call = await house.call(`dates-${(calls += 1)}`, '+819066667777');
  await call.run('identify_caller', { kana_name: 'サガス ヒト', reservation_code: person.reservationCode });
  return call;
}

async function told(call: HouseCall, args: Record<string, unknown> = {}): Promise<Told> {
  const { output } = await call.run('check_slots', args);
  const [registration] = output['registrations'] as readonly Told[];
  if (registration === undefined) throw new TypeError(JSON.stringify(output));
  return registration;
}

/** `8 free`, `3 full` … */
function daysOf({ other_dates: dates }: Told): string[] {
  return dates.map(({ when, seats }) => {
    const day = /月(\d+)日/u.exec(when)?.[1] ?? '?';
    return `${day} ${seats === 'free' ? 'free' : 'full'}`;
  });
}

t.test('free dates come before full ones, and it is said that there are more', async (t) => {
  const registration = await told(await verified());
  t.same(daysOf(registration), ['7 free', '8 free', '9 free', '10 free', '11 free', '12 free']);
  t.equal(registration.more_dates, true);
});

t.test('a day that the caller wishes for comes first, full or free, then what is near it', async (t) => {
  const call = await verified();
  const late = await told(call, { date: '2026-12-12' });
  t.same(daysOf(late), ['12 free', '11 free', '10 free', '9 free', '8 free', '7 free']);
  const full = await told(call, { date: '2026-12-03' });
  t.same(daysOf(full), ['3 full', '7 free', '8 free', '9 free', '10 free', '11 free']);
  const [first] = full.other_dates;
  const asked = await call.run('update_attendance', { decision: 'wait', slot: first?.slot });
  t.match(asked.output, { status: 'needs_confirmation' });
});

t.test(
  'a date without a briefing, or that no calendar has, brings the nearest, or the usual ones',
  async (t) => {
    const call = await verified();
    t.match(daysOf(await told(call, { date: '2026-12-20' })), ['12 free', '11 free']);
    t.match(daysOf(await told(call, { date: '2026-02-31' })), ['7 free', '8 free']);
    t.match(await call.run('check_slots', { date: '12月10日' }), { status: 'refused' });
  },
);

t.test('where all dates are told there are no more', async (t) => {
  await store.briefings.putBriefing(briefingOf({ briefingId: 'small' }));
  const slot = (id: string, hours: number) =>
    slotOf(id, { briefingId: 'small', startsAt: START + hours * HOUR });
  await store.briefings.putSlot(slot('small-1', 0), 0);
  await store.briefings.putSlot(slot('small-2', 24), 0);
  const small = await enrol(store, personOf({ kana: 'スクナイ ヒト' }), 'small-1');
  const call = await house.call('small', '+819066667778');
  await call.run('identify_caller', {
    kana_name: 'スクナイ ヒト',
    reservation_code: small.person.reservationCode,
  });
  t.match(await told(call), { other_dates: { length: 1 }, more_dates: false });
});
