import t from 'tap';
import {
  admit,
  admitPlace,
  parsePolicy,
  type AdmissionInput,
  type PolicyConfig,
} from '../../src/call/policy.ts';

const OPEN: PolicyConfig = {
  CALLS_PER_NUMBER_PER_HOUR: 0,
  MAX_FLEET_CALLS: 0,
  MAX_CALLS_PER_DIALLED_NUMBER: 0,
  MAX_CALLS_PER_CALLER: 0,
  OPENAI_PROJECT_ID: '',
  TWILIO_ACCOUNT_SID: '',
  DIALLED_NUMBERS: '',
  BLOCKED_CALLERS: '',
  OPENING_HOURS: '',
  MAX_CONCURRENT_CALLS: 2,
};

const SID = `AC${'0'.repeat(32)}`;

const STRICT: PolicyConfig = {
  CALLS_PER_NUMBER_PER_HOUR: 20,
  MAX_FLEET_CALLS: 100,
  MAX_CALLS_PER_DIALLED_NUMBER: 30,
  MAX_CALLS_PER_CALLER: 3,
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
  draining: false,
  memoryShort: false,
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
] as const) {
  t.test(`${name}: ${expected}`, async (t) => {
    t.equal(judge(change), expected);
  });
}

t.test('with no rules set, all but a stopping or full process admits anything', async (t) => {
  const nobody = { projectId: null, twilioAccountSid: null, dialledNumber: null, callerNumber: null };
  t.equal(judge({ ...nobody, callerWithheld: true, now: SUNDAY }, OPEN), 'admitted');
  t.equal(judge({ draining: true }, OPEN), 'draining 503');
  t.equal(judge({ memoryShort: true }, OPEN), 'memory 503');
});

t.test('a withheld caller is admitted unless the word stands in the list', async (t) => {
  const withheld = { callerNumber: null, callerWithheld: true };
  t.equal(judge(withheld, { ...STRICT, BLOCKED_CALLERS: '+8150*' }), 'admitted');
  t.equal(judge({}, { ...STRICT, BLOCKED_CALLERS: 'withheld' }), 'admitted');
});

for (const [name, refusal, activeCalls, expected] of [
  ['a call with a place', null, 1, 'admitted'],
  ['the call after the last free place of the process', null, 2, 'capacity 503'],
  ['the call after the last of its number in an hour', 'too_many_calls', 0, 'too_many_calls 486'],
  ['the call after the last that one caller may hold', 'caller_busy', 0, 'caller_busy 486'],
  ['the call after the last free place of the dialled number', 'number_full', 0, 'number_full 503'],
  ['the call after the last free place of all nodes', 'fleet_full', 9, 'fleet_full 503'],
] as const) {
  t.test(`${name}: ${expected}`, async (t) => {
    const place = admitPlace(refusal, activeCalls, parsePolicy(STRICT));
    t.equal(place.admit ? 'admitted' : `${place.rule} ${place.sipCode}`, expected);
  });
}

t.test('the limits over all nodes are those of the environment', async (t) => {
  t.same(parsePolicy(STRICT).limits, { fleet: 100, perNumber: 30, perCaller: 3, perCallerAndHour: 20 });
});

t.test('a stranger learns nothing about load and hours', async (t) => {
  const busy = { draining: true, now: SUNDAY };
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
