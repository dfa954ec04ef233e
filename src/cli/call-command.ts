import { SENTENCE_CHARS } from '../api/commands.ts';
import { systemClock } from '../lib/clock.ts';
import { pause } from '../lib/deadline.ts';
import { systemRandom } from '../lib/random.ts';
import type { CallCommandKind, CommandRecord } from '../store/command-ports.ts';
import type { Store } from '../store/open.ts';
import { noSuchCall, withCalls } from './call-store.ts';
import { readOptions } from './options.ts';
import { EXIT, OperatorError, UsageError, type Command } from './program.ts';

/** A command waits for a quiet moment, and a transfer until the caller has left; past this it is left to run, ms. */
const WAIT_MS = 100_000;
const LOOK_MS = 300;

/** What became of a command, for the operator. */
const RESULTS: Readonly<Record<string, string>> = {
  call_over: 'the call is over',
  said: 'said, and heard to its end',
  said_in_part: 'begun, and cut by the caller',
  not_said: 'not said: the model did not speak it',
  unproven: 'whether it was heard is not known',
  transferred: 'the call has left us for its target',
  nobody_took_it: 'nobody took the call: the caller was told and talks on',
  unknown_target: 'TRANSFER_TARGETS of the node that serves the call has no such key',
  no_quiet_moment: 'somebody was speaking for half a minute: try again',
  too_late: 'nobody served the call for a minute: ask again',
  owner_lost: 'the node that began it died: ask the caller before you repeat it',
};

const WHAT_HAPPENS = `The node that serves the call does it; this command waits for what comes of it. It ends with 0 when
it was done, else with 1 and the reason. What was asked for, and by whom, stands in the audit.`;

/** `denwaban call hang-up`. */
export const hangUpCommand = commandOf(
  'hang_up',
  'end a call at once',
  `Usage: denwaban call hang-up CALL

Ends a live call at once, without words; say a sentence first if somebody listens. ${WHAT_HAPPENS}

  -h, --help   this text
`,
);

/** `denwaban call say`. */
export const sayCommand = commandOf(
  'say',
  'have the agent say one sentence',
  `Usage: denwaban call say CALL SENTENCE

Has the agent say one sentence, word for word, when nobody speaks; at most ${SENTENCE_CHARS} characters.
${WHAT_HAPPENS}

  denwaban call say rtc_… 'ただいま担当者が参りますので、少々お待ちください。'

  -h, --help   this text
`,
);

/** `denwaban call transfer`. */
export const transferCommand = commandOf(
  'transfer',
  'hand a caller to a person',
  `Usage: denwaban call transfer CALL TARGET

Tells the caller and transfers the call, when nobody speaks. TARGET is a key of TRANSFER_TARGETS, never a
number. ${WHAT_HAPPENS}

  -h, --help   this text
`,
);

function commandOf(kind: CallCommandKind, summary: string, help: string): Command {
  return {
    summary,
    help,
    run: async (args, surroundings) => {
      const { positionals } = readOptions(args, {});
      const { callId, argument } = wordsOf(kind, positionals);
      const ended = await withCalls(surroundings, async (store) => {
        const commandId = await ask(store, kind, callId, argument);
        surroundings.err(`asked (${commandId}), waiting\n`);
        return outcomeOf(store, commandId);
      });
      const { state, result } = ended;
      if (result === null)
        throw new OperatorError(`It is ${state} still. denwaban call show ${callId} tells what comes of it.`);
      surroundings.out(`${state}: ${RESULTS[result] ?? result}\n`);
      return state === 'done' ? EXIT.done : EXIT.failed;
    },
  };
}

function wordsOf(
  kind: CallCommandKind,
  positionals: readonly string[],
): { callId: string; argument: string | null } {
  const [callId, argument, ...more] = positionals;
  if (callId === undefined) throw new UsageError('Name one call by its id.');
  if (more.length > 0 || (kind === 'hang_up' && argument !== undefined))
    throw new UsageError('There are too many words: put a sentence in quotes.');
  if (kind === 'hang_up') return { callId, argument: null };
  if (argument === undefined || argument.trim() === '')
    throw new UsageError(
      kind === 'say' ? 'The sentence is missing.' : 'The key of TRANSFER_TARGETS is missing.',
    );
  if (kind === 'say' && (Array.from(argument).length > SENTENCE_CHARS || /[\r\n]/.test(argument)))
    throw new UsageError(`One sentence on one line, of at most ${SENTENCE_CHARS} characters.`);
  return { callId, argument };
}

async function ask(
  store: Store,
  kind: CallCommandKind,
  callId: string,
  argument: string | null,
): Promise<string> {
  const commandId = systemRandom.uuid();
  const at = systemClock.now();
  const asked = await store.commands.request({ commandId, callId, kind, argument, requestedBy: 'cli', at });
  if (asked === 'not_found') throw noSuchCall(callId);
  if (asked === 'over') throw new OperatorError(`Call ${callId} is over.`);
  return commandId;
}

async function outcomeOf(store: Store, commandId: string): Promise<Pick<CommandRecord, 'state' | 'result'>> {
  const deadline = systemClock.monotonic() + WAIT_MS;
  for (;;) {
    const command = await store.commands.get(commandId);
    if (command === null) throw new OperatorError('The call was removed meanwhile.');
    if (command.result !== null || systemClock.monotonic() > deadline) return command;
    await pause(systemClock, LOOK_MS);
  }
}
