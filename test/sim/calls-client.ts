import type { CallOutcome, CallsClient } from '../../src/realtime/calls.ts';
import type { Host } from './host.ts';
import type { OpenAiModel } from './openai-model.ts';
import type { Scheduler } from './scheduler.ts';
import type { ApiWeather } from './weather.ts';

/** As src/realtime/calls.ts has it, ms. */
const CONTROL_TIMEOUT_MS = 3_000;

export interface CallsClientParts {
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly openai: OpenAiModel;
  readonly weather: () => ApiWeather;
  /** Told of every request that leaves. */
  readonly onAct: (callId: string, what: string) => void;
}

/** The REST port of one process over a network in which requests and answers get lost. */
export function createSimulatedCalls(parts: CallsClientParts): CallsClient {
  const { host, scheduler, openai, weather, onAct } = parts;

  function send(
    callId: string,
    what: string,
    timeoutMs: number,
    serve: () => CallOutcome,
  ): Promise<CallOutcome> {
    onAct(callId, what);
    const { down, unavailable, doneUnavailable, lost, rateLimited, delayMs } = weather();
    const { chance } = host;
    return new Promise((resolve) => {
      const timer = host.clock.setTimer(timeoutMs, () => resolve({ kind: 'ambiguous', code: 'timeout' }));
      const answer = (ms: number, outcome: CallOutcome): void =>
        host.post(ms, `${what} ${callId}: ${outcome.kind}`, () => {
          timer.cancel();
          resolve(outcome);
        });
      if (down) return answer(1, { kind: 'unreachable', code: 'ECONNREFUSED' });
      const way = (): number => 1 + chance.next() * delayMs;
      const dice = chance.next();
      if (dice < unavailable) return answer(2 * way(), { kind: 'unavailable', status: 503 });
      if (dice < unavailable + rateLimited)
        return answer(2 * way(), { kind: 'rate_limited', retryAfterMs: 500 });
      const isLost = chance.happens(lost);
      if (isLost && chance.happens(0.5)) return;
      const spoilt = chance.happens(doneUnavailable);
      scheduler.after(
        way(),
        () => {
          const outcome = serve();
          if (isLost) {
            if (chance.happens(0.5)) answer(way(), { kind: 'ambiguous', code: 'ECONNRESET' });
          } else answer(way(), spoilt ? { kind: 'unavailable', status: 503 } : outcome);
        },
        false,
      );
    });
  }

  return {
    accept: (callId, _body, timeoutMs) =>
      send(callId, 'accept', timeoutMs, () => openai.accept(callId, host.name)),
    reject: (callId) => send(callId, 'reject', CONTROL_TIMEOUT_MS, () => openai.reject(callId)),
    refer: (callId) => send(callId, 'refer', CONTROL_TIMEOUT_MS, () => openai.refer(callId)),
    hangUp: (callId) => send(callId, 'hangup', CONTROL_TIMEOUT_MS, () => openai.hangUp(callId)),
    warmUp: async () => ({ kind: 'done', requestId: null }),
    close: async () => {},
  };
}
