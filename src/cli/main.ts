import { DenwabanError, describeError } from '../errors.ts';
import { personEraseCommand, personExportCommand } from './person.ts';
import { listCallsCommand, showCallCommand } from './call.ts';
import { hangUpCommand, sayCommand, transferCommand } from './call-command.ts';
import { listMessagesCommand, retryMessageCommand, showMessageCommand } from './messages.ts';
import { replayCommand } from './webhook-replay.ts';
import { retentionReportCommand, retentionRunCommand } from './retention.ts';
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './api-key.ts';
import { auditAnchorCommand } from './audit-anchor.ts';
import { auditVerifyCommand } from './audit-verify.ts';
import { checkInCommand } from './roster-check-in.ts';
import { exportCommand } from './roster-export.ts';
import { doctorCommand } from './doctor.ts';
import { importCommand } from './roster-import.ts';
import { reportCommand } from './roster-report.ts';
import { storeExportCommand } from './store-export.ts';
import { storeImportCommand } from './store-import.ts';
import { scenarioLintCommand } from './scenario-lint.ts';
import { EXIT, OperatorError, UsageError, type Command, type Surroundings } from './program.ts';

/** The commands by the words that call them. */
const COMMANDS: Readonly<Record<string, Command>> = {
  doctor: doctorCommand,
  'roster import': importCommand,
  'roster export': exportCommand,
  'roster checkin': checkInCommand,
  'roster report': reportCommand,
  'person export': personExportCommand,
  'person erase': personEraseCommand,
  'scenario lint': scenarioLintCommand,
  'retention report': retentionReportCommand,
  'retention run': retentionRunCommand,
  'call list': listCallsCommand,
  'call show': showCallCommand,
  'call hang-up': hangUpCommand,
  'call say': sayCommand,
  'call transfer': transferCommand,
  'messages list': listMessagesCommand,
  'messages show': showMessageCommand,
  'messages retry': retryMessageCommand,
  'webhook replay': replayCommand,
  'api-key create': createKeyCommand,
  'api-key list': listKeysCommand,
  'api-key revoke': revokeKeyCommand,
  'audit verify': auditVerifyCommand,
  'audit anchor': auditAnchorCommand,
  'store export': storeExportCommand,
  'store import': storeImportCommand,
};

/**
 * Runs one command of the operator's program. Every failure ends in words on the error output; nothing is thrown but
 * bugs.
 *
 * @param args the command line behind the program's name
 * @returns exit code: see `EXIT`
 */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  const name = Object.keys(COMMANDS).find((words) =>
    words.split(' ').every((word, index) => args[index] === word),
  );
  const command = name === undefined ? undefined : COMMANDS[name];
  const wantsHelp = args.includes('--help') || args.includes('-h');
  if (name === undefined || command === undefined) {
    if (wantsHelp || args.length === 0 || args[0] === 'help') {
      out(overview());
      return args.length === 0 ? EXIT.usage : EXIT.done;
    }
    err(`There is no command 「${args.slice(0, 2).join(' ')}」.\n\n${overview()}`);
    return EXIT.usage;
  }
  if (wantsHelp) {
    out(command.help);
    return EXIT.done;
  }
  try {
    return await command.run(args.slice(name.split(' ').length), surroundings);
  } catch (error) {
    return explain(error, name, err);
  }
}

function explain(error: unknown, name: string, err: (text: string) => void): number {
  if (error instanceof UsageError) {
    err(`${error.message}\nSee: denwaban ${name} --help\n`);
    return EXIT.usage;
  }
  if (error instanceof OperatorError) {
    err(`${error.message}\n`);
    return EXIT.failed;
  }
  if (!(error instanceof DenwabanError)) throw error;
  err(`${describeError(error)}\n${REMEDIES[error.code] ?? ''}`);
  return EXIT.failed;
}

const REMEDIES: Partial<Record<DenwabanError['code'], string>> = {
  DW_STORE_LOCKED:
    'The embedded store belongs to one process, and Denwaban is running. Stop the service, run this command, start it\n' +
    'again; or keep the data in a PostgreSQL server (DATABASE_URL), where both may work at once.\n',
  DW_STORE_UNAVAILABLE:
    'Nothing was stored. Check that the database runs and DATABASE_URL is right, then try again.\n',
};

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`);
  return `Usage: denwaban COMMAND [options]\n\n${lines.join('\n')}\n\nEach command explains itself: denwaban COMMAND --help\n`;
}
