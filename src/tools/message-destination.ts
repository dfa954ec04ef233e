import type { Applicant } from '../briefing/applicant.ts';
import { normalisePhoneNumber, phoneKind } from '../briefing/phone-number.ts';
import type { Random } from '../lib/random.ts';
import { judgeNumber, readBackNumber, TRANSCRIPT_WAIT_MS, type NumberProposal } from './number-gate.ts';
import type { ToolContext, ToolOutcome } from './tool.ts';

/** Where a message goes. `described` is for the model: it is never told a number or an address. */
export interface Destination {
  readonly kind: 'sms' | 'email';
  readonly to: string;
  readonly described: string;
}

export interface DestinationInput {
  /** The verified applicant, or null. */
  readonly applicant: Applicant | null;
  /** A number that the model passes on. */
  readonly mobile: string | undefined;
  readonly token: string | undefined;
}

/**
 * Where a message goes: the mobile on file of the verified caller, else the calling mobile, else the address on file.
 * Only a caller who has none of these is asked for a number, and it counts only if the caller said or keyed it in
 * this call and has confirmed it when it was read back.
 */
export async function destinationOf(
  input: DestinationInput,
  context: ToolContext,
  random: Random,
): Promise<Destination | ToolOutcome> {
  const known = knownDestination(input.applicant, context);
  if (known?.kind === 'sms') {
    return input.mobile === undefined
      ? known
      : refused('number_not_needed', `It goes to ${known.described}. Call again without mobile.`);
  }
  if (input.token !== undefined) return confirmNumber(input.token, context);
  if (input.mobile !== undefined) return proposeNumber(input.mobile, context, random);
  const { confirmedMobile } = context.callCase;
  if (confirmedMobile !== null) return given(confirmedMobile);
  return known ?? refused('mobile_missing', 'Ask for a mobile number, digit by digit or by the keypad.');
}

function knownDestination(applicant: Applicant | null, { callerNumber }: ToolContext): Destination | null {
  const onFile = (applicant?.phones ?? []).filter(isMobile);
  const [first] = onFile;
  if (callerNumber !== null && onFile.includes(callerNumber)) {
    return { kind: 'sms', to: callerNumber, described: 'the calling number' };
  }
  if (first !== undefined) return { kind: 'sms', to: first, described: 'the mobile number on file' };
  if (callerNumber !== null && isMobile(callerNumber)) {
    return { kind: 'sms', to: callerNumber, described: 'the calling number' };
  }
  const email = applicant?.email ?? null;
  return email === null ? null : { kind: 'email', to: email, described: 'the e-mail address on file' };
}

async function proposeNumber(text: string, context: ToolContext, random: Random): Promise<ToolOutcome> {
  const number = normalisePhoneNumber(text);
  if (number === null || !isMobile(number)) {
    return refused('not_mobile', 'That is no Japanese mobile number. Ask for one that begins 060 to 090.');
  }
  if (!(await context.evidence.hasGiven(nationalDigits(number), TRANSCRIPT_WAIT_MS))) {
    return refused('number_not_heard', 'Ask the caller to enter the mobile number by the keypad.');
  }
  const readBack = readBackNumber(number);
  return asked(context, {
    token: random.hex(4),
    number,
    readBack,
    sentence: readBack,
    explicit: false,
    since: context.evidence.mark(),
  });
}

async function confirmNumber(token: string, context: ToolContext): Promise<Destination | ToolOutcome> {
  const { callCase, evidence } = context;
  const proposal = callCase.numberProposal;
  if (proposal === null || proposal.token !== token) {
    return refused('unknown_token', 'Call again with mobile and without a token.');
  }
  const verdict = await judgeNumber(proposal, evidence);
  switch (verdict.kind) {
    case 'confirmed':
      callCase.confirmedMobile = proposal.number;
      return given(proposal.number);
    case 'ask':
      return asked(context, { ...proposal, ...verdict, since: evidence.mark() });
    case 'wait':
      return refused('no_answer_yet', 'Say nothing. Wait for the answer of the caller, then call again.');
    case 'dropped':
      callCase.numberProposal = null;
      return refused('declined', 'Nothing was sent. Ask for the number again.');
  }
}

function asked(context: ToolContext, proposal: NumberProposal): ToolOutcome {
  context.callCase.numberProposal = proposal;
  return {
    status: 'ok',
    output: {
      ok: false,
      status: 'needs_confirmation',
      confirmation_token: proposal.token,
      hint: 'The number is being read out to the caller. Say nothing. After the answer, call again with the token.',
    },
    control: { kind: 'say', sentence: proposal.sentence },
  };
}

function given(number: string): Destination {
  return { kind: 'sms', to: number, described: 'the number that the caller gave' };
}

/** Only Japanese mobiles get text messages. */
function isMobile(number: string): boolean {
  return number.startsWith('+81') && phoneKind(number) === 'mobile';
}

function nationalDigits(number: string): string {
  return number.replace(/^\+81/, '0');
}

function refused(status: string, hint: string): ToolOutcome {
  return { status: 'refused', output: { ok: false, status, hint } };
}
