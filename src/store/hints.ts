import { type RawBuilder, sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { HintLine } from './hint-line.ts';

/** Of what there may be something new: a call that nobody owns, a command of an operator. */
export type Hint = 'call' | 'command';

/** What listens until it is closed. */
export interface Listening {
  close(): Promise<void>;
}

/**
 * Tells processes that share a server to look now instead of at their next poll. Nothing depends on it: hints are lost
 * with their connection, and behind a pooler of transactions none comes.
 */
export interface Hints {
  /** Does not wait for the server. Hints of both kinds are given whenever some may have been lost. */
  listen(onHint: (hint: Hint) => void): Listening;
}

/** Name that the hints go by, within one database. */
const CHANNEL = 'denwaban_hint';

/** Gives a hint with the commit of the statement that selects it; the same ones of a transaction are one. */
export function hint(of: Hint): RawBuilder<unknown> {
  return sql`pg_notify(${CHANNEL}, ${of})`;
}

export interface HintOptions {
  /** postgres:// address; empty: the embedded engine, whose one process has nobody to hear from. */
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export function openHints(options: HintOptions): Hints {
  return {
    listen: (onHint) => {
      if (options.databaseUrl === '') return { close: async () => {} };
      const line = new HintLine(options, {
        channel: CHANNEL,
        onOpen: () => {
          onHint('call');
          onHint('command');
        },
        onPayload: (payload) => {
          if (payload === 'call' || payload === 'command') onHint(payload);
        },
      });
      line.open();
      return line;
    },
  };
}
