import { isOpen, parseOpeningHours, type OpeningHours } from './opening-hours.ts';
import type { Config } from '../config.ts';
import { DenwabanError } from '../errors.ts';
import type { SeatLimits, SeatRefusal } from '../store/ports.ts';

/** Why a call is not answered. Names are metric labels and stored with the call. */
export type PolicyRule =
  | 'wrong_project'
  | 'unknown_trunk'
  | 'unknown_number'
  | 'blocked_caller'
  | 'withheld_caller'
  | 'closed'
  | 'draining'
  | 'capacity'
  | 'memory'
  | SeatRefusal;

export type Admission =
  | { readonly admit: true }
  | { readonly admit: false; readonly rule: PolicyRule; readonly sipCode: number };

/** What is known of a ringing call before it is stored. Nothing here needs a look-up. */
export interface AdmissionInput {
  readonly projectId: string | null;
  readonly twilioAccountSid: string | null;
  /** E.164, or null when the trunk did not say. */
  readonly dialledNumber: string | null;
  /** E.164, or null. */
  readonly callerNumber: string | null;
  readonly callerWithheld: boolean;
  readonly draining: boolean;
  /** Whether memory is too short for one more call. */
  readonly memoryShort: boolean;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/** The rules of the environment, read once. null: the rule does not apply. */
export interface PolicyRules {
  readonly projectId: string | null;
  readonly twilioAccountSid: string | null;
  readonly dialledNumbers: ReadonlySet<string> | null;
  readonly blockedNumbers: ReadonlySet<string>;
  /** Starts of blocked numbers, with plus. */
  readonly blockedPrefixes: readonly string[];
  readonly blockWithheld: boolean;
  readonly openingHours: OpeningHours | null;
  readonly maxConcurrentCalls: number;
  /** Asked by the store, over all nodes. */
  readonly limits: SeatLimits;
}

/** The part of the environment that says who is answered. */
export type PolicyConfig = Pick<
  Config,
  | 'OPENAI_PROJECT_ID'
  | 'TWILIO_ACCOUNT_SID'
  | 'DIALLED_NUMBERS'
  | 'BLOCKED_CALLERS'
  | 'OPENING_HOURS'
  | 'MAX_CONCURRENT_CALLS'
  | 'MAX_FLEET_CALLS'
  | 'MAX_CALLS_PER_DIALLED_NUMBER'
  | 'MAX_CALLS_PER_CALLER'
  | 'CALLS_PER_NUMBER_PER_HOUR'
>;

/**
 * What the caller's network is told. 404 and 403 are for strangers who found the SIP address; 603 ends the attempt,
 * 433 asks to call again with the number shown; 486 is the busy tone; 480 and 503 let a trunk go on to its next destination.
 */
const SIP_CODES: Readonly<Record<PolicyRule, number>> = {
  wrong_project: 404,
  unknown_trunk: 403,
  unknown_number: 404,
  blocked_caller: 603,
  withheld_caller: 433,
  closed: 480,
  draining: 503,
  capacity: 503,
  memory: 503,
  too_many_calls: 486,
  caller_busy: 486,
  number_full: 503,
  fleet_full: 503,
};

/**
 * Decides whether a call may be answered, before it takes a place. Pure. Rules about who calls come before those about
 * us, so that a stranger does not learn how busy or how open we are.
 */
export function admit(input: AdmissionInput, rules: PolicyRules): Admission {
  return verdictOf(refusingRule(input, rules));
}

/**
 * Decides whether there is a place for a call that may be answered. Pure.
 *
 * @param refusal what the store found among the calls of all nodes; `policy`: a process refused it that is gone, and kept no
 *   place for it
 * @param activeCalls calls this process serves, this one not counted
 */
export function admitPlace(
  refusal: SeatRefusal | 'policy' | null,
  activeCalls: number,
  rules: PolicyRules,
): Admission {
  if (refusal === 'policy') return verdictOf('capacity');
  return verdictOf(refusal ?? (activeCalls >= rules.maxConcurrentCalls ? 'capacity' : null));
}

function verdictOf(rule: PolicyRule | null): Admission {
  return rule === null ? { admit: true } : { admit: false, rule, sipCode: SIP_CODES[rule] };
}

function refusingRule(input: AdmissionInput, rules: PolicyRules): PolicyRule | null {
  const { projectId, dialledNumber, callerNumber } = input;
  // OpenAI delivers by project already: an address that could not be read is no reason to lose a call.
  if (rules.projectId !== null && projectId !== null && projectId !== rules.projectId) return 'wrong_project';
  if (rules.twilioAccountSid !== null && input.twilioAccountSid !== rules.twilioAccountSid)
    return 'unknown_trunk';
  if (rules.dialledNumbers !== null && (dialledNumber === null || !rules.dialledNumbers.has(dialledNumber))) {
    return 'unknown_number';
  }
  if (callerNumber !== null && isBlocked(callerNumber, rules)) return 'blocked_caller';
  if (input.callerWithheld && rules.blockWithheld) return 'withheld_caller';
  if (!isOpen(rules.openingHours, input.now)) return 'closed';
  if (input.draining) return 'draining';
  return input.memoryShort ? 'memory' : null;
}

function isBlocked(number: string, rules: PolicyRules): boolean {
  return (
    rules.blockedNumbers.has(number) || rules.blockedPrefixes.some((prefix) => number.startsWith(prefix))
  );
}

const E164 = /^\+[1-9]\d{6,14}$/;
const E164_PREFIX = /^\+[1-9]\d{0,13}\*$/;
const WITHHELD = 'withheld';

/**
 * Reads the rules of the environment.
 *
 * @throws DenwabanError DW_CONFIG naming variable, entry and remedy; it does not repeat what stands there
 */
export function parsePolicy(config: PolicyConfig): PolicyRules {
  const dialled = entries(config.DIALLED_NUMBERS);
  requireEach(
    'DIALLED_NUMBERS',
    dialled,
    (entry) => E164.test(entry),
    'Write numbers such as +815012345678.',
  );
  const blocked = entries(config.BLOCKED_CALLERS);
  requireEach(
    'BLOCKED_CALLERS',
    blocked,
    (entry) => E164.test(entry) || E164_PREFIX.test(entry) || entry.toLowerCase() === WITHHELD,
    `Write numbers such as +815012345678, prefixes such as +8150*, or the word ${WITHHELD}.`,
  );
  return Object.freeze({
    projectId: config.OPENAI_PROJECT_ID === '' ? null : config.OPENAI_PROJECT_ID,
    twilioAccountSid: config.TWILIO_ACCOUNT_SID === '' ? null : config.TWILIO_ACCOUNT_SID,
    dialledNumbers: dialled.length === 0 ? null : new Set(dialled),
    blockedNumbers: new Set(blocked.filter((entry) => E164.test(entry))),
    blockedPrefixes: blocked.filter((entry) => entry.endsWith('*')).map((entry) => entry.slice(0, -1)),
    blockWithheld: blocked.some((entry) => entry.toLowerCase() === WITHHELD),
    openingHours: parseOpeningHours(config.OPENING_HOURS),
    maxConcurrentCalls: config.MAX_CONCURRENT_CALLS,
    limits: {
      fleet: config.MAX_FLEET_CALLS,
      perNumber: config.MAX_CALLS_PER_DIALLED_NUMBER,
      perCaller: config.MAX_CALLS_PER_CALLER,
      perCallerAndHour: config.CALLS_PER_NUMBER_PER_HOUR,
    },
  });
}

function entries(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function requireEach(
  variable: keyof PolicyConfig,
  list: readonly string[],
  isGood: (entry: string) => boolean,
  remedy: string,
): void {
  const wrong = list.findIndex((entry) => !isGood(entry));
  if (wrong === -1) return;
  throw new DenwabanError('DW_CONFIG', `${variable}: entry ${wrong + 1} is not readable. ${remedy}`);
}
