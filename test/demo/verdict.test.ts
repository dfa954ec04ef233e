import t from 'tap';
import type { AttendanceStatus } from '../../src/briefing/attendance-status.ts';
import type { Evidence, RegistrationEvent } from '../../src/briefing/registration.ts';
import type { Expected } from '../../emulator/demo/scripts.ts';
import { judge, type CallFacts } from '../../emulator/demo/verdict.ts';
import type { CallRecord, TurnRecord } from '../../src/store/ports.ts';

const SENTENCES = {
  greeting: 'いらっしゃいませ。',
  farewell: 'さようなら。',
};

const EXPECTED: Expected = {
  tools: ['update_attendance ok', 'end_call ok'],
  change: { person: 1, status: 'attending', consent: 'はい、お願いします。' },
  message: { name: '山田太郎', words: ['出席'] },
  sidebands: 2,
};

const READ_BACK = 'ご出席ということで、よろしいでしょうか。';
const YES = 'はい、お願いします。';
const SPOKEN = [SENTENCES.greeting, READ_BACK, SENTENCES.farewell];

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

function turn(role: TurnRecord['role'], text: string, sequence = 1): TurnRecord {
  return {
    callId: 'rtc_1',
    turnKey: text,
    sequence,
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

/** A change that was read back and agreed to. */
function change(status: AttendanceStatus = 'attending', evidence: Partial<Evidence> = {}): RegistrationEvent {
  return {
    registrationId: 'r1',
    version: 2,
    kind: 'changed',
    source: {
      kind: 'caller',
      evidence: { callId: 'rtc_1', readBackTurnKey: READ_BACK, consentTurnKey: YES, ...evidence },
    },
    at: 1,
    from: { status: 'not_confirmed', slotId: 's1' },
    to: {
      status,
      slotId: 's1',
      actual: null,
      reason: null,
      expectedArrivalAt: null,
      callbackAt: null,
      waitingNumber: null,
    },
    undoes: null,
    idempotencyKey: null,
  };
}

const codeOf = (person: number): string => `S100${person}`;

const GOOD: CallFacts = {
  call: CALL,
  turns: [...SPOKEN.map((text) => turn('agent', text)), turn('caller', YES, 2)],
  tools: [tool('update_attendance'), tool('end_call')],
  changes: [{ code: 'S1001', event: change() }],
  messages: [MESSAGE],
  webhookStatus: 200,
  endedBy: 'service',
  heard: SPOKEN.map((text) => said(text)),
  sidebands: 2,
  functionCalls: [{ asked: 1, answered: 2 }],
};

t.test('a call that went as claimed has no problem', async (t) => {
  t.same(judge(GOOD, EXPECTED, SENTENCES, codeOf), []);
});

const [greeting = said(''), ...rest] = GOOD.heard;

const wrong: readonly (readonly [name: string, facts: Partial<CallFacts>, complaint: RegExp])[] = [
  ['nothing stored', { call: null }, /not stored/],
  ['a refused webhook', { webhookStatus: 401 }, /answered 401/],
  ['a call that ended otherwise', { call: { ...CALL, endReason: 'caller_silent' } }, /caller_silent/],
  ['a call that has not ended', { call: { ...CALL, state: 'live' } }, /the call is live/],
  ['a caller who hung up', { endedBy: 'caller' }, /ended by caller/],
  ['a notice without proof', { call: { ...CALL, noticeProof: 'cut' } }, /notice is cut/],
  ['a call without a cost', { call: { ...CALL, costUsd: 0 } }, /no cost/],
  ['a second greeting', { heard: [greeting, ...GOOD.heard] }, /greeting was heard 2 times/],
  ['a cut goodbye', { heard: [greeting, ...rest.slice(0, -1), said('さようなら。', true)] }, /goodbye/],
  ['words after the goodbye', { heard: [...GOOD.heard, said('まだ何か。')] }, /goodbye/],
  ['a sentence that is not stored', { turns: GOOD.turns.slice(1) }, /not stored as a turn/],
  ['no message', { messages: [] }, /0 messages/],
  ['two messages', { messages: [MESSAGE, MESSAGE] }, /2 messages/],
  ['another name', { messages: [{ ...MESSAGE, callerName: '佐藤' }] }, /佐藤/],
  ['another number', { messages: [{ ...MESSAGE, callbackNumber: null }] }, /number/],
  ['another wish', { messages: [{ ...MESSAGE, body: '欠席' }] }, /does not say 出席/],
  [
    'a tool that failed',
    { tools: [tool('update_attendance', 'failed'), tool('end_call')] },
    /update_attendance failed/,
  ],
  ['a tool that ran twice', { tools: [tool('update_attendance'), ...GOOD.tools] }, /ledger/],
  ['no change', { changes: [] }, /0 changes/],
  ['two changes', { changes: [...GOOD.changes, ...GOOD.changes] }, /2 changes/],
  [
    'a wrong stored status',
    { changes: [{ code: 'S1001', event: change('absent') }] },
    /stored is absent, not attending/,
  ],
  ['a change of somebody else', { changes: [{ code: 'S1002', event: change() }] }, /about S1002/],
  [
    'a consent turn that is not there',
    { changes: [{ code: 'S1001', event: change('attending', { consentTurnKey: 'いつか' }) }] },
    /taken as a yes was: nothing/,
  ],
  [
    'words of the agent that were taken as a yes',
    { changes: [{ code: 'S1001', event: change('attending', { consentTurnKey: READ_BACK }) }] },
    /without words of the caller/,
  ],
  [
    'a change without a read-back',
    { changes: [{ code: 'S1001', event: change('attending', { readBackTurnKey: SENTENCES.greeting }) }] },
    /without a read-back/,
  ],
  [
    'a yes before the question',
    { turns: [...SPOKEN.map((text) => turn('agent', text, 3)), turn('caller', YES, 2)] },
    /before it was agreed to/,
  ],
  ['a sideband that never broke', { sidebands: 1 }, /1 sidebands/],
  ['no function call over the cut', { functionCalls: [{ asked: 1, answered: 1 }] }, /later sideband/],
];

for (const [name, facts, complaint] of wrong) {
  t.test(`the verdict names ${name}`, async (t) => {
    const problems = judge({ ...GOOD, ...facts }, EXPECTED, SENTENCES, codeOf);
    t.ok(problems.length > 0);
    t.match(problems.join('\n'), complaint);
  });
}
