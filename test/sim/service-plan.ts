import Type from 'typebox';
import { listenAs } from '../../src/realtime/commands.ts';
import type { CallPlan } from '../../src/call/services.ts';
import type { PolicyRules } from '../../src/call/policy.ts';
import { endCall } from '../../src/tools/end-call.ts';
import { KEYPAD_TOOL } from '../../src/tools/keypad-tool.ts';
import { takeMessage } from '../../src/tools/take-message.ts';
import { keepMessage } from '../../src/tools/team-message.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { transferToHuman } from '../../src/tools/transfer-to-human.ts';
import { insertOutbox } from './store-model/ledger-statements.ts';
import type { ModelTransaction } from './store-model/store.ts';

/** Hard deadline of a function call in the simulator, ms. */
export const TOOL_TIMEOUT_MS = 8_000;
/** Longest call in the simulator, ms: short, so that many are played to their end. */
export const MAX_CALL_MS = 30_000;

const TARGETS = new Map([['desk', 'tel:+81312345678']]);

/**
 * The agent's own `notify`: a message for the team and one in the outbox, in the transaction that closes the ledger.
 * The row in the outbox has no natural key, on purpose: only the ledger keeps it from being there twice.
 */
const notify: Tool = {
  name: 'notify',
  description: 'Tell the team.',
  parameters: Type.Object({ subject: Type.String() }),
  effect: 'write',
  run: async (args, context) => {
    const { callId, functionCallId } = context;
    const { subject } = args as { subject: string };
    return {
      effect: async (transaction) => {
        const { trx } = transaction as unknown as ModelTransaction;
        const message = { callerName: null, callbackNumber: null, body: `${subject} ${functionCallId}` };
        await keepMessage(transaction.calls, context, message);
        await trx.execute(insertOutbox({ callId, cause: functionCallId }));
        return { status: 'ok', output: { ok: true } };
      },
    };
  },
};

const look: Tool = {
  name: 'look',
  description: 'Look something up.',
  parameters: Type.Object({}),
  effect: 'read',
  run: async (_args, { store, callId }) => {
    const call = await store.getCall(callId);
    return { status: 'ok', output: { found: call !== null } };
  },
};

/** A tool that never answers. */
const hang: Tool = {
  name: 'hang',
  description: 'Wait.',
  parameters: Type.Object({}),
  effect: 'read',
  run: async () => new Promise<never>(() => {}),
};

const transfer = transferToHuman(TARGETS);

/** The tools of the simulated agent: real ones, and some that show what goes wrong. */
export const TOOLS: readonly Tool[] = [
  takeMessage,
  endCall,
  notify,
  look,
  hang,
  ...(transfer === null ? [] : [transfer as unknown as Tool]),
];

/** Keys go to the model here; what was pressed is kept for the team at the end, as the desk for keys does it. */
export const KEYPAD: Tool = {
  name: KEYPAD_TOOL,
  description: 'Keeps what was pressed.',
  parameters: Type.Object({ step: Type.String(), keys: Type.Optional(Type.String()) }),
  effect: 'write',
  run: async (_args, context) => ({
    effect: async ({ calls }) => {
      await keepMessage(calls, context, { callerName: null, callbackNumber: null, body: 'keys' });
      return {
        status: 'ok',
        output: { ok: true, status: 'kept', say: null, reply: false, tell: null },
        settled: () => {
          context.callCase.keypad.pending = null;
          context.callCase.keypad.code = null;
        },
      };
    },
  }),
};

/** What the simulated calls go by. */
export const PLAN: CallPlan = {
  scenario: 'simulated',
  scenarioVersion: '0',
  noticeVersion: 'n1',
  model: 'gpt-realtime-2.1',
  transcriptionModel: 'gpt-4o-transcribe',
  acceptBody: '{}',
  fallbackBody: '{"least":true}',
  listenConversation: listenAs('listen_conversation', { turn_detection: answering(true) }),
  listenClosing: listenAs('listen_closing', { turn_detection: answering(false) }),
  rules: {
    greeting: 'お電話ありがとうございます。',
    phrases: {
      reprompt: 'もしもし。',
      offerKeypad: '番号でどうぞ。',
      silenceClose: '失礼します。',
      farewell: '失礼いたします。',
      maxDuration: 'お時間です。',
      toolWait: 'お待ちください。',
      transferAnnounce: 'おつなぎします。',
      transferFailed: 'つながりませんでした。',
      serviceClosing: '終了します。',
    },
    farewellMarkers: ['失礼いたします'],
    callerClosings: ['失礼します'],
    silenceMs: [3_000, 3_000, 4_000],
    maxCallMs: MAX_CALL_MS,
  },
  transferTargets: TARGETS,
  toolFillerMs: 1_000,
  maxFunctionCalls: 30,
};

/** Everybody is answered, while there is room. */
export const RULES: PolicyRules = {
  projectId: null,
  twilioAccountSid: null,
  dialledNumbers: null,
  blockedNumbers: new Set(),
  blockedPrefixes: [],
  blockWithheld: false,
  openingHours: null,
  maxConcurrentCalls: 10,
  limits: { fleet: 0, perNumber: 0, perCaller: 0, perCallerAndHour: 0 },
};

function answering(answers: boolean) {
  return { type: 'server_vad' as const, create_response: answers, interrupt_response: answers };
}
