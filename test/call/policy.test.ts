import t from 'tap';
import { admit, parsePolicy, type AdmissionInput, type PolicyConfig } from '../../src/call/policy.ts';

const OPEN: PolicyConfig = {
  OPENAI_PROJECT_ID: '',
  TWILIO_ACCOUNT_SID: '',
  DIALLED_NUMBERS: '',
  BLOCKED_CALLERS: '',
  OPENING_HOURS: '',
  MAX_CONCURRENT_CALLS: 2,
};

const SID = `AC${'0'.repeat(32)}`;

const STRICT: PolicyConfig = {
  OPENAI_PROJECT_ID: 'proj_1',
  TWILIO_ACCOUNT_SID: SID,
  DIALLED_NUMBERS: '+815012345678, +81312345678',
  BLOCKED_CALLERS: '+819099999999,+8150*, Withheld',
  OPENING_HOURS: 'Mon-Fri 08:00-20:00',
  MAX_CONCURRENT_CALLS: 2,
};

/** A call that every rule of STRICT admits, on a Wednesday at noon in Tokyo. */
const CALL: AdmissionInput = {
  projectId: 'proj_1',
  twilioAccountSid: SID,
  dialledNumber: '+815012345678',
  callerNumber: '+819012345678',
  callerWithheld: false,
  activeCalls: 1,
  draining: false,
  now: Date.UTC(2026, 10, 25, 3),
};

const SUNDAY = Date.UTC(2026, 10, 22, 3);

function judge(change: Partial<AdmissionInput>, config: PolicyConfig = STRICT): string {
  const admission = admit({ ...CALL, ...change }, parsePolicy(config));
  return admission.admit ? 'admitted' : `${admission.rule} ${admission.sipCode}`;
}

for (const [name, change, expected] of [
  ['a call that meets every rule', {}, 'admitted'],
  ['a call to another project', { projectId: 'proj_2' }, 'wrong_project 404'],
  ['a call whose project could not be read', { projectId: null }, 'admitted'],
  ['a call of another trunk', { twilioAccountSid: SID.replace('0', '1') }, 'unknown_trunk 403'],
  ['a call of no trunk', { twilioAccountSid: null }, 'unknown_trunk 403'],
  ['a call to the second number', { dialledNumber: '+81312345678' }, 'admitted'],
  ['a call to a number that is not ours', { dialledNumber: '+815012345679' }, 'unknown_number 404'],
  ['a call to no number', { dialledNumber: null }, 'unknown_number 404'],
  ['a blocked caller', { callerNumber: '+819099999999' }, 'blocked_caller 603'],
  ['a caller with a blocked prefix', { callerNumber: '+815098765432' }, 'blocked_caller 603'],
  ['a caller whose number only begins like a blocked one', { callerNumber: '+8190999999990' }, 'admitted'],
  ['a withheld caller', { callerNumber: null, callerWithheld: true }, 'withheld_caller 433'],
  ['a caller the network did not name', { callerNumber: null }, 'admitted'],
  ['a call on Sunday', { now: SUNDAY }, 'closed 480'],
  ['a call while this process stops', { draining: true }, 'draining 503'],
  ['the call after the last free place', { activeCalls: 2 }, 'capacity 503'],
] as const) {
  t.test(`${name}: ${expected}`, async (t) => {
    t.equal(judge(change), expected);
  });
}

t.test('with no rules set, all but a full or stopping process admits anything', async (t) => {
  const nobody = { projectId: null, twilioAccountSid: null, dialledNumber: null, callerNumber: null };
  t.equal(judge({ ...nobody, callerWithheld: true, now: SUNDAY }, OPEN), 'admitted');
  t.equal(judge({ activeCalls: 2 }, OPEN), 'capacity 503');
  t.equal(judge({ draining: true }, OPEN), 'draining 503');
});

t.test('a withheld caller is admitted unless the word stands in the list', async (t) => {
  const withheld = { callerNumber: null, callerWithheld: true };
  t.equal(judge(withheld, { ...STRICT, BLOCKED_CALLERS: '+8150*' }), 'admitted');
  t.equal(judge({}, { ...STRICT, BLOCKED_CALLERS: 'withheld' }), 'admitted');
});

t.test('a stranger learns nothing about load and hours', async (t) => {
  const busy = { draining: true, activeCalls: 9, now: SUNDAY };
  t.equal(judge({ ...busy, projectId: 'proj_2', twilioAccountSid: null }), 'wrong_project 404');
  t.equal(judge({ ...busy, twilioAccountSid: null, dialledNumber: null }), 'unknown_trunk 403');
  t.equal(judge({ ...busy, dialledNumber: null, callerNumber: '+819099999999' }), 'unknown_number 404');
  t.equal(judge({ ...busy, callerNumber: '+819099999999' }), 'blocked_caller 603');
  t.equal(judge(busy), 'closed 480');
  t.equal(judge({ ...busy, now: CALL.now }), 'draining 503');
});

for (const [variable, value, entry] of [
  ['DIALLED_NUMBERS', '+815012345678,05012345678', 2],
  ['DIALLED_NUMBERS', '+8150*', 1],
  ['DIALLED_NUMBERS', '+81 50 1234 5678', 1],
  ['BLOCKED_CALLERS', '+*', 1],
  ['BLOCKED_CALLERS', '*', 1],
  ['BLOCKED_CALLERS', '+8150*,anonymous', 2],
  ['BLOCKED_CALLERS', '+81*50', 1],
  ['BLOCKED_CALLERS', '09012345678', 1],
  ['OPENING_HOURS', 'Mon-Fri 08:00-20:00, Sat', 2],
] as const) {
  t.test(`${variable}=${value} is refused, naming entry ${entry} and a remedy`, async (t) => {
    t.throws(() => parsePolicy({ ...OPEN, [variable]: value }), {
      code: 'DW_CONFIG',
      message: new RegExp(`^${variable}: entry ${entry} is not readable\\. Write `),
    });
  });
}

t.test('an error about a list repeats no number', async (t) => {
  try {
    parsePolicy({ ...OPEN, BLOCKED_CALLERS: '09011112222' });
    t.fail('no error');
  } catch (error) {
    t.notMatch(String(error), /0901111/);
  }
});

t.test('blanks and commas without entries are no concern', async (t) => {
  const rules = parsePolicy({ ...OPEN, DIALLED_NUMBERS: ' , +815012345678 ,', BLOCKED_CALLERS: ',' });
  t.same([...(rules.dialledNumbers ?? [])], ['+815012345678']);
  t.equal(rules.blockedNumbers.size, 0);
  t.equal(parsePolicy({ ...OPEN, DIALLED_NUMBERS: ' , ' }).dialledNumbers, null);
});
