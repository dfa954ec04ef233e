import { describeError } from '../errors.ts';
import type { CallRecord, ClaimInput } from '../store/ports.ts';
import { normalisePhoneNumber, maskPhoneNumber } from '../briefing/phone-number.ts';
import { parseSipHeaders, type SipFacts, type SipHeader } from '../realtime/sip-headers.ts';
import { acceptCall } from './accept.ts';
import { raiseAlarm } from './alarm.ts';
import { CallerRate } from './caller-rate.ts';
import type { CallManager } from './manager.ts';
import { isOurs } from './last-requests.ts';
import { LEASE_MS } from './owner-rules.ts';
import {
  admit,
  admitPlace,
  type Admission,
  type AdmissionInput,
  type PolicyRule,
  type PolicyRules,
} from './policy.ts';
import { RecentKeys } from './recent-keys.ts';
import type { CallServices } from './services.ts';

/** A ringing call as the webhook tells of it. Instants in ms since the Unix epoch. */
export interface RingingCall {
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly createdAt: number;
  readonly callId: string;
  readonly sipHeaders: readonly SipHeader[];
}

/** What became of a delivery. `claimed`: `answer` starts the call, at once and without waiting. */
export type Reception =
  | { readonly outcome: 'claimed'; answer(): void }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'stale' };

export interface ReceptionOptions {
  readonly rules: PolicyRules;
  readonly node: string;
  /** Deadline of one accept request, ms. */
  readonly acceptTimeoutMs: number;
  /** Age of an event beyond which nobody is waiting any more, ms. */
  readonly staleMs: number;
  /** Whether memory is too short for one more call. Default: it never is. */
  readonly memoryShort?: () => boolean;
  /** From the claim to a live call, ms. */
  readonly onAnswered: (ms: number) => void;
}

/** SIP code that lets a trunk go on to its next destination. */
const SERVICE_UNAVAILABLE = 503;

/** Deliveries and calls remembered, so that a repeated webhook costs no statement: an hour of a busy line. */
const REMEMBERED = 5_000;

/** Takes a ringing call from its webhook to a live session: claim, policy, accept. */
export class CallReception {
  readonly #services: CallServices;
  readonly #manager: CallManager;
  readonly #options: ReceptionOptions;
  readonly #seen = new RecentKeys(REMEMBERED);
  /** Numbers whose flood was told of by this process, so that it is told of once an hour. */
  readonly #floods = new CallerRate();

  constructor(services: CallServices, manager: CallManager, options: ReceptionOptions) {
    this.#services = services;
    this.#manager = manager;
    this.#options = options;
  }

