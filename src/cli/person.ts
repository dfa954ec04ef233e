import { systemClock } from '../lib/clock.ts';
import type { EraseResult } from '../store/person-ports.ts';
import { noWords, readOptions } from './options.ts';
import { choosePerson, masked, readWho, WHO_HELP, WHO_OPTIONS } from './person-choose.ts';
import { personJson, personText } from './person-text.ts';
import { EXIT, OperatorError, UsageError, type Command } from './program.ts';
import { withStore } from './store.ts';
import { writePrivate } from './write-private.ts';

const EXPORT_HELP = `Usage: denwaban person export (--phone|--code|--external-id|--id) VALUE [options]

Writes everything that is stored about one person: applicant, registrations with their history, calls
with what was said and whether the notice was heard, messages taken and sent. When several people may
be meant they are listed, and nothing is written.

${WHO_HELP}
  --format NAME        json, or text: Japanese, to be handed to the person; default json
  --out FILE           write to a new file that only its owner can read; default: standard output
  --force              overwrite the file
  -h, --help           this text
`;

/** `denwaban person export`. */
export const personExportCommand: Command = {
  summary: 'write everything that is stored about one person',
  help: EXPORT_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      ...WHO_OPTIONS,
      format: { type: 'string', default: 'json' },
      out: { type: 'string' },
      force: { type: 'boolean', default: false },
    });
    noWords(positionals);
    const { format, out, force, shared } = values;
    if (format !== 'json' && format !== 'text')
      throw new UsageError(`--format ${format}: write json or text.`);
    const query = readWho(values);
    const file = await withStore(surroundings, false, async ({ people }) =>
      people.read(await choosePerson(people, query), shared),
    );
    const now = systemClock.now();
    const text = format === 'json' ? personJson(file, now) : personText(file, now);
    if (out === undefined) surroundings.out(text);
    else await writePrivate(out, text, force);
    surroundings.err(leftOut(file.callsLeftOut));
    return EXIT.done;
  },
};

const ERASE_HELP = `Usage: denwaban person erase (--phone|--code|--external-id|--id) VALUE [options]

Removes one person: registrations with their history, words and number of their calls, messages taken
and sent; messages that wait to be sent to them are not sent. Their seats go to who waits for them, and
those are told. Times, cost and end of calls stay, without anything that names the person.
Without --yes nothing is removed: what would go is shown.

${WHO_HELP}
  --yes                remove; this cannot be undone
  -h, --help           this text

Take the person out of your applicant tracking system and of roster files first: the next import would
bring them back, as a new row. What is beyond reach (backups, exported files, what OpenAI, carrier and
SMS provider keep) stands in docs/privacy.md.
`;

/** `denwaban person erase`. */
export const personEraseCommand: Command = {
  summary: 'remove everything that is stored about one person',
  help: ERASE_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      ...WHO_OPTIONS,
      yes: { type: 'boolean', default: false },
    });
    noWords(positionals);
    const query = readWho(values);
    await withStore(surroundings, false, async ({ people }) => {
      const person = await choosePerson(people, query);
      const at = systemClock.now();
      const result = await people.erase({ person, shared: values.shared, dryRun: !values.yes, at });
      surroundings.out(`${masked(person).trim()}\n${describeErasure(result)}`);
      if (result.outcome === 'erased') surroundings.err(leftOut(result.callsLeftOut));
    });
    surroundings.err(
      values.yes
        ? 'Removed. Backups, exported files, messages.jsonl and what others keep are yours to see to: docs/privacy.md\n'
        : 'This was a dry run: nothing was removed. --yes removes it; it cannot be undone.\n',
    );
    return EXIT.done;
  },
};

const NOT_ERASED: Readonly<Record<Exclude<EraseResult['outcome'], 'erased'>, string>> = {
  on_the_line:
    'The person may be on the telephone now; nothing was removed. Try again when the call has ended.',
  changed: 'Somebody changed the person at this moment; nothing was removed. Try again.',
};

function describeErasure(result: EraseResult): string {
  if (result.outcome !== 'erased') throw new OperatorError(NOT_ERASED[result.outcome]);
  const rows = Object.entries(result.removed).map(
    ([name, count]) => `  ${String(count).padStart(6)}  ${name}`,
  );
  if (result.promoted > 0) rows.push(`  ${String(result.promoted).padStart(6)}  seats go to who waits`);
  return `${rows.join('\n')}\n`;
}

function leftOut(calls: number): string {
  return calls === 0
    ? ''
    : `${calls} calls may be about somebody else and were left out; --shared takes them, too.\n`;
}
