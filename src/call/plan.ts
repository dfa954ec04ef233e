import { listenAs } from '../realtime/commands.ts';
import type { Scenario } from '../scenario/scenario.ts';
import {
  buildSession,
  closingTurnDetection,
  conversationTurnDetection,
  type SessionTool,
} from '../scenario/session-config.ts';
import type { TransferTargets } from '../tools/transfer-to-human.ts';
import type { CallPlan } from './services.ts';

export interface PlanOptions {
  readonly scenario: Scenario;
  readonly model: string;
  readonly voice: string;
  readonly tools: readonly SessionTool[];
  readonly transferTargets: TransferTargets;
  readonly silenceMs: readonly [reprompt: number, keypad: number, close: number];
  readonly maxCallMs: number;
  readonly toolFillerMs: number;
}

/** Puts together, once, all that calls of a scenario have in common: what is sent is serialised here. */
export function planCalls(options: PlanOptions): CallPlan {
  const { scenario } = options;
  const session = buildSession(scenario, options);
  return Object.freeze({
    scenario: scenario.id,
    scenarioVersion: scenario.version,
    noticeVersion: scenario.notice.version,
    model: options.model,
    transcriptionModel: scenario.transcription.model,
    acceptBody: JSON.stringify(session),
    fallbackBody: JSON.stringify({
      type: session.type,
      model: session.model,
      instructions: session.instructions,
      audio: { output: session.audio?.output },
      tools: session.tools,
    }),
    listenConversation: listenAs('listen_conversation', conversationTurnDetection(scenario)),
    listenClosing: listenAs('listen_closing', closingTurnDetection(scenario)),
    rules: Object.freeze({
      greeting: scenario.greeting,
      phrases: scenario.phrases,
      farewellMarkers: scenario.farewellMarkers,
      callerClosings: scenario.callerClosings,
      silenceMs: options.silenceMs,
      maxCallMs: options.maxCallMs,
    }),
    transferTargets: options.transferTargets,
    toolFillerMs: options.toolFillerMs,
  });
}
