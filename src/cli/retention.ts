import {
  forecastRetention,
  runRetention,
  type RetentionForecast,
  type RetentionParts,
} from '../audit/retention.ts';
import { tokyoTime } from '../briefing/spoken-calendar.ts';
import { loadConfig, retentionPeriods, type Environment } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import type { RetentionRun } from '../store/retention-ports.ts';
import { noWords, readOptions } from './options.ts';
import { EXIT, OperatorError, type Command } from './program.ts';
import { withStore } from './store.ts';

/** Runs that a report shows: two weeks of days. */
const RUNS_SHOWN = 14;

const PERIODS = `How long each kind is kept is set by RETENTION_…: see the README. The service does this daily by itself,
after 03:30 in Japan.`;

const REPORT_HELP = `Usage: denwaban retention report

Shows for each kind of data how many rows are past their time, when the next one will be, and what the
last runs removed. Removes nothing.

${PERIODS}

  -h, --help           this text
`;

/** `denwaban retention report`. */
export const retentionReportCommand: Command = {
  summary: 'show what is past its time and what was removed',
  help: REPORT_HELP,
  run: async (args, surroundings) => {
    noWords(readOptions(args, {}).positionals);
    const periods = periodsOf(surroundings.env);
    await withStore(surroundings, false, async ({ retention }) => {
      const forecast = await forecastRetention({ store: retention, periods, clock: systemClock });
      surroundings.out(describeForecast(forecast));
      surroundings.out(`\n${describeRuns(await retention.listRuns(RUNS_SHOWN))}`);
    });
    return EXIT.done;
  },
};

const RUN_HELP = `Usage: denwaban retention run [options]

Removes everything that is past its time, now. What is removed cannot be brought back.

${PERIODS}

  --dry-run            only show what would be removed
  -h, --help           this text
`;

/** `denwaban retention run`. */
export const retentionRunCommand: Command = {
  summary: 'remove now what is past its time',
  help: RUN_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, { 'dry-run': { type: 'boolean', default: false } });
    noWords(positionals);
    const periods = periodsOf(surroundings.env);
    return withStore(surroundings, false, async ({ retention }) => {
      const parts = { store: retention, periods, clock: systemClock, busy: () => false };
      if (values['dry-run']) {
        surroundings.out(describeForecast(await forecastRetention(parts)));
        surroundings.err('This was a dry run: nothing was removed.\n');
        return EXIT.done;
      }
      surroundings.out(describeRemoved(await removeAll(parts)));
      return EXIT.done;
    });
  },
};

/** A run that was cut off before is finished first; it may be that day's, and another one then follows. */
async function removeAll(parts: RetentionParts): Promise<Readonly<Record<string, number>>> {
  const result = await runRetention(parts, null);
  if (result.outcome !== 'done')
    throw new OperatorError('Another run is under way. Try again in a few minutes.');
  return result.removed;
}

function periodsOf(env: Environment): ReturnType<typeof retentionPeriods> {
  const given = Object.entries(env).filter(([name]) => name.startsWith('RETENTION_'));
  return retentionPeriods(loadConfig({ OPENAI_API_KEY: 'not-used', ...Object.fromEntries(given) }));
}

function describeForecast(forecast: readonly RetentionForecast[]): string {
  const rows = forecast.map(({ className, due, nextDue }) => [
    className,
    String(due),
    nextDue === null ? '-' : tokyoTime(nextDue).day,
  ]);
  return table([['', 'past its time', 'next on'], ...rows]);
}

function describeRemoved(removed: Readonly<Record<string, number>>): string {
  const rows = Object.entries(removed).map(([name, count]) => [name, String(count)]);
  return rows.length === 0 ? 'Nothing was past its time.\n' : `Removed:\n${table(rows)}`;
}

function describeRuns(runs: readonly RetentionRun[]): string {
  if (runs.length === 0) return 'No run yet.\n';
  const lines = runs.map((run) => {
    const counts = Object.entries(run.removed).filter(([, count]) => count > 0);
    const what = counts.map(([name, count]) => `${count} ${name}`).join(', ');
    const state = run.finishedAt === null ? ' (not finished)' : '';
    return `  ${run.day} ${run.kind.padEnd(6)} ${what === '' ? 'nothing' : what}${state}`;
  });
  return `Runs:\n${lines.join('\n')}\n`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return `${lines.join('\n')}\n`;
}
