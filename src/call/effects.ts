import type { CallEvent, Effect, Ending } from './conversation.ts';
import type { CallRow } from './call-row.ts';
import type { GuardedVoice } from './guarded-voice.ts';
import type { KeypadDesk } from './keypad-desk.ts';
import { hangUpOwn, referCall, type Ownership } from './last-requests.ts';
import type { OrderOutcome } from './orders.ts';
import { responseCancel } from '../realtime/commands.ts';
import type { CallServices } from './services.ts';
import type { CallTimers } from './timers.ts';
import type { TurnDriver } from './turn-driver.ts';

/** What the effects of one call work on. */
export interface EffectParts {
  readonly callId: string;
  readonly services: CallServices;
  readonly owner: Ownership;
  readonly turns: TurnDriver;
  readonly voice: GuardedVoice;
  readonly row: CallRow;
  readonly timers: CallTimers;
  readonly keypad: KeypadDesk;
  /** Tells the conversation how a request went. */
  dispatch(event: CallEvent): void;
  /** The conversation is over; `abandoned`: the call may not be. */
  over(ending: Ending, abandoned: boolean): void;
  ordered(outcome: OrderOutcome): void;
}

/** Carries out what the conversation wants done. */
export function applyEffect(parts: EffectParts, effect: Effect): void {
  const { services, owner, callId, row } = parts;
  const { plan, observer, log } = services;
  switch (effect.kind) {
    case 'respond':
      return parts.turns.request(effect.request);
    case 'cancel_response':
      return parts.voice.sendLater(responseCancel());
    case 'floor':
      return parts.turns.callerSpeaks(effect.caller);
    case 'listen':
      return parts.voice.sendLater(effect.mode === 'closing' ? plan.listenClosing : plan.listenConversation);
    case 'keys':
      return parts.keypad.take(effect.entries);
    case 'settle_keys':
      return parts.keypad.settle();
    case 'timer':
      return parts.timers.start(effect.name, effect.ms);
    case 'stop_timer':
      return parts.timers.stop(effect.name);
    case 'notice':
      return row.notice(effect.proof);
    case 'refer':
      void referCall(services, owner, callId, plan.transferTargets.get(effect.targetKey)).then((ok) =>
        parts.dispatch({ kind: 'refer_answered', ok }),
      );
      return;
    case 'order_settled':
      return parts.ordered(effect.outcome);
    case 'ending':
      return row.ending();
    case 'resumed':
      return row.resumed();
    case 'hang_up':
      void hangUpOwn(services, owner, callId).then((ok) => parts.dispatch({ kind: 'hung_up', ok }));
      return;
    case 'end':
      return parts.over(effect.ending, false);
    case 'abandon':
      return parts.over(effect.ending, true);
    case 'alarm':
      log.warn({ call_id: callId, alarm: effect.code }, 'Call needs attention');
      observer.alarm(effect.code);
  }
}
