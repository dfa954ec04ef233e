import { DenwabanError } from '../../../src/errors.ts';
import type {
  CallSeat,
  MessageInput,
  MessageRecord,
  Owned,
  ProgressRecord,
  ToolBegin,
  ToolCallKey,
  ToolCallRecord,
  ToolStanding,
  ToolStatus,
  TurnRecord,
  UsageRecord,
} from '../../../src/store/ports.ts';
import { storable, storableOrNull, storableValue } from '../../../src/store/text.ts';
import { isOpen } from './call-states.ts';
import { sqlError, type Statement, type View } from './server.ts';
import type { OutboxRow } from './tables.ts';

/** Statements on the ledger, messages, outbox and transcript, each with the effect of its SQL in src/store. */

const toolKey = ({ callId, functionCallId }: ToolCallKey): string => `${callId} ${functionCallId}`;

export function beginTool(
  key: ToolCallKey,
  name: string,
  args: string,
  at: number,
  token: string,
): Statement<ToolBegin> {
  return {
    name: 'beginToolCall',
    locks: [`tool ${toolKey(key)}`],
    run: (view) => {
      const standing = view.tables.tools.get(toolKey(key));
      requireOwner(view, key);
      if (standing === undefined) {
        view.tables.tools.set(toolKey(key), {
          callId: key.callId,
          functionCallId: key.functionCallId,
          name: storable(name),
          arguments: storable(args),
          status: 'running',
          output: null,
          startedAt: at,
          finishedAt: null,
          beginToken: token,
        });
        return { outcome: 'new' };
      }
      if (standing.output === null || standing.status === 'running')
        return { outcome: standing.beginToken === token ? 'new' : 'running' };
      return { outcome: 'finished', output: standing.output, status: standing.status };
    },
  };
}

export function holdTool(key: ToolCallKey): Statement<ToolStanding> {
  return {
    name: 'holdToolCall',
    locks: [`tool ${toolKey(key)}`],
    run: (view) => {
      requireOwner(view, key);
      const row = view.tables.tools.get(toolKey(key));
      if (row === undefined) throw neverBegun();
      return row.output === null || row.status === 'running'
        ? { outcome: 'running' }
        : { outcome: 'finished', output: row.output, status: row.status };
    },
  };
}

export function finishTool(
  key: ToolCallKey,
  status: ToolStatus,
  output: string,
  at: number,
): Statement<string> {
  return {
    name: 'finishToolCall',
    locks: [`tool ${toolKey(key)}`],
    run: (view) => {
      requireOwner(view, key);
      const row = view.tables.tools.get(toolKey(key));
      if (row?.status === 'running') {
        const stored = storable(output);
        view.tables.tools.set(toolKey(key), { ...row, status, output: stored, finishedAt: at });
        return stored;
      }
      if (row === undefined || row.output === null) throw neverBegun();
      return row.output;
    },
  };
}

export function insertMessage(
  input: MessageInput,
  messageId: string,
): Statement<{ messageId: string; duplicate: boolean }> {
  const key = `${input.callId} ${storable(input.naturalKey)}`;
  return {
    name: 'saveMessage',
    locks: [`message ${key}`],
    run: ({ tables }) => {
      const standing = tables.messages.get(key);
      if (standing !== undefined) {
        return { messageId: standing.messageId, duplicate: standing.messageId !== messageId };
      }
      if (tables.calls.get(input.callId) === undefined) throw sqlError('23503');
      tables.messages.set(key, {
        ...input,
        messageId,
        naturalKey: storable(input.naturalKey),
        callerName: storableOrNull(input.callerName),
        callbackNumber: storableOrNull(input.callbackNumber),
        body: storable(input.body),
      });
      return { messageId, duplicate: false };
    },
  };
}

/** A plain insert: done twice, it is there twice. */
export function insertOutbox(row: OutboxRow): Statement<void> {
  return {
    name: 'enqueue',
    locks: [],
    run: ({ tables }) => {
      let number = 1;
      while (tables.outbox.get(`${row.callId} ${row.cause} ${number}`) !== undefined) number += 1;
      tables.outbox.set(`${row.callId} ${row.cause} ${number}`, row);
    },
  };
}

export function append(
  turns: readonly Owned<TurnRecord>[],
  usage: readonly Owned<UsageRecord>[],
  progress: readonly ProgressRecord[],
): Statement<void> {
  return {
    name: 'appendTranscript',
    locks: [],
    run: (view) => {
      for (const turn of turns) if (isOwned(view, turn)) storeTurn(view, turn);
      for (const entry of usage) {
        const { epoch: _epoch, ...row } = entry;
        const key = `${entry.callId} ${entry.usageKey}`;
        if (isOwned(view, entry) && view.tables.usage.get(key) === undefined) view.tables.usage.set(key, row);
      }
      for (const entry of progress) {
        const call = view.tables.calls.get(entry.callId);
        if (call !== undefined && call.epoch === entry.epoch && isOpen(call))
          view.tables.progress.set(entry.callId, {
            ...entry,
            body: JSON.stringify(entry.body, storableValue),
          });
      }
    },
  };
}

export function turnsOf(callId: string): Statement<TurnRecord[]> {
  return {
    name: 'listTurns',
    locks: [],
    run: ({ tables }) =>
      of(tables.turns.values(), callId).sort(
        (a, b) => a.sequence - b.sequence || (a.turnKey < b.turnKey ? -1 : 1),
      ),
  };
}

export function toolCallsOf(callId: string): Statement<ToolCallRecord[]> {
  return {
    name: 'listToolCalls',
    locks: [],
    run: ({ tables }) =>
      of(tables.tools.values(), callId)
        .sort((a, b) => a.startedAt - b.startedAt || (a.functionCallId < b.functionCallId ? -1 : 1))
        .map(({ beginToken: _token, ...record }) => record),
  };
}

export function usageOf(callId: string): Statement<UsageRecord[]> {
  return {
    name: 'listUsage',
    locks: [],
    run: ({ tables }) =>
      of(tables.usage.values(), callId).sort((a, b) => a.at - b.at || (a.usageKey < b.usageKey ? -1 : 1)),
  };
}

export function newestMessages(limit: number): Statement<MessageRecord[]> {
  return {
    name: 'listMessages',
    locks: [],
    run: ({ tables }) =>
      [...tables.messages.values()]
        .sort((a, b) => b.at - a.at || (a.messageId < b.messageId ? -1 : 1))
        .slice(0, limit),
  };
}

export const PING: Statement<void> = { name: 'ping', locks: [], run: () => {} };

function storeTurn({ tables }: View, turn: Owned<TurnRecord>): void {
  const { epoch: _epoch, ...row } = turn;
  const key = `${turn.callId} ${turn.turnKey}`;
  const standing = tables.turns.get(key);
  const text = storable(turn.text);
  if (standing === undefined) tables.turns.set(key, { ...row, text });
  else {
    const { status, endedAt, responseId } = turn;
    tables.turns.set(key, { ...standing, text, status, endedAt, responseId });
  }
}

function isOwned({ tables }: View, row: CallSeat): boolean {
  return tables.calls.get(row.callId)?.epoch === row.epoch;
}

function requireOwner(view: View, key: ToolCallKey): void {
  if (!isOwned(view, key)) throw new DenwabanError('DW_CALL_LOST', 'another node owns the call');
}

function neverBegun(): DenwabanError {
  return new DenwabanError('DW_TOOL', 'a function call was finished that was never begun');
}

function of<R extends { readonly callId: string }>(rows: Iterable<R>, callId: string): R[] {
  return [...rows].filter((row) => row.callId === callId);
}
