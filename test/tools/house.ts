import { EvidenceLog } from '../../src/call/evidence-log.ts';
import { STRICT_POLICY, type IdentityPolicy } from '../../src/briefing/identity.ts';
import type { Briefing } from '../../src/briefing/briefing.ts';
import type { Slot } from '../../src/briefing/slot.ts';
import type { ApplicantData } from '../../src/briefing/applicant.ts';
import type { Senders } from '../../src/outbox/ports.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Store } from '../../src/store/open.ts';
import type { TurnRecord } from '../../src/store/ports.ts';
import { newCase, type CallCase } from '../../src/tools/call-case.ts';
import { createToolRunner, type FunctionAnswer, type ToolRunner } from '../../src/tools/runner.ts';
import { toolsFor } from '../../src/tools/toolbox.ts';
import { openDesk, openSender, type Desk } from '../outbox/desk.ts';
import { silentLog } from '../../src/lib/log.ts';
import { TOOL_NAMES } from '../../src/scenario/tool-names.ts';
import { claimOf, openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';

export const HOUR = 3_600_000;
/** 14:00 on a Wednesday in Japan. */
export const NOW = Date.parse('2026-11-25T14:00:00+09:00');
/** 14:00 on the Monday after. */
export const START = Date.parse('2026-11-30T14:00:00+09:00');

/** All tools over a real store, without a telephone: calls are what the test makes of them. */
export interface House {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly outbox: Desk;
  readonly runner: ToolRunner;
  /** A call that was claimed and is being talked on. */
  call(name: string, from?: string | null): Promise<HouseCall>;
}

export interface HouseOptions {
  readonly policy?: IdentityPolicy;
  readonly budget?: number;
  /** Default: text messages and mail. */
  readonly senders?: Senders;
  readonly limits?: { readonly messages: number | null; readonly identityTries: number | null };
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const clock = new ManualClock(NOW);
  const store = await openTestStore({ clock });
  const outbox = openDesk({
    store,
    clock,
    senders:
      options.senders ??
      new Map([
        ['sms', openSender()],
        ['email', openSender()],
      ]),
    ...(options.budget === undefined ? {} : { budget: options.budget }),
  });
  const desk = {
    briefings: store.briefings,
    transact: store.transact,
    policy: options.policy ?? STRICT_POLICY,
    limits: options.limits ?? { messages: null, identityTries: null },
    random: systemRandom,
    organisation: '見本商事',
    queue: outbox.queue,
  };
  const runner = createToolRunner({
    tools: toolsFor(TOOL_NAMES, new Map([['office', 'tel:+81312345678']]), desk),
    store: store.calls,
    transact: store.transact,
    random: systemRandom,
    clock,
    log: silentLog,
    timeoutMs: 8_000,
  });
  const call = async (name: string, from: string | null = '+818012340001'): Promise<HouseCall> => {
    await store.calls.claimCall(claimOf(name, { callerNumber: from, callerWithheld: from === null }));
    return new HouseCall(runner, clock, `rtc_${name}`, from);
  };
  return { store, clock, outbox, runner, call };
}

/** The answer of a tool, read. */
export interface ToolAnswer extends Omit<FunctionAnswer, 'output'> {
  readonly output: Record<string, unknown>;
}

/** One call: function calls of a model, and what is heard. */
export class HouseCall {
  readonly id: string;
  readonly callCase: CallCase = newCase();
  readonly evidence: EvidenceLog;
  readonly #runner: ToolRunner;
  readonly #from: string | null;
  #turns = 0;
  #functionCalls = 0;

  constructor(runner: ToolRunner, clock: ManualClock, id: string, from: string | null) {
    this.#runner = runner;
    this.id = id;
    this.#from = from;
    this.evidence = new EvidenceLog(clock);
  }

  /** A function call; arguments as text are passed as they are. */
  async run(name: string, args: unknown = {}, functionCallId?: string): Promise<ToolAnswer> {
    this.#functionCalls += 1;
    const answer = await this.#runner.run(
      {
        callId: this.id,
        functionCallId: functionCallId ?? `call_${this.#functionCalls}`,
        epoch: 1,
        name,
        arguments: typeof args === 'string' ? args : JSON.stringify(args),
        callerNumber: this.#from,
        callCase: this.callCase,
        evidence: this.evidence,
      },
      new AbortController().signal,
    );
    return { ...answer, output: JSON.parse(answer.output) as Record<string, unknown> };
  }

  /** The agent speaks to the end. */
  heard(text: string): void {
    this.evidence.turnFinished(this.#turn('agent', text));
  }

  /** The caller speaks; null: what was said never becomes known. */
  says(text: string | null): void {
    const turn = this.#turn('caller', text ?? '');
    this.evidence.callerStarted(turn.turnKey);
    this.evidence.turnFinished({ ...turn, status: text === null ? 'partial' : 'complete' });
  }

  presses(keys: string): void {
    this.evidence.turnFinished(this.#turn('keypad', `[キー入力] ${keys}`));
  }

  /** Says what the answer asks to be said. */
  readOut(answer: ToolAnswer): string {
    if (answer.control?.kind !== 'say') throw new Error(`nothing is to be read out: ${answer.status}`);
    this.heard(answer.control.sentence);
    return answer.control.sentence;
  }

  #turn(role: TurnRecord['role'], text: string): TurnRecord {
    this.#turns += 1;
    return {
      callId: this.id,
      turnKey: `item_${this.#turns}`,
      sequence: this.#turns,
      role,
      text,
      status: 'complete',
      startedAt: NOW,
      endedAt: NOW,
      responseId: null,
    };
  }
}

export function briefingOf(changes: Partial<Briefing> = {}): Briefing {
  return {
    briefingId: 'briefing-1',
    title: '会社説明会',
    company: '見本商事',
    place: '渋谷会場',
    onlineUrl: 'https://meeting.example.jp/j/1',
    whatToBring: '筆記用具',
    dress: null,
    contact: '03-1234-0000',
    notices: [],
    cancelDeadlineMinutes: null,
    ...changes,
  };
}

export function slotOf(slotId: string, changes: Partial<Slot> = {}): Slot {
  return {
    slotId,
    briefingId: 'briefing-1',
    startsAt: START,
    endsAt: (changes.startsAt ?? START) + 2 * HOUR,
    mode: 'on_site',
    place: null,
    capacity: null,
    open: true,
    ...changes,
  };
}

let people = 0;

export function personOf(changes: Partial<ApplicantData> & { kana?: string } = {}): ApplicantData {
  people += 1;
  const { kana = 'ヤマダ タロウ', ...data } = changes;
  return {
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
    phones: ['+818012340001'],
    email: null,
    source: 'test',
    externalId: `person-${people}`,
    reservationCode: `AB${String(people).padStart(4, '0')}`,
    ...data,
  };
}

/** Stores a person with a place in each slot. @returns ids of the person and of the registrations */
export async function enrol(store: Store, person: ApplicantData, ...slotIds: readonly string[]) {
  const stored = await store.briefings.putApplicant(person, null);
  if (stored.outcome !== 'stored') throw new Error(`not stored: ${stored.outcome}`);
  const { applicantId } = stored.applicant;
  const registrationIds: string[] = [];
  for (const slotId of slotIds) {
    const registered = await store.briefings.register({
      applicantId,
      slotId,
      source: { kind: 'team', memberId: null },
      at: NOW,
    });
    if (registered.outcome !== 'registered') throw new Error(`not registered: ${registered.outcome}`);
    registrationIds.push(registered.registration.registrationId);
  }
  return { applicantId, registrationId: registrationIds[0] ?? '', registrationIds, person };
}
