import { systemClock } from '../lib/clock.ts';
import { replayWebhooks, type ReplayRequest } from '../outbox/replay.ts';
import { noWords, readOptions } from './options.ts';
import { withJobs } from './outbox.ts';
import { EXIT, OperatorError, UsageError, type Command } from './program.ts';
import { withStore } from './store.ts';
import { readSince } from './times.ts';

const HELP = `Usage: denwaban webhook replay --since WHEN [options]
       denwaban webhook replay --id ID

Sends outgoing webhooks again, oldest first, each under the webhook-id that it had: a receiver that has
it already drops it. They are queued; the running service sends them, and tries for 24 hours again.
Messages to people are never replayed: see denwaban messages retry.

  --since WHEN     made then or later: a day such as 2026-11-24, an instant such as
                   2026-11-24T09:00:00+09:00, or a time ago such as 24h or 7d
  --id ID          one delivery, whatever became of it (denwaban messages list --kind webhook)
  --target NAME    those to one system of WEBHOOK_TARGETS; default: all
  --all            also those that arrived; default: those that were refused or given up
  -h, --help       this text
`;

/** `denwaban webhook replay`. */
export const replayCommand: Command = {
  summary: 'send outgoing webhooks again',
  help: HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      since: { type: 'string' },
      id: { type: 'string' },
      target: { type: 'string' },
      all: { type: 'boolean', default: false },
    });
    noWords(positionals);
    const request = readRequest(values);
    const count = await withStore(surroundings, false, async (store) =>
      withJobs(store, async (parts) => replayWebhooks(parts, request)),
    );
    if (values.id !== undefined && count === 0)
      throw new OperatorError(
        `There is no settled webhook ${values.id}. denwaban messages list --kind webhook shows them.`,
      );
    surroundings.out(`${count} queued\n`);
    return EXIT.done;
  },
};

interface Values {
  readonly since?: string | undefined;
  readonly id?: string | undefined;
  readonly target?: string | undefined;
  readonly all: boolean;
}

function readRequest({ since, id, target, all }: Values): ReplayRequest {
  if ((since === undefined) === (id === undefined))
    throw new UsageError('Write either --since or --id: everything at once is rarely what is meant.');
  if (id !== undefined) return { messageId: id, since: 0, which: 'all' };
  return {
    since: readSince(since ?? '', systemClock.now()),
    which: all ? 'all' : 'failed',
    ...(target === undefined ? {} : { target }),
  };
}
