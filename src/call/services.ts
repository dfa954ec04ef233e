import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { CallsClient } from '../realtime/calls.ts';
import type { Sidebands } from '../realtime/sideband.ts';
import type { CallStore } from '../store/ports.ts';
import type { Recorder } from '../audit/recorder.ts';
import type { KeypadRunner } from '../tools/keypad-tool.ts';
import type { ToolRunner } from '../tools/runner.ts';
import type { TransferTargets } from '../tools/transfer-to-human.ts';
import type { ConversationRules } from './conversation.ts';
import type { CallObserver } from './observer.ts';

/** What a call goes by: shared by all calls, made anew when the names that callers may say change. */
export interface CallPlan {
  readonly scenario: string;
  readonly scenarioVersion: string;
  readonly noticeVersion: string;
  readonly model: string;
  readonly transcriptionModel: string;
  /** Body of the accept request, serialised. */
  readonly acceptBody: string;
  /** The least body that gives a conversation, for an API that refuses the full one. */
  readonly fallbackBody: string;
  /** session.update that lets the caller interrupt. */
  readonly listenConversation: string;
  /** session.update that lets the agent finish. */
  readonly listenClosing: string;
  readonly rules: ConversationRules;
  readonly transferTargets: TransferTargets;
  /** A tool slower than this makes the agent say so, ms. */
  readonly toolFillerMs: number;
  /** Function calls of one call; those beyond are refused. */
  readonly maxFunctionCalls: number;
}

/** Everything outside a call that a call needs. */
export interface CallServices {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly calls: CallsClient;
  readonly sidebands: Sidebands;
  readonly store: CallStore;
  /** Whether the next owner of a call that is handed over attaches before the sideband is closed here. */
  readonly handOverOverlap: boolean;
  readonly recorder: Recorder;
  readonly tools: ToolRunner;
  readonly keypad: KeypadRunner;
  readonly observer: CallObserver;
  /** The plan as it is now: ask for it when it is needed. */
  readonly plan: CallPlan;
}
