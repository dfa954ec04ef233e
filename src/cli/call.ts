import { maskPhoneNumber } from '../briefing/phone-number.ts';
import { systemClock } from '../lib/clock.ts';
import type { CommandRecord } from '../store/command-ports.ts';
import type { CallRecord } from '../store/ports.ts';
import { noSuchCall, withCalls } from './call-store.ts';
import { noWords, readOptions } from './options.ts';
import { EXIT, UsageError, type Command } from './program.ts';
import { writtenMinute } from './times.ts';

/** Lines of a list unless it says how many. */
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

const LIST_HELP = `Usage: denwaban call list [options]

Lists the calls that are going on, newest first: id, time, state, seconds since the claim, node that
serves it, number dialled, caller, and how it ended. Callers are masked.

  --all        also calls that are over
  --limit N    of the newest N calls; at most ${MAX_LIMIT}, default ${DEFAULT_LIMIT}
  --unmasked   show the callers' numbers
  -h, --help   this text
`;

const SHOW_HELP = `Usage: denwaban call show CALL [options]

Shows one call, and what operators asked of it. What was said, and the caller's number, are shown with
--unmasked only.

  --unmasked   show number and words
  -h, --help   this text
`;

/** `denwaban call list`. */
export const listCallsCommand: Command = {
  summary: 'list the calls that are going on',
  help: LIST_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      all: { type: 'boolean', default: false },
      limit: { type: 'string', default: String(DEFAULT_LIMIT) },
      unmasked: { type: 'boolean', default: false },
    });
    noWords(positionals);
    const limit = Number(values.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
      throw new UsageError(`--limit ${values.limit}: write a number from 1 to ${MAX_LIMIT}.`);
    const calls = await withCalls(surroundings, async (store) => store.calls.listCalls(limit));
    const shown = calls.filter(({ endedAt }) => values.all || endedAt === null);
    for (const call of shown) surroundings.out(`${lineOf(call, values.unmasked)}\n`);
    surroundings.err(`${shown.length} shown\n`);
    return EXIT.done;
  },
};

/** `denwaban call show`. */
export const showCallCommand: Command = {
  summary: 'show one call, and what was asked of it',
  help: SHOW_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, { unmasked: { type: 'boolean', default: false } });
    const [callId, ...more] = positionals;
    if (callId === undefined || more.length > 0) throw new UsageError('Name one call by its id.');
    const { call, commands, turns } = await withCalls(surroundings, async (store) => ({
      call: await store.calls.getCall(callId),
      commands: await store.commands.list(callId),
      turns: await store.calls.listTurns(callId),
    }));
    if (call === null) throw noSuchCall(callId);
    for (const [name, value] of fieldsOf(call, values.unmasked))
      surroundings.out(`${name.padEnd(12)}${value ?? '-'}\n`);
    for (const command of commands) surroundings.out(`asked       ${commandLine(command)}\n`);
    for (const { role, status, text } of turns)
      surroundings.out(
        `${role.padEnd(12)}${status}\t${values.unmasked ? text : `(hidden: ${Array.from(text).length} characters)`}\n`,
      );
    return EXIT.done;
  },
};

/** One command as a line. */
export function commandLine({ requestedAt, kind, state, result, requestedBy }: CommandRecord): string {
  return [writtenMinute(requestedAt), kind, state, result ?? '', requestedBy].join('\t');
}

function lineOf(call: CallRecord, unmasked: boolean): string {
  const seconds = Math.max(0, Math.round(((call.endedAt ?? systemClock.now()) - call.claimedAt) / 1_000));
  return [
    call.callId,
    writtenMinute(call.claimedAt),
    call.state,
    `${seconds}s`,
    call.node,
    call.dialledNumber ?? '-',
    callerOf(call, unmasked),
    call.endReason ?? '',
  ]
    .join('\t')
    .trimEnd();
}

function fieldsOf(call: CallRecord, unmasked: boolean): (readonly [string, string | null])[] {
  return [
    ['id', call.callId],
    ['state', call.state],
    ['node', call.node],
    ['epoch', String(call.epoch)],
    ['dialled', call.dialledNumber],
    ['caller', callerOf(call, unmasked)],
    ['carrier id', call.carrierCallId],
    ['scenario', `${call.scenario} ${call.scenarioVersion}`],
    ['claimed', writtenMinute(call.claimedAt)],
    ['live', call.liveAt === null ? null : writtenMinute(call.liveAt)],
    ['ended', call.endedAt === null ? null : writtenMinute(call.endedAt)],
    [
      'end',
      call.endReason === null
        ? null
        : `${call.endReason} (${call.endParty ?? '-'}) ${call.endDetail ?? ''}`.trimEnd(),
    ],
    ['notice', call.noticeProof],
    ['cost', call.costUsd === null ? null : `${call.costUsd} USD`],
  ];
}

function callerOf({ callerNumber, callerWithheld }: CallRecord, unmasked: boolean): string {
  if (callerNumber === null) return callerWithheld ? 'withheld' : '-';
  return unmasked ? callerNumber : maskPhoneNumber(callerNumber);
}
