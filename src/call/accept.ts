import { pause } from '../lib/deadline.ts';
import type { CallEnd } from '../store/ports.ts';
import type { CallOutcome } from '../realtime/calls.ts';
import { raiseAlarm } from './alarm.ts';
import type { CallServices } from './services.ts';
import type { CallSession } from './session.ts';

/** Either the session is live, or the call is over before it began. `lost`: it is not ours any more. */
export type AcceptResult =
  | { readonly kind: 'live' }
  | { readonly kind: 'lost' }
  | {
      readonly kind: 'over';
      readonly end: Omit<CallEnd, 'endedAt'>;
      /** Whether the caller may still hear it ring: the trunk is told to go elsewhere. */
      readonly reject: boolean;
      /** Whether OpenAI may hold an accepted call: it is hung up. */
      readonly hangUp: boolean;
      /** Whether a call that turns out to be accepted was accepted by us. */
      readonly ours: boolean;
    };

/** All of accepting, from the webhook on: past this nobody is listening any more. */
const ACCEPT_BUDGET_MS = 8_000;
/** A call that was accepted must prove it within this, tries included. */
const ATTACH_BUDGET_MS = 5_000;
/** After an ambiguous accept one sideband handshake tells whether it took effect. */
const PROBE_BUDGET_MS = 600;
/**
 * From the beginning of one accept to the next after an answer that promises nothing, ms, less up to a half by chance. So
 * a call costs four requests at most, however long OpenAI is away, and calls that ring together do not ask together.
 */
const RETRY_MS = [400, 1_400, 4_900] as const;
/** A shorter rest of the budget is not worth another request. */
const MIN_ATTEMPT_MS = 200;

/**
 * Accepts a call and proves it live. A result that leaves open whether the accept took effect is never repeated
 * blindly: the sideband is tried first.
 */
export async function acceptCall(
  services: CallServices,
  session: CallSession,
  acceptTimeoutMs: number,
): Promise<AcceptResult> {
  const { clock, calls, plan, random, log } = services;
  const deadline = clock.monotonic() + ACCEPT_BUDGET_MS;
  let body = plan.acceptBody;
  let ambiguous = false;
  let last: CallOutcome | null = null;

  for (let attempt = 0; ; attempt += 1) {
    if (session.phase === 'over') return { kind: 'lost' };
    const remaining = deadline - clock.monotonic();
    if (remaining < MIN_ATTEMPT_MS) return timedOut(services, session.callId, ambiguous, last);
    const longest = RETRY_MS[attempt];
    const nextAt = longest === undefined ? null : clock.monotonic() + longest * (1 - random.next() / 2);
    const outcome = await calls.accept(session.callId, body, Math.min(acceptTimeoutMs, remaining));
    last = outcome;
    services.observer.accepted(outcome.kind);
    switch (outcome.kind) {
      case 'done':
        log.info(
          { call_id: session.callId, request_id: outcome.requestId },
          'Accepted. Connecting Realtime WebSocket…',
        );
        return prove(services, session.callId, await session.open(ATTACH_BUDGET_MS));
      case 'gone':
        if (ambiguous && (await session.open(PROBE_BUDGET_MS, true)) === 'live') return { kind: 'live' };
        return over('missed', 'caller_left_before_accept', 'caller', null);
      case 'taken':
      case 'ambiguous':
        ambiguous = true;
        log.warn(
          {
            call_id: session.callId,
            outcome: outcome.kind,
            code: outcome.kind === 'ambiguous' ? outcome.code : null,
          },
          'Accept is undecided, trying the sideband',
        );
        if ((await session.open(probeBudget(outcome.kind, isOurs(session, attempt)), true)) === 'live')
          return { kind: 'live' };
        if (outcome.kind === 'taken')
          return {
            ...over('failed', 'accept_refused', 'openai', 'decision_already_made'),
            hangUp: isOurs(session, attempt),
            ours: isOurs(session, attempt),
          };
        break;
      case 'refused':
        if (body !== plan.fallbackBody) {
          raiseAlarm(services, session.callId, 'accept_body_refused', {
            status: outcome.status,
            code: outcome.code,
          });
          body = plan.fallbackBody;
          continue;
        }
        return rejected(session, attempt, 'accept_refused', 'denwaban', outcome.code);
      case 'unauthorised':
        log.fatal(
          { call_id: session.callId, status: outcome.status },
          'OpenAI refuses the key: check OPENAI_API_KEY',
        );
        raiseAlarm(services, session.callId, 'accept_unauthorised');
        return rejected(session, attempt, 'accept_unauthorised', 'denwaban', String(outcome.status));
      case 'rate_limited': {
        const wait = outcome.retryAfterMs ?? 0;
        if (nextAt === null || clock.monotonic() + wait + MIN_ATTEMPT_MS > deadline) {
          raiseAlarm(services, session.callId, 'accept_rate_limited');
          return rejected(session, attempt, 'accept_rate_limited', 'openai', null);
        }
        await pause(clock, wait);
        break;
      }
      case 'unavailable':
      case 'unreachable':
        log.warn({ call_id: session.callId, outcome }, 'Accept failed');
    }
    if (nextAt === null) return timedOut(services, session.callId, ambiguous, last);
    await pause(clock, Math.max(0, Math.min(nextAt, deadline - MIN_ATTEMPT_MS) - clock.monotonic()));
  }
}

/** A call that is certainly up, and ours, is worth more patience than one that may not be. */
function probeBudget(kind: 'taken' | 'ambiguous', ours: boolean): number {
  return kind === 'taken' && ours ? ATTACH_BUDGET_MS : PROBE_BUDGET_MS;
}

/** Whether a call that was accepted before was accepted by us: by an earlier try, or by a process that died since. */
function isOurs({ epoch }: CallSession, attempt: number): boolean {
  return attempt > 0 || epoch > 1;
}

function prove(
  services: CallServices,
  callId: string,
  attached: 'live' | 'not_found' | 'failed',
): AcceptResult {
  if (attached === 'live') return { kind: 'live' };
  raiseAlarm(services, callId, 'accept_unproven');
  return {
    kind: 'over',
    end: { state: 'failed', reason: 'accept_unproven', party: 'openai', detail: attached },
    reject: false,
    hangUp: true,
    ours: true,
  };
}

function timedOut(
  services: CallServices,
  callId: string,
  ambiguous: boolean,
  last: CallOutcome | null,
): AcceptResult {
  raiseAlarm(services, callId, 'accept_timeout');
  return {
    kind: 'over',
    end: { state: 'missed', reason: 'accept_timeout', party: 'openai', detail: classOf(last) },
    reject: true,
    hangUp: ambiguous,
    ours: true,
  };
}

/** What kept the last accept from working: a status, or the code of the connection's failure. */
function classOf(outcome: CallOutcome | null): string | null {
  if (outcome === null) return null;
  if ('status' in outcome) return String(outcome.status);
  return 'code' in outcome ? outcome.code : outcome.kind;
}

function over(
  state: CallEnd['state'],
  reason: CallEnd['reason'],
  party: CallEnd['party'],
  detail: string | null,
): AcceptResult & { kind: 'over' } {
  return { kind: 'over', end: { state, reason, party, detail }, reject: false, hangUp: false, ours: false };
}

/** The last answer was a clear no. An accept before it, of this process or of one that died, may have been a yes. */
function rejected(
  session: CallSession,
  attempt: number,
  reason: CallEnd['reason'],
  party: CallEnd['party'],
  detail: string | null,
): AcceptResult {
  return { ...over('failed', reason, party, detail), reject: true, ours: isOurs(session, attempt) };
}