  /**
   * Claims the call, once over all deliveries, events and nodes.
   *
   * @throws DenwabanError DW_STORE_UNAVAILABLE: the delivery must not be acknowledged
   */
  async receive(call: RingingCall): Promise<Reception> {
    if (this.#seen.has(call.webhookId) || this.#seen.has(call.callId)) return { outcome: 'duplicate' };
    const { clock, log, store } = this.#services;
    const sip = parseSipHeaders(call.sipHeaders, normalisePhoneNumber);
    const stale = clock.now() - call.createdAt > this.#options.staleMs;
    const known: AdmissionInput = {
      projectId: sip.projectId,
      twilioAccountSid: sip.twilioAccountSid,
      dialledNumber: sip.dialledNumber,
      callerNumber: sip.caller.number,
      callerWithheld: sip.caller.withheld,
      draining: this.#manager.refusing,
      memoryShort: this.#options.memoryShort?.() ?? false,
      now: clock.now(),
    };
    const verdict = admit(known, this.#options.rules);
    const sentAt = clock.monotonic();
    const claim = await store.claimCall(this.#claimOf(call, sip, stale, !verdict.admit));
    this.#seen.add(call.webhookId);
    this.#seen.add(call.callId);
    if (claim.outcome === 'duplicate') return { outcome: 'duplicate' };
    if (stale) {
      log.warn({ call_id: call.callId }, 'Call event is too old, nobody is waiting: not accepted');
      this.#services.observer.ended('stale', 'openai');
      return { outcome: 'stale' };
    }
    // The seat is given in the same turn of the event loop that found it free.
    const place = admitPlace(claim.refusal ?? null, this.#manager.calls, this.#options.rules);
    this.#manager.seat(call.callId, claim.epoch, sentAt);
    return {
      outcome: 'claimed',
      answer: () => {
        void this.#answer(call.callId, claim.epoch, sip.caller.number, verdict.admit ? place : verdict);
        this.#announce(call.callId, sip.caller.number);
      },
    };
  }

  /** Whether a delivery with this id was stored by this process. */
  knows(webhookId: string): boolean {
    return this.#seen.has(webhookId);
  }

  /**
   * Goes on with a call whose process died after the claim. The rules are asked again as far as the row tells what they ask
   * for; a call that was refused stays so: no place was kept for it, and what the refusal was for may not stand in the row.
   */
  resume(call: CallRecord): void {
    const { callId, epoch, callerNumber, callerWithheld, dialledNumber } = call;
    const { rules } = this.#options;
    const verdict = admit(
      {
        projectId: null,
        twilioAccountSid: rules.twilioAccountSid,
        dialledNumber,
        callerNumber,
        callerWithheld,
        draining: this.#manager.refusing,
        memoryShort: this.#options.memoryShort?.() ?? false,
        now: this.#services.clock.now(),
      },
      rules,
    );
    // It has its seat among the calls of this process already.
    const place = admitPlace(call.seatRefusal ?? null, this.#manager.calls - 1, rules);
    void this.#answer(callId, epoch, callerNumber, verdict.admit ? place : verdict);
  }

  #announce(callId: string, number: string | null): void {
    this.#services.log.info(
      { call_id: callId, line: number === null ? null : maskPhoneNumber(number) },
      `Incoming call: call_id=${callId}`,
    );
  }

  async #answer(
    callId: string,
    epoch: number,
    callerNumber: string | null,
    verdict: Admission,
  ): Promise<void> {
    try {
      if (verdict.admit) await this.#accept(callId, epoch, callerNumber);
      else {
        if (verdict.rule === 'too_many_calls') this.#warnOfFlood(callId, callerNumber);
        await this.#refuse(callId, epoch, verdict.rule, verdict.sipCode);
      }
    } catch (error) {
      this.#services.log.error({ call_id: callId, reason: describeError(error) }, 'Accepting crashed');
      raiseAlarm(this.#services, callId, 'accept_crashed');
      await this.#manager.conclude(callId, epoch, {
        state: 'failed',
        reason: 'internal_error',
        party: 'denwaban',
        detail: null,
      });
    }
  }

  #warnOfFlood(callId: string, number: string | null): void {
    const now = this.#services.clock.now();
    if (number === null || this.#floods.recent(number, now) > 0) return;
    this.#floods.add(number, now);
    raiseAlarm(this.#services, callId, 'too_many_calls', { line: maskPhoneNumber(number) });
  }

  async #accept(callId: string, epoch: number, callerNumber: string | null): Promise<void> {
    const { clock, calls } = this.#services;
    const startedAt = clock.monotonic();
    const session = this.#manager.createSession({ callId, epoch, callerNumber });
    const result = await acceptCall(this.#services, session, this.#options.acceptTimeoutMs);
    if (result.kind === 'live') {
      this.#options.onAnswered(clock.monotonic() - startedAt);
      this.#manager.onAnswered(session);
      return;
    }
    session.discard();
    if (result.kind === 'lost' || this.#manager.lost(callId)) return;
    // Whoever slept meanwhile must not take the call away from its next owner.
    if (!(await isOurs(this.#manager, callId))) {
      this.#manager.letGo(callId);
      return;
    }
    this.#services.log.warn({ call_id: callId, ...result.end }, 'Call was not answered');
    const rejected = result.reject ? await calls.reject(callId, SERVICE_UNAVAILABLE) : null;
    // An accept whose answer was no, or was lost, may have taken effect: then the call is up, and nobody is there.
    const isUp = rejected?.kind === 'taken' && result.ours;
    if (result.hangUp || isUp) await this.#manager.hangUp(callId);
    await this.#manager.conclude(callId, epoch, result.end);
  }

  async #refuse(callId: string, epoch: number, rule: PolicyRule, sipCode: number): Promise<void> {
    if (!(await isOurs(this.#manager, callId))) {
      this.#manager.letGo(callId);
      return;
    }
    const outcome = await this.#services.calls.reject(callId, sipCode);
    this.#services.log.info(
      { call_id: callId, rule, sip_code: sipCode, outcome: outcome.kind },
      'Call refused',
    );
    this.#services.observer.refused(rule);
    await this.#manager.conclude(callId, epoch, {
      state: 'rejected',
      reason: 'policy_refused',
      party: 'denwaban',
      detail: `${sipCode} ${rule}`,
    });
  }

  #claimOf(call: RingingCall, sip: SipFacts, stale: boolean, refused: boolean): ClaimInput {
    const { plan } = this.#services;
    return {
      webhookId: call.webhookId,
      eventId: call.eventId,
      eventType: call.eventType,
      eventCreatedAt: call.createdAt,
      callId: call.callId,
      sipCallId: sip.sipCallId,
      callerNumber: sip.caller.number,
      callerWithheld: sip.caller.withheld,
      dialledNumber: sip.dialledNumber,
      carrierCallId: sip.twilioCallSid,
      scenario: plan.scenario,
      scenarioVersion: plan.scenarioVersion,
      node: this.#options.node,
      leaseMs: LEASE_MS,
      state: stale ? 'missed' : 'claimed',
      endReason: stale ? 'stale' : null,
      refused,
      limits: this.#options.rules.limits,
    };
  }
}
