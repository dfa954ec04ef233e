import t from 'tap';
import type { Expected } from '../../emulator/demo/scripts.ts';
import { judge, type CallFacts } from '../../emulator/demo/verdict.ts';
import type { CallRecord, TurnRecord } from '../../src/store/ports.ts';

const SENTENCES = {
  greeting: 'いらっしゃいませ。',
  reprompt: 'もしもし。',
  offerKeypad: 'ボタンをどうぞ。',
  farewell: 'さようなら。',
};

const EXPECTED: Expected = {
  message: { name: '山田太郎', words: ['出席'] },
  keypad: true,
  sidebands: 2,
};

const SPOKEN = [SENTENCES.greeting, SENTENCES.reprompt, SENTENCES.offerKeypad, SENTENCES.farewell];

const CALL: CallRecord = {
  callId: 'rtc_1',
  state: 'ended',
  epoch: 1,
  node: 'node',
  callerNumber: '+819012340001',
  callerWithheld: false,
  dialledNumber: null,
  sipCallId: null,
  carrierCallId: null,
  scenario: 'attendance-ja',
  scenarioVersion: 'v',
  eventCreatedAt: 0,
  claimedAt: 0,
  acceptedAt: 1,
  liveAt: 2,
  endedAt: 60_000,
  endReason: 'completed',
  endParty: 'agent',
  endDetail: null,
  noticeProof: 'played',
  noticePlayedAt: 3,
  noticeVersion: '1',
  costUsd: 0.1,
};

function turn(role: TurnRecord['role'], text: string): TurnRecord {
  return {
    callId: 'rtc_1',
    turnKey: text,
    sequence: 1,
    role,
    text,
    status: 'complete',
    startedAt: 0,
    endedAt: 1,
    responseId: null,
  };
}

function tool(name: string, status: 'ok' | 'failed' = 'ok') {
  return {
    callId: 'rtc_1',
    functionCallId: name,
    name,
    arguments: '{}',
    status,
    output: '{}',
    startedAt: 0,
    finishedAt: 1,
  };
}

function said(text: string, cut = false) {
  return { text, cut, responseId: text };
}

const MESSAGE = {
  messageId: 'm',
  callId: 'rtc_1',
  naturalKey: 'k',
  callerName: '山田太郎',
  callbackNumber: '+819012340001',
  body: '出席されます。',
  at: 1,
};

const GOOD: CallFacts = {
  call: CALL,
  turns: [...SPOKEN.map((text) => turn('agent', text)), turn('keypad', '[キー入力] 1')],
  tools: [tool('take_message'), tool('end_call')],
  messages: [MESSAGE],
  webhookStatus: 200,
  endedBy: 'service',
  heard: SPOKEN.map((text) => said(text)),
  sidebands: 2,
  functionCalls: [{ asked: 1, answered: 2 }],
};

t.test('a call that went as claimed has no problem', async (t) => {
  t.same(judge(GOOD, EXPECTED, SENTENCES), []);
});

const [greeting = said(''), ...rest] = GOOD.heard;

const wrong: readonly (readonly [name: string, change: Partial<CallFacts>, complaint: RegExp])[] = [
  ['nothing stored', { call: null }, /not stored/],
  ['a refused webhook', { webhookStatus: 401 }, /answered 401/],
  ['a call that ended otherwise', { call: { ...CALL, endReason: 'caller_silent' } }, /caller_silent/],
  ['a call that has not ended', { call: { ...CALL, state: 'live' } }, /the call is live/],
  ['a caller who hung up', { endedBy: 'caller' }, /ended by caller/],
  ['a notice without proof', { call: { ...CALL, noticeProof: 'cut' } }, /notice is cut/],
  ['a call without a cost', { call: { ...CALL, costUsd: 0 } }, /no cost/],
  ['a second greeting', { heard: [greeting, ...GOOD.heard] }, /greeting was heard 2 times/],
  ['a cut goodbye', { heard: [greeting, ...rest.slice(0, -1), said('さようなら。', true)] }, /goodbye/],
  ['words after the goodbye', { heard: [...GOOD.heard, said('もしもし。')] }, /goodbye/],
  ['a sentence that is not stored', { turns: GOOD.turns.slice(1) }, /not stored as a turn/],
  ['no message', { messages: [] }, /0 messages/],
  ['two messages', { messages: [MESSAGE, MESSAGE] }, /2 messages/],
  ['another name', { messages: [{ ...MESSAGE, callerName: '佐藤' }] }, /佐藤/],
  ['another number', { messages: [{ ...MESSAGE, callbackNumber: null }] }, /number/],
  ['another wish', { messages: [{ ...MESSAGE, body: '欠席' }] }, /does not say 出席/],
  [
    'a tool that failed',
    { tools: [tool('take_message', 'failed'), tool('end_call')] },
    /take_message failed/,
  ],
  ['a tool that ran twice', { tools: [tool('take_message'), ...GOOD.tools] }, /ledger/],
  [
    'no offer of the keypad',
    { heard: GOOD.heard.filter(({ text }) => text !== 'ボタンをどうぞ。') },
    /0 times/,
  ],
  ['no key', { turns: GOOD.turns.filter(({ role }) => role !== 'keypad') }, /key is not stored/],
  ['a sideband that never broke', { sidebands: 1 }, /1 sidebands/],
  ['no function call over the cut', { functionCalls: [{ asked: 1, answered: 1 }] }, /later sideband/],
];

for (const [name, change, complaint] of wrong) {
  t.test(`the verdict names ${name}`, async (t) => {
    const problems = judge({ ...GOOD, ...change }, EXPECTED, SENTENCES);
    t.ok(problems.length > 0);
    t.match(problems.join('\n'), complaint);
  });
}
