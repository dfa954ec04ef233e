import type { Random } from '../../../src/lib/random.ts';
import type { Run } from '../../../src/store/operation.ts';
import type { CallFields, CallStore } from '../../../src/store/ports.ts';
import { legalFrom } from '../../../src/store/states.ts';
import type { Note } from './audit-statement.ts';
import * as call from './call-statements.ts';
import * as ledger from './ledger-statements.ts';
import type { Statement } from './server.ts';

/** Sends one statement, in a transaction or by itself. */
export type Execute = <T>(statement: Statement<T>) => Promise<T>;

export interface ModelContext {
  readonly execute: Execute;
  readonly run: Run;
  readonly random: Random;
  readonly now: () => number;
  readonly claimTimeoutMs: number;
  /** Notes of the open transaction; null: none is open. */
  readonly notes: Note[] | null;
}

/** The operations of src/store/call-store.ts over the model, statement by statement. */
export function createModelCalls(context: ModelContext): CallStore {
  const { execute, run, random, claimTimeoutMs } = context;
  return {
    claimCall: async (input) => {
      const token = random.hex(8);
      return run(
        'claimCall',
        async (attempt) => {
          const own = attempt.unsure ? await execute(call.findOwnClaim(input.callId, token)) : null;
          const claim = own ?? (await execute(call.insertClaim(input, token)));
          if (claim === null) return { outcome: 'duplicate' };
          if (input.endReason !== null) noteEnd(context, input.callId, context.now());
          if (attempt.late()) await execute(call.letLapse(input.callId, token));
          const refusal = claim.seatRefusal === 'policy' ? null : claim.seatRefusal;
          return { outcome: 'claimed', epoch: claim.epoch, ...(refusal === null ? {} : { refusal }) };
        },
        { timeoutMs: claimTimeoutMs },
      );
    },
    transition: async (callId, epoch, from, to, fields = {}) => {
      if (legalFrom(from, to).length === 0) return false;
      return run('transition', async (attempt) => {
        const moved = await execute(call.moveCall(callId, epoch, from, to, fields));
        if (moved && to === 'live') noteLive(context, callId, fields);
        return moved || (attempt.unsure && (await execute(call.isIn(callId, epoch, to))));
      });
    },
    setCallFields: async (callId, epoch, fields) =>
      run('setCallFields', async () => {
        const set = await execute(call.setFields(callId, epoch, fields));
        if (set && fields.noticeProof !== undefined) noteNotice(context, callId, fields);
        return set;
      }),
    finishCall: async (callId, epoch, end) =>
      run('finishCall', async (attempt) => {
        const finished = await execute(call.finish(callId, epoch, end));
        if (finished) noteEnd(context, callId, end.endedAt);
        return finished || (attempt.unsure && (await execute(call.isIn(callId, epoch, end.state))));
      }),
    renewLeases: async (node, seats, leaseMs, standing) =>
      run('renewLeases', async () => execute(call.renew(node, seats, leaseMs, standing))),
    findSuccessors: async (seats) => run('findSuccessors', async () => execute(call.successors(seats))),
    releaseCalls: async (node, seats) => run('releaseCalls', async () => execute(call.release(node, seats))),
    forgetNode: async (node) => run('forgetNode', async () => execute(call.forget(node))),
    readProgress: async (callId) => run('readProgress', async () => execute(call.findProgress(callId))),
    takeLapsedCalls: async (node, leaseMs, limit, except = []) =>
      run('takeLapsedCalls', async () => execute(call.takeLapsed(node, leaseMs, limit, except)), {
        repeat: 'rolled-back',
      }),
    getCall: async (callId) => run('getCall', async () => execute(call.findCall(callId))),
    listCalls: async (limit) => run('listCalls', async () => execute(call.newestCalls(limit))),
    listTurns: async (callId) => run('listTurns', async () => execute(ledger.turnsOf(callId))),
    listToolCalls: async (callId) => run('listToolCalls', async () => execute(ledger.toolCallsOf(callId))),
    listUsage: async (callId) => run('listUsage', async () => execute(ledger.usageOf(callId))),
    listMessages: async (limit) => run('listMessages', async () => execute(ledger.newestMessages(limit))),
    appendTranscript: async (turns, usage, progress = []) => {
      if (turns.length + usage.length + progress.length === 0) return;
      await run('appendTranscript', async () => execute(ledger.append(turns, usage, progress)));
    },
    beginToolCall: async (key, name, args, at) => {
      const token = random.hex(8);
      return run('beginToolCall', async () => execute(ledger.beginTool(key, name, args, at, token)));
    },
    holdToolCall: async (key) => run('holdToolCall', async () => execute(ledger.holdTool(key))),
    finishToolCall: async (key, status, output, at) =>
      run('finishToolCall', async () => execute(ledger.finishTool(key, status, output, at))),
    saveMessage: async (input) => {
      const messageId = random.uuid();
      return run('saveMessage', async () => execute(ledger.insertMessage(input, messageId)));
    },
    ping: async () => run('ping', async () => execute(ledger.PING)),
  };
}

function noteEnd({ notes }: ModelContext, callId: string, at: number): void {
  notes?.push({ entry: { callId, at, actor: 'system', kind: 'call.ended', payload: {} }, last: true });
}

function noteLive({ notes }: ModelContext, callId: string, fields: CallFields): void {
  if (fields.liveAt === undefined) return;
  const payload = { notice_version: fields.noticeVersion ?? null };
  notes?.push({
    entry: { callId, at: fields.liveAt, actor: 'system', kind: 'call.live', payload },
    last: false,
  });
}

function noteNotice({ notes, now }: ModelContext, callId: string, fields: CallFields): void {
  const payload = { proof: fields.noticeProof ?? null };
  const at = fields.noticePlayedAt ?? now();
  notes?.push({ entry: { callId, at, actor: 'agent', kind: 'call.notice', payload }, last: false });
}
