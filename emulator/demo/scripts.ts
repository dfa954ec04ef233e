import type { AttendanceStatus } from '../../src/briefing/attendance-status.ts';
import type { Caller } from './caller.ts';
import type { SamplePerson } from './sample-roster.ts';

/** One call of the demo: what is played, and what has to come of it. */
export interface DemoCall {
  readonly title: string;
  /** The same in one English sentence. */
  readonly english: string;
  /** Row of the sample roster, or the number of somebody who is not on it, in E.164. */
  readonly from: number | string;
  readonly play: (caller: Caller, people: readonly SamplePerson[]) => Promise<void>;
  readonly expected: Expected;
}

/** What has to be stored beside what holds for every call. */
export interface Expected {
  /** The tools that ran, in order, each with what the ledger says of it. */
  readonly tools: readonly string[];
  /** The one change of attendance that the caller decided; null: nothing may have changed. */
  readonly change: {
    readonly person: number;
    readonly status: AttendanceStatus;
    /** The words that were taken as the yes. */
    readonly consent: string;
  } | null;
  /** Name in the message for the team, and words of its body; null: none. */
  readonly message: { readonly name: string; readonly words: readonly string[] } | null;
  /** Sidebands that were attached. */
  readonly sidebands: number;
}

/** What the attendance list and the outbox have to hold after all calls. */
export interface ExpectedEnd {
  /** By row of the sample roster; everybody else is as imported. */
  readonly statuses: Readonly<Record<number, AttendanceStatus>>;
  /** Row and template of every text message, in any order. */
  readonly messages: readonly (readonly [person: number, template: string])[];
}

const GREETED = 'ご用件をお聞かせください';
const READ_BACK = 'よろしいでしょうか';

const attends: DemoCall = {
  title: '出席の連絡',
  english: 'Identified step by step; the change is read back, and stored after a clear yes.',
  from: 1,
  play: async (caller) => {
    await caller.hears(GREETED);
    await caller.says('もしもし、説明会に出席します。');
    await caller.hears('お名前');
    await caller.says('山田太郎です。');
    await caller.hears('大学名');
    await caller.says('見本大学です。');
    await caller.hears('予約番号');
    await caller.says('S1001です。');
    await caller.hears(READ_BACK);
    await caller.says('はい、お願いします。');
    await caller.hears('ほかにご用件は');
    await caller.says('大丈夫です。ありがとうございました。');
    await caller.ended();
  },
  expected: {
    tools: [
      'identify_caller ok',
      'identify_caller ok',
      'identify_caller ok',
      'update_attendance ok',
      'update_attendance ok',
      'end_call ok',
    ],
    change: { person: 1, status: 'attending', consent: 'はい、お願いします。' },
    message: null,
    sidebands: 1,
  },
};

const waits: DemoCall = {
  title: '日程変更、満席、キャンセル待ち',
  english: 'The date that the applicant wants is full: the waiting list, knowing what becomes of the seat.',
  from: 3,
  play: async (caller, people) => {
    await caller.hears(GREETED);
    await caller.says('例示工業大学の髙橋健一郎と申します。予約番号S1003です。日程を変更したいのですが。');
    await caller.hears('どちらになさいますか');
    await caller.says(`${dayOf(people, 5)}のほうが都合がよいのですが。`);
    await caller.hears('いかがなさいますか');
    await caller.says('では、キャンセル待ちでお願いします。');
    await caller.hears(READ_BACK);
    await caller.says('はい、それでお願いします。');
    await caller.hears('ほかにご用件は');
    await caller.says('いえ、以上です。');
    await caller.ended();
  },
  expected: {
    tools: [
      'identify_caller ok',
      'check_slots ok',
      'update_attendance ok',
      'update_attendance ok',
      'end_call ok',
    ],
    change: { person: 3, status: 'waiting', consent: 'はい、それでお願いします。' },
    message: null,
    sidebands: 1,
  },
};

