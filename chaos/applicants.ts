import { emptyBriefing } from '../src/briefing/briefing.ts';
import type { Store } from '../src/store/open.ts';

/** Somebody who may call about a briefing. */
export interface Person {
  readonly phone: string;
  readonly code: string;
  readonly registrationId: string;
}

const DAY = 24 * 3_600_000;
const BRIEFING = 'briefing-chaos';
const SLOT = 'slot-chaos';

/** Everybody is called the same: who it is, is decided by the code. */
export const NAME = { full: '山田 太郎', kana: 'ヤマダ タロウ', university: '見本大学' } as const;

/** Makes applicants, each with a place at one briefing with as many seats as wanted. */
export class Applicants {
  readonly #store: Store;
  readonly #stock: Person[] = [];
  #made = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Stores the briefing. */
  async open(): Promise<void> {
    const { briefings } = this.#store;
    await briefings.putBriefing({
      ...emptyBriefing(BRIEFING),
      title: '会社説明会',
      company: '見本商事',
      place: '渋谷会場',
      whatToBring: '筆記用具',
      contact: '03-1234-0000',
    });
    const startsAt = Math.ceil(Date.now() / DAY) * DAY + 3 * DAY;
    await briefings.putSlot(
      {
        slotId: SLOT,
        briefingId: BRIEFING,
        startsAt,
        endsAt: startsAt + 3_600_000,
        mode: 'on_site',
        place: null,
        capacity: null,
        open: true,
      },
      Date.now(),
    );
  }

  /** Makes so many people ahead: they can be had while there is no store. */
  async stock(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) this.#stock.push(await this.#make());
  }

  /** Somebody nobody has been yet. */
  async next(): Promise<Person> {
    return this.#stock.pop() ?? this.#make();
  }

  async #make(): Promise<Person> {
    this.#made += 1;
    const number = this.#made;
    const phone = `+8180${String(12_340_000 + number)}`;
    const code = `S${String(1_000 + number)}`;
    const { briefings } = this.#store;
    const stored = await briefings.putApplicant(
      {
        name: {
          full: NAME.full,
          family: null,
          given: null,
          fullKana: NAME.kana,
          familyKana: null,
          givenKana: null,
        },
        university: NAME.university,
        faculty: null,
        phones: [phone],
        email: null,
        source: 'chaos',
        externalId: `person-${number}`,
        reservationCode: code,
      },
      null,
    );
    if (stored.outcome !== 'stored') throw new Error(`applicant: ${stored.outcome}`);
    const registered = await briefings.register({
      applicantId: stored.applicant.applicantId,
      slotId: SLOT,
      source: { kind: 'team', memberId: null },
      at: Date.now(),
    });
    if (registered.outcome !== 'registered') throw new Error(`registration: ${registered.outcome}`);
    return { phone, code, registrationId: registered.registration.registrationId };
  }
}
