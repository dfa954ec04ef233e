import type { Config } from '../config.ts';
import { listenAs } from '../realtime/commands.ts';
import type { Scenario } from '../scenario/scenario.ts';
import {
  buildSession,
  closingTurnDetection,
  conversationTurnDetection,
  type SessionTool,
} from '../scenario/session-config.ts';
import { describeTransfers, offeredTargets } from '../scenario/transfer-targets.ts';
import type { TransferTargets } from '../tools/transfer-to-human.ts';
import type { CallPlan } from './services.ts';

export interface PlanOptions {
  readonly scenario: Scenario;
  /** For everything that the scenario leaves open. */
  readonly config: Config;
  readonly tools: readonly SessionTool[];
  /** Of the environment. */
  readonly transferTargets: TransferTargets;
}

/** Function calls of one call in its whole life. A model that wants more has lost its way. */
const MAX_FUNCTION_CALLS = 30;

/** Puts together, once, all that calls of a scenario have in common: what is sent is serialised here. */
export function planCalls(options: PlanOptions): CallPlan {
  const { scenario, config } = options;
  const transferTargets = offeredTargets(scenario, options.transferTargets);
  const session = buildSession(scenario, {
    model: config.REALTIME_MODEL,
    voice: config.DEFAULT_VOICE,
    tools: describeTransfers(scenario, options.tools, transferTargets),
  });
  return Object.freeze({
    scenario: scenario.id,
    scenarioVersion: scenario.version,
    noticeVersion: scenario.notice.version,
    model: config.REALTIME_MODEL,
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
      silenceMs: silenceLadder(config),
      maxCallMs: (scenario.limits.callSeconds ?? config.MAX_CALL_SECONDS) * 1_000,
    }),
    transferTargets,
    toolFillerMs: config.TOOL_FILLER_MS,
    maxFunctionCalls: scenario.limits.functionCalls ?? MAX_FUNCTION_CALLS,
  });
}

function silenceLadder(config: Config): CallPlan['rules']['silenceMs'] {
  const { SILENCE_REPROMPT_SECONDS, SILENCE_KEYPAD_SECONDS, SILENCE_CLOSE_SECONDS } = config;
  return [SILENCE_REPROMPT_SECONDS * 1_000, SILENCE_KEYPAD_SECONDS * 1_000, SILENCE_CLOSE_SECONDS * 1_000];
}
