import { emptyBriefing } from '../../src/briefing/briefing.ts';
import type { BriefingStore } from '../../src/store/briefing-ports.ts';

const HOUR = 3_600_000;

/** Somebody on the roster of a test. */
export interface Registered {
  readonly applicantId: string;
  readonly registrationIds: readonly string[];
}

/** A briefing of two dates without end of seats, and people who have registered for it. */
export interface TestRoster {
  /** The same person may have several briefings; each is a further one of the same day. */
  register(person: { code: string; phone: string; briefings?: number }): Promise<Registered>;
  status(registrationId: string): Promise<string>;
}

/** Fills the store. @param now ms; the first date is two days later */
export async function fillRoster(briefings: BriefingStore, now: number): Promise<TestRoster> {
  const start = Math.ceil(now / HOUR) * HOUR + 48 * HOUR;
  for (const number of [1, 2]) {
    await briefings.putBriefing({
      ...emptyBriefing(`briefing-${number}`),
      title: '会社説明会',
      company: '見本商事',
      place: '渋谷会場',
    });
    await briefings.putSlot(
      {
        slotId: `slot-${number}`,
        briefingId: `briefing-${number}`,
        startsAt: start + number * 24 * HOUR,
        endsAt: start + number * 24 * HOUR + 2 * HOUR,
        mode: 'on_site',
        place: null,
        capacity: null,
        open: true,
      },
      now,
    );
  }
  return {
    register: (person) => register(briefings, now, person),
    status: async (id) => (await briefings.getRegistration(id))?.registration.status ?? 'unknown',
  };
}

async function register(
  briefings: BriefingStore,
  now: number,
  { code, phone, briefings: count = 1 }: { code: string; phone: string; briefings?: number },
): Promise<Registered> {
  const name = { family: null, given: null, familyKana: null, givenKana: null };
  const stored = await briefings.putApplicant(
    {
      name: { ...name, full: '山田 太郎', fullKana: 'ヤマダ タロウ' },
      university: '見本大学',
      faculty: null,
      phones: [phone],
      email: null,
      source: 'test',
      externalId: code,
      reservationCode: code,
    },
    null,
  );
  if (stored.outcome !== 'stored') throw new Error(stored.outcome);
  const { applicantId } = stored.applicant;
  const registrationIds: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    const source = { kind: 'team', memberId: null } as const;
    const result = await briefings.register({ applicantId, slotId: `slot-${number}`, source, at: now });
    if (result.outcome !== 'registered') throw new Error(result.outcome);
    registrationIds.push(result.registration.registrationId);
  }
  return { applicantId, registrationIds };
}
