import { maskPhoneNumber } from '../briefing/phone-number.ts';
import { OUTBOUND_KINDS, OUTBOUND_STATES, type OutboundRecord } from '../outbox/ports.ts';
import { retryMessage, type RetryResult } from '../outbox/retry.ts';
import { getRow, listRows } from '../outbox/rows.ts';
import { noWords, readOptions } from './options.ts';
import { withJobs } from './outbox.ts';
import { EXIT, OperatorError, UsageError, type Command } from './program.ts';
import { withStore } from './store.ts';
import { writtenMinute } from './times.ts';

/** Lines of a list unless it says how many. */
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

const STATE_WORDS = `States: queued (waits), sending, unknown (may have left; is being looked up), sent, delivered,
failed (refused for good, or too old), dead (given up after the last try).`;

const LIST_HELP = `Usage: denwaban messages list [options]

Lists messages and webhooks that leave, newest first: id, time, kind, state, recipient, template, tries,
and the code of what went wrong. Numbers and addresses are masked.

  --kind KIND      sms, email or webhook
  --state STATE    one of the states below
  --limit N        at most ${MAX_LIMIT}; default ${DEFAULT_LIMIT}
  --unmasked       show numbers and addresses
  -h, --help       this text

${STATE_WORDS}
`;

const SHOW_HELP = `Usage: denwaban messages show ID [options]

Shows one message or webhook. Its words and its recipient are shown with --unmasked only.

  --unmasked       show recipient and words
  -h, --help       this text

${STATE_WORDS}
`;

const RETRY_HELP = `Usage: denwaban messages retry ID [options]

Sends once more what was refused (failed) or given up (dead). The running service sends it. A message to
a person goes out as a new message with the same words; each can be retried once.

  --even-if-arrived   also when the person may have got it: they may get it twice
  -h, --help          this text
`;

/** `denwaban messages list`. */
export const listMessagesCommand: Command = {
  summary: 'list what was sent, is queued or was given up',
  help: LIST_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      kind: { type: 'string' },
      state: { type: 'string' },
      limit: { type: 'string', default: String(DEFAULT_LIMIT) },
      unmasked: { type: 'boolean', default: false },
    });
    noWords(positionals);
    const kind = choice('kind', values.kind, OUTBOUND_KINDS);
    const state = choice('state', values.state, OUTBOUND_STATES);
    const limit = Number(values.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
      throw new UsageError(`--limit ${values.limit}: write a number from 1 to ${MAX_LIMIT}.`);
    const rows = await withStore(surroundings, false, async ({ db }) =>
      listRows(db, { ...(kind === null ? {} : { kind }), ...(state === null ? {} : { state }) }, limit),
    );
    for (const row of rows) surroundings.out(`${lineOf(row, values.unmasked)}\n`);
    surroundings.err(`${rows.length} shown\n`);
    return EXIT.done;
  },
};

/** `denwaban messages show`. */
export const showMessageCommand: Command = {
  summary: 'show one message',
  help: SHOW_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, { unmasked: { type: 'boolean', default: false } });
    const id = oneId(positionals);
    const row = await withStore(surroundings, false, async ({ db }) => getRow(db, id));
    if (row === null) throw noSuchMessage(id);
    const fields = fieldsOf(row, values.unmasked);
    surroundings.out(fields.map(([name, value]) => `${name.padEnd(12)}${value ?? '-'}\n`).join(''));
    return EXIT.done;
  },
};

/** `denwaban messages retry`. */
export const retryMessageCommand: Command = {
  summary: 'send once more what was refused or given up',
  help: RETRY_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      'even-if-arrived': { type: 'boolean', default: false },
    });
    const id = oneId(positionals);
    const result = await withStore(surroundings, false, async (store) =>
      withJobs(store, async (parts) => retryMessage(parts, id, values['even-if-arrived'])),
    );
    if (result.outcome === 'not_found') throw noSuchMessage(id);
    if (result.outcome !== 'queued') throw new OperatorError(REFUSALS[result.outcome]);
    surroundings.out(`queued as ${result.messageId}\n`);
    return EXIT.done;
  },
};

const REFUSALS: Readonly<Record<Exclude<RetryResult['outcome'], 'queued' | 'not_found'>, string>> = {
  not_settled: 'It is still on its way: wait until it is sent, failed or dead.',
  arrived: 'It was sent. Messages to people are not sent twice; webhooks: denwaban webhook replay --id',
  maybe_arrived:
    'Nobody knows whether it left. Ask the provider, or the person; --even-if-arrived sends it all the same.',
  expired: 'What it says is past. Tell the person in another way.',
  retried: 'It was retried already: denwaban messages list shows what became of that.',
};

function lineOf(row: OutboundRecord, unmasked: boolean): string {
  const tries = `${row.attempts} tries`;
  const cells = [
    row.messageId,
    writtenMinute(row.createdAt),
    row.kind,
    row.state,
    recipientOf(row, unmasked),
  ];
  return [...cells, row.templateKey, tries, row.detail ?? ''].join('\t').trimEnd();
}

function fieldsOf(row: OutboundRecord, unmasked: boolean): (readonly [string, string | null])[] {
  return [
    ['id', row.messageId],
    ['kind', row.kind],
    ['template', row.templateKey],
    ['to', recipientOf(row, unmasked)],
    ['state', row.state],
    ['detail', row.detail],
    ['known by', row.resolution],
    ['tries', String(row.attempts)],
    ['made', writtenMinute(row.createdAt)],
    ['due', writtenMinute(row.dueAt)],
    ['not after', writtenMinute(row.notAfter)],
    ['sent', row.sentAt === null ? null : writtenMinute(row.sentAt)],
    ['provider id', row.providerId],
    ['call', row.callId],
    ['applicant', row.applicantId],
    ['subject', unmasked ? row.subject : row.subject && '(hidden)'],
    ['words', unmasked ? row.body : `(hidden: ${Array.from(row.body).length} characters)`],
  ];
}

function recipientOf({ kind, to }: OutboundRecord, unmasked: boolean): string {
  if (unmasked || kind === 'webhook') return to;
  return kind === 'sms' ? maskPhoneNumber(to) : `•••${to.slice(to.lastIndexOf('@'))}`;
}

function oneId(positionals: readonly string[]): string {
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new UsageError('Name one message by its id.');
  return id;
}

function noSuchMessage(id: string): OperatorError {
  return new OperatorError(`There is no message ${id}. denwaban messages list shows them.`);
}

function choice<T extends string>(name: string, text: string | undefined, all: readonly T[]): T | null {
  if (text === undefined) return null;
  const found = all.find((one) => one === text);
  if (found === undefined) throw new UsageError(`--${name} ${text}: write one of ${all.join(', ')}.`);
  return found;
}
