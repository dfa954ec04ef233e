import t from 'tap';
import type { CallFacts } from '../../chaos/facts.ts';
import { HARRIED, judgeCall, type Invariant, type Tolerance } from '../../chaos/oracle.ts';
import type { StoredCall } from '../../chaos/stored.ts';

/** A call that left two messages, and went as promised. */
const FACTS: CallFacts = {
  callId: 'rtc_1',
  kind: 'messages',
  outcome: 'done',
  refusedWith: null,
  endedBy: 'service',
  accepts: 1,
  acceptsDone: 1,
  sidebands: 1,
  spokenTo: true,
  greetings: 1,
  outputsPerFunctionCall: 1,
  acknowledgedMessages: ['a 伝言1番', 'a 伝言2番'],
  acknowledgedChange: false,
};
const STORED: StoredCall = {
  state: 'ended',
  endReason: 'completed',
  endDetail: null,
  epoch: 2,
  messages: new Map([
    ['a 伝言1番', 1],
    ['a 伝言2番', 1],
  ]),
  changes: 0,
  texts: [],
};
/** A call that changed an attendance, with its text message. */
const DECIDED: CallFacts = {
  ...FACTS,
  kind: 'attendance',
  acknowledgedMessages: [],
  acknowledgedChange: true,
};
const CHANGED: StoredCall = { ...STORED, messages: new Map(), changes: 1, texts: ['sent'] };

function broken(facts: CallFacts, stored: StoredCall | undefined, tolerance?: Tolerance): Invariant[] {
  return judgeCall(facts, stored, tolerance).map(({ invariant }) => invariant);
}

t.test('nothing is held against calls that went as promised', async (t) => {
  t.same(broken(FACTS, STORED), []);
  t.same(broken(DECIDED, CHANGED), []);
});

t.test('an effect without an acknowledgement is no breach: nobody was told of it', async (t) => {
  t.same(broken({ ...FACTS, acknowledgedMessages: [] }, STORED), []);
  t.same(broken({ ...DECIDED, acknowledgedChange: false }, CHANGED), []);
});

const PLANTED: readonly (readonly [
  what: string,
  facts: CallFacts,
  stored: StoredCall | undefined,
  invariant: Invariant,
])[] = [
  ['two accepts that took effect', { ...FACTS, acceptsDone: 2 }, STORED, 'double_accept'],
  ['a conversation without the greeting', { ...FACTS, greetings: 0 }, STORED, 'no_greeting'],
  ['a second greeting', { ...FACTS, greetings: 2 }, STORED, 'double_greeting'],
  ['a function call with two outputs', { ...FACTS, outputsPerFunctionCall: 2 }, STORED, 'double_output'],
  [
    'a message that was acknowledged and is not stored',
    FACTS,
    { ...STORED, messages: new Map([['a 伝言1番', 1]]) },
    'lost_write',
  ],
  [
    'a message that is stored twice',
    FACTS,
    { ...STORED, messages: new Map([...STORED.messages, ['a 伝言2番', 2]]) },
    'double_effect',
  ],
  [
    'a change that was acknowledged and is not stored',
    DECIDED,
    { ...CHANGED, changes: 0, texts: [] },
    'lost_write',
  ],
  ['two changes for one wish', DECIDED, { ...CHANGED, changes: 2 }, 'double_effect'],
  ['a change without its text message', DECIDED, { ...CHANGED, texts: [] }, 'text'],
  ['a change with two text messages', DECIDED, { ...CHANGED, texts: ['sent', 'sent'] }, 'text'],
  ['a text message that did not leave', DECIDED, { ...CHANGED, texts: ['dead'] }, 'text'],
  [
    'a caller who was hung up on',
    { ...FACTS, outcome: 'lost' },
    { ...STORED, endReason: 'sideband_lost' },
    'cut',
  ],
  ['a goodbye that nobody wanted', FACTS, { ...STORED, endReason: 'drain_deadline' }, 'cut'],
  ['a caller who was not helped', { ...FACTS, outcome: 'unhelped' }, STORED, 'unfinished'],
  ['a caller who gave up', { ...FACTS, outcome: 'gave_up' }, STORED, 'unfinished'],
  ['a caller who was refused', { ...FACTS, refusedWith: 503 }, STORED, 'unanswered'],
  [
    'a phone that rang in vain',
    { ...FACTS, outcome: 'not_answered', spokenTo: false, greetings: 0 },
    STORED,
    'unanswered',
  ],
  ['a row without an end', FACTS, { ...STORED, state: 'live', endReason: 'completed' }, 'open_row'],
];

for (const [what, facts, stored, invariant] of PLANTED) {
  t.test(`it sees ${what}`, async (t) => {
    t.same(broken(facts, stored), [invariant]);
  });
}

t.test('a second accept request counts only where nothing excuses it', async (t) => {
  const twice = { ...FACTS, accepts: 2 };
  t.same(broken(twice, STORED), []);
  t.same(broken(twice, STORED, { oneAcceptRequest: true }), ['double_accept']);
});

t.test('while nobody can answer, a phone may ring in vain', async (t) => {
  const vain: CallFacts = {
    ...FACTS,
    outcome: 'not_answered',
    spokenTo: false,
    greetings: 0,
    acknowledgedMessages: [],
  };
  t.same(broken(vain, undefined, { unanswered: true }), []);
  t.same(broken(vain, undefined), ['unanswered']);
});

t.test('a caller may give up whose call had more owners than anybody promises to survive', async (t) => {
  const despaired: CallFacts = { ...FACTS, outcome: 'gave_up', sidebands: HARRIED };
  t.same(broken(despaired, STORED), ['unfinished']);
  t.same(broken({ ...despaired, sidebands: HARRIED + 1 }, STORED), []);
});
