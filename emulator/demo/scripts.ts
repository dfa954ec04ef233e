import type { Caller } from './caller.ts';

/** One call of the demo: what is played, and what has to come of it. */
export interface DemoCall {
  readonly title: string;
  /** The same in one English sentence. */
  readonly english: string;
  /** The caller's number in E.164. */
  readonly from: string;
  readonly play: (caller: Caller) => Promise<void>;
  readonly expected: Expected;
}

/** What has to be stored beside what holds for every call. */
export interface Expected {
  /** Name in the message, and words of its body. */
  readonly message: { readonly name: string; readonly words: readonly string[] };
  /** Whether the silence ladder was climbed to the keypad. */
  readonly keypad: boolean;
  /** Sidebands that were attached. */
  readonly sidebands: number;
}

const normal: DemoCall = {
  title: '出席の連絡',
  english:
    'An applicant reports attendance: the message is read back, confirmed and taken; the goodbye is heard to its end.',
  from: '+819012340001',
  play: async (caller) => {
    await caller.hears('ご用件をお聞かせください');
    await caller.says('もしもし、説明会に出席します。');
    await caller.hears('お名前');
    await caller.says('山田太郎です。');
    await caller.hears('日付');
    await caller.says('11月25日です。');
    await caller.hears('お間違いないでしょうか');
    await caller.says('はい、間違いありません。');
    await caller.hears('ほかにご用件は');
    await caller.says('大丈夫です。ありがとうございました。');
    await caller.ended();
  },
  expected: {
    message: { name: '山田太郎', words: ['11月25日', '出席'] },
    keypad: false,
    sidebands: 1,
  },
};

const silent: DemoCall = {
  title: '沈黙とボタン',
  english:
    'The caller says nothing: the agent asks again, then offers the keypad; one key is enough to go on.',
  from: '+819012340002',
  play: async (caller) => {
    await caller.hears('ご用件をお聞かせください');
    caller.staysSilent();
    await caller.hears('お声が届いていない');
    caller.staysSilent();
    await caller.hears('ボタンでも承ります');
    caller.presses('2');
    await caller.hears('お名前');
    await caller.says('佐藤花子です。');
    await caller.hears('日付');
    await caller.says('11月26日です。');
    await caller.hears('お間違いないでしょうか');
    await caller.says('はい、そうです。');
    await caller.hears('ほかにご用件は');
    await caller.says('ありません。失礼します。');
    await caller.ended();
  },
  expected: {
    message: { name: '佐藤花子', words: ['11月26日', '欠席'] },
    keypad: true,
    sidebands: 1,
  },
};

const broken: DemoCall = {
  title: '監視回線の切断',
  english:
    'The sideband breaks twice, in the middle of a sentence and of a function call: no second greeting, nothing runs twice.',
  from: '+819012340003',
  play: async (caller) => {
    await caller.hears('ご用件をお聞かせください');
    const firstCut = caller.losesSidebandInNextSentence();
    await caller.says('すみません、説明会に遅れます。');
    await firstCut;
    await caller.hears('お名前');
    await caller.says('鈴木一郎です。');
    await caller.hears('日付');
    await caller.says('11月27日です。');
    await caller.hears('何時ごろ');
    await caller.says('2時半ごろです。');
    await caller.hears('お間違いないでしょうか');
    const secondCut = caller.losesSidebandDuring('take_message');
    await caller.says('はい、お願いします。');
    await secondCut;
    await caller.hears('ほかにご用件は');
    await caller.says('いえ、以上です。');
    await caller.ended();
  },
  expected: {
    message: { name: '鈴木一郎', words: ['11月27日', '遅れる', '2時半'] },
    keypad: false,
    sidebands: 3,
  },
};

/** The calls of the demo, in order. */
export const DEMO_CALLS: readonly DemoCall[] = [normal, silent, broken];

/** The first call again, with a caller who hangs up in the middle of it. */
export const HUNG_UP_EARLY: DemoCall = {
  ...normal,
  play: async (caller) => {
    await caller.hears('ご用件をお聞かせください');
    await caller.says('もしもし、説明会に出席します。');
    await caller.hears('お名前');
    caller.hangsUp();
    await caller.ended();
  },
};
