import type { Test } from 'tap';
import type { EmulatedCall, ModelTurn, ScriptStep } from '../../emulator/index.ts';
import type { ApplicantData } from '../../src/briefing/applicant.ts';
import type { Slot } from '../../src/briefing/slot.ts';
import { calls, greeted, hears, script, startService, storedEnd, type Service } from './service.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Two days from now, at a full hour. */
const START = Math.ceil(Date.now() / HOUR) * HOUR + 2 * DAY;

/** The attendance desk over whole calls: roster, telephone and what became of it. */
export interface AttendanceDesk extends Service {
  /** A slot of the briefing, so many days after the first. */
  slot(slotId: string, days: number, changes?: Partial<Slot>): Promise<void>;
  /** Somebody on the roster, with a place in each slot. */
  person(slotIds: readonly string[], changes?: Partial<ApplicantData>): Promise<Person>;
  /** Rings, and waits until the greeting was heard. */
  ring(from: string, ...steps: readonly ScriptStep[]): Promise<EmulatedCall>;
  /** Hangs up, and waits until all is stored. */
  over(call: EmulatedCall): Promise<void>;
  status(registrationId: string | undefined): Promise<string | undefined>;
}

export interface Person {
  readonly kana: string;
  readonly code: string;
  readonly phone: string;
  readonly registrationIds: readonly string[];
  /** The first of them. */
  readonly registrationId: string;
}

/** First slot of the desk. */
export const FIRST_SLOT = 'slot-a';

export async function openAttendanceDesk(t: Test, env: Record<string, string> = {}): Promise<AttendanceDesk> {
  const service = await startService(t, {
    env: { SCENARIO: 'attendance-ja', SMS_SENDER: 'file', ...env },
  });
  const { briefings } = service.app.store;
  let people = 0;

  const slot: AttendanceDesk['slot'] = async (slotId, days, changes = {}) => {
    const briefingId = changes.briefingId ?? 'briefing-1';
    if ((await briefings.getBriefing(briefingId)) === null) {
      await briefings.putBriefing({
        briefingId,
        title: '会社説明会',
        company: '見本商事',
        place: '渋谷会場',
        onlineUrl: 'https://meeting.example.jp/j/1',
        whatToBring: '筆記用具',
        dress: null,
        contact: '03-1234-0000',
        notices: [],
        cancelDeadlineMinutes: null,
      });
    }
    const startsAt = START + days * DAY;
    await briefings.putSlot(
      {
        slotId,
        briefingId,
        startsAt,
        endsAt: startsAt + 2 * HOUR,
        mode: 'on_site',
        place: null,
        capacity: null,
        open: true,
        ...changes,
      },
      Date.now(),
    );
  };

  const person: AttendanceDesk['person'] = async (slotIds, changes = {}) => {
    people += 1;
    const kana = 'ヤマダ タロウ';
    const phone = `+81801234${String(1000 + people)}`;
    const code = `AB${String(1000 + people)}`;
    const stored = await briefings.putApplicant(
      {
        name: {
          full: '山田 太郎',
          family: null,
          given: null,
          fullKana: kana,
          familyKana: null,
          givenKana: null,
        },
        university: '見本大学',
        faculty: null,
        phones: [phone],
        email: null,
        source: 'test',
        externalId: `person-${people}`,
        reservationCode: code,
        ...changes,
      },
      null,
    );
    if (stored.outcome !== 'stored') throw new Error(stored.outcome);
    const registrationIds: string[] = [];
    for (const slotId of slotIds) {
      const registered = await briefings.register({
        applicantId: stored.applicant.applicantId,
        slotId,
        source: { kind: 'team', memberId: null },
        at: Date.now(),
      });
      if (registered.outcome !== 'registered') throw new Error(registered.outcome);
      registrationIds.push(registered.registration.registrationId);
    }
    const [registrationId = ''] = registrationIds;
    return {
      kana: changes.name?.fullKana ?? kana,
      code: changes.reservationCode ?? code,
      phone,
      registrationIds,
      registrationId,
    };
  };

  return {
    ...service,
    slot,
    person,
    ring: async (from, ...steps) => {
      const call = await service.emulator.ring({
        from: `<sip:${from}@pstn.example>;tag=1`,
        model: script(...steps),
      });
      await greeted(call);
      return call;
    },
    over: async (call) => {
      call.hangUp();
      await storedEnd(service, call.id);
    },
    status: async (registrationId) =>
      (await briefings.getRegistration(registrationId ?? ''))?.registration.status,
  };
}

/** What the last function answered. */
export function lastOutput(turn: ModelTurn): Record<string, unknown> {
  const item = turn.items.findLast((entry) => entry.type === 'function_call_output');
  return item?.type === 'function_call_output' ? (JSON.parse(item.output) as Record<string, unknown>) : {};
}

/** The model identifies the caller by name and code. */
export function identifies({ kana, code }: Pick<Person, 'kana' | 'code'>): ScriptStep {
  return [calls('identify_caller', { kana_name: kana.replaceAll(' ', ''), reservation_code: code })];
}

/** The model proposes a change. */
export function proposes(args: Record<string, unknown>): ScriptStep {
  return [calls('update_attendance', args)];
}

/** The model confirms what it proposed last, by the token it was given. */
export const confirms: ScriptStep = (turn) => [
  calls('update_attendance', {
    decision: 'attend',
    confirmation_token: lastOutput(turn)['confirmation_token'],
  }),
];

/** The model tells the status of the last answer. */
export const tells: ScriptStep = (turn) => [{ say: `結果は${String(lastOutput(turn)['status'])}です。` }];

/** Looks again, at real time, until the condition holds. */
export async function eventually(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export { calls, hears };