const absent: DemoCall = {
  title: '欠席の連絡、空いた席は次の方へ',
  english: 'Met with sympathy and no question about illness. The freed seat goes to whoever waits.',
  from: 5,
  play: async (caller) => {
    await caller.hears(GREETED);
    await caller.says('すみません、熱が出てしまって、説明会を欠席させてください。');
    await caller.hears('お名前');
    await caller.says('渡邉翔です。予約番号はS1005です。');
    await caller.hears(READ_BACK);
    await caller.says('はい、お願いします。');
    await caller.hears('ほかにご用件は');
    await caller.says('ありません。失礼します。');
    await caller.ended();
  },
  expected: {
    tools: ['identify_caller ok', 'update_attendance ok', 'update_attendance ok', 'end_call ok'],
    change: { person: 5, status: 'absent', consent: 'はい、お願いします。' },
    message: null,
    sidebands: 1,
  },
};

const late: DemoCall = {
  title: '遅刻の連絡、あいまいな返事、監視回線の切断',
  english: 'A mumbled 大丈夫です is not taken as a yes. The sideband breaks while the yes is stored.',
  from: 4,
  play: async (caller) => {
    await caller.hears(GREETED);
    await caller.says('電車が止まっていて、30分ほど遅れます。坂田美咲です。番号はS1004です。');
    await caller.hears(READ_BACK);
    await caller.says('あ、大丈夫です。');
    await caller.hears('はい、か、いいえ、で');
    const cut = caller.losesSidebandDuring('update_attendance', 3);
    await caller.says('はい。');
    await cut;
    await caller.hears('ほかにご用件は');
    await caller.says('ないです。ありがとうございました。');
    await caller.ended();
  },
  expected: {
    tools: [
      'identify_caller ok',
      'check_slots ok',
      'update_attendance ok',
      'update_attendance ok',
      'update_attendance ok',
      'end_call ok',
    ],
    change: { person: 4, status: 'late', consent: 'はい。' },
    message: null,
    sidebands: 2,
  },
};

const mother: DemoCall = {
  title: 'ご家族からの電話',
  english: 'A mother calls for her daughter: nothing is looked up, nothing is changed, her message is kept.',
  from: '+819012340099',
  play: async (caller) => {
    await caller.hears(GREETED);
    await caller.says('佐藤花子の母ですが、娘が説明会に行けなくなりました。');
    await caller.hears(READ_BACK);
    await caller.says('はい、お願いします。');
    await caller.hears('ほかにご用件は');
    await caller.says('ありません。失礼いたします。');
    await caller.ended();
  },
  expected: {
    tools: ['take_message ok', 'end_call ok'],
    change: null,
    message: { name: '佐藤花子', words: ['お母様', 'ご欠席'] },
    sidebands: 1,
  },
};

/** The calls of the demo, in order. */
export const DEMO_CALLS: readonly DemoCall[] = [attends, waits, absent, late, mother];

/** What they lead to. The third call's seat goes to the second caller. */
export const EXPECTED_END: ExpectedEnd = {
  statuses: { 1: 'attending', 3: 'attending', 4: 'late', 5: 'absent' },
  messages: [
    [1, 'attendance_confirmed'],
    [3, 'waiting_listed'],
    [3, 'waiting_promoted'],
    [4, 'late_received'],
    [5, 'absence_received'],
  ],
};

/** The first call again, with a caller who hangs up before saying yes. */
export const HUNG_UP_EARLY: DemoCall = {
  ...attends,
  play: async (caller) => {
    await caller.hears(GREETED);
    await caller.says('説明会に出席します。山田太郎です。予約番号はS1001です。');
    await caller.hears(READ_BACK);
    caller.hangsUp();
    await caller.ended();
  },
};

/** The day that this row has reserved, as it is said: 11月25日. */
function dayOf(people: readonly SamplePerson[], number: number): string {
  return /\d+月\d+日/u.exec(people[number - 1]?.when ?? '')?.[0] ?? '';
}
