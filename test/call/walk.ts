import { loadScenario } from '../../src/scenario/load.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import {
  INITIAL,
  type CallEvent,
  type Conversation,
  type ConversationRules,
  type Effect,
  type TimerName,
} from '../../src/call/conversation.ts';
import { step } from '../../src/call/state.ts';
import type { ToolControl } from '../../src/tools/tool.ts';

const { greeting, phrases, farewellMarkers, callerClosings } = await loadScenario(
  'attendance-ja',
  packageRoot(),
);

/** The rules of the scenario that is delivered, with waits that tell the rungs of the silence ladder apart. */
export const RULES: ConversationRules = {
  greeting,
  phrases,
  farewellMarkers,
  callerClosings,
  silenceMs: [10_000, 11_000, 15_000],
  maxCallMs: 600_000,
};

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

interface Running {
  readonly at: number;
  readonly order: number;
}

/** Walks a conversation through events, keeping its timers as the session would, on a clock of its own. */
export class Walk {
  state: Conversation = INITIAL;
  now = 0;
  /** Effects so far, in order. */
  readonly effects: Effect[] = [];
  readonly timers = new Map<TimerName, Running>();
  #order = 0;

  /** Like `send`, but a timer that is not running does not fire. */
  play(events: readonly CallEvent[]): void {
    for (const event of events) {
      if (event.kind === 'timer' && !this.timers.delete(event.name)) continue;
      this.send(event);
    }
  }

  /** @returns the effects of these events */
  send(...events: readonly CallEvent[]): Effect[] {
    const from = this.effects.length;
    for (const event of events) {
      const { state, effects } = step(this.state, event, RULES);
      this.state = state;
      this.effects.push(...effects);
      for (const effect of effects) this.#keep(effect);
    }
    return this.effects.slice(from);
  }

  /** Fires the timer that falls due first. @returns its name, or null when none is running */
  fireNext(): TimerName | null {
    const [next] = [...this.timers].sort(([, a], [, b]) => a.at - b.at || a.order - b.order);
    if (next === undefined) return null;
    const [name, { at }] = next;
    this.now = at;
    this.timers.delete(name);
    this.send({ kind: 'timer', name });
    return name;
  }

  /** Moves time on, firing what falls due. @returns the effects of it */
  wait(ms: number): Effect[] {
    const from = this.effects.length;
    const until = this.now + ms;
    while ([...this.timers.values()].some(({ at }) => at <= until)) this.fireNext();
    this.now = until;
    return this.effects.slice(from);
  }

  all<K extends Effect['kind']>(kind: K): EffectOf<K>[] {
    return this.effects.filter((effect): effect is EffectOf<K> => effect.kind === kind);
  }

  /** Purposes of the responses asked for so far. */
  get asked(): string[] {
    return this.all('respond').map(({ request }) => request.purpose);
  }

  get alarms(): string[] {
    return this.all('alarm').map(({ code }) => code);
  }

  #keep(effect: Effect): void {
    this.#order += 1;
    if (effect.kind === 'timer')
      this.timers.set(effect.name, { at: this.now + effect.ms, order: this.#order });
    if (effect.kind === 'stop_timer') this.timers.delete(effect.name);
    if (effect.kind === 'end' || effect.kind === 'abandon') this.timers.clear();
  }
}

/** A response from its beginning to its last syllable. */
export function spoken(
  responseId: string,
  purpose: Extract<CallEvent, { kind: 'response_created' }>['purpose'] = null,
): CallEvent[] {
  return [
    { kind: 'response_created', responseId, purpose },
    { kind: 'playback_started', responseId },
    { kind: 'response_done', responseId, status: 'completed' },
    { kind: 'playback_stopped', responseId },
  ];
}

/** What turn detection tells of one utterance. */
export const CALLER_TURN: readonly CallEvent[] = [
  { kind: 'speech_started', itemId: 'item_1' },
  { kind: 'speech_stopped' },
  { kind: 'turn_committed' },
];

/** A conversation whose greeting was heard. */
export function greetedWalk(): Walk {
  const walk = new Walk();
  walk.send({ kind: 'attached' }, ...spoken('resp_greeting', 'greeting'));
  return walk;
}

/** The one function call of a response, answered. */
export function toolsAnswered(
  responseId: string,
  control: ToolControl | null = null,
): CallEvent & { kind: 'tools_answered' } {
  const outputs = [`call_${responseId}`];
  return { kind: 'tools_answered', responseId, outputs, control, spoken: '', failuresInRow: 0 };
}

/** The model's end_call, answered. */
export function endCall(responseId: string, words = ''): CallEvent & { kind: 'tools_answered' } {
  const control = { kind: 'end_call', outcome: 'other' } as const;
  return { ...toolsAnswered(responseId, control), spoken: words };
}
