import { readAnchors } from '../audit/anchor-file.ts';
import { AUDIT_PROBLEMS, type AuditProblem } from '../audit/problem.ts';
import { verifyAudit, type AuditVerdict } from '../audit/verify.ts';
import { systemClock } from '../lib/clock.ts';
import { noWords, readOptions } from './options.ts';
import { EXIT, OperatorError, UsageError, type Command } from './program.ts';
import { withStore } from './store.ts';

const HELP = `Usage: denwaban audit verify [options]

Proves that the audit is whole: every row by its keyed hash, every call's seal, the anchors in
AUDIT_ANCHOR_DIR, and that stored calls and callers' changes are what the audit says of them.
Names each row that was edited, deleted, put elsewhere, cut off or inserted. Changes nothing. Over a server it
may run beside the service: it looks at one moment.
Needs the key of the service: AUDIT_KEY, or the file audit.key in DATA_DIR.

  --since DATE         only what happened since this day in Japan, such as 2026-11-24
  --call ID            only this call
  --anchors DIR        directory of the anchors; default: AUDIT_ANCHOR_DIR
  -h, --help           this text

Exit code 0: whole; 1: something was changed, or the audit cannot be read; 2: wrong command line.
`;

/** `denwaban audit verify`. */
export const auditVerifyCommand: Command = {
  summary: 'prove that the audit is whole, or name what was changed',
  help: HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      since: { type: 'string' },
      call: { type: 'string' },
      anchors: { type: 'string' },
    });
    noWords(positionals);
    const scope = {
      since: values.since === undefined ? null : dayOf(values.since),
      callId: values.call ?? null,
    };
    const began = systemClock.monotonic();
    const { err, out } = surroundings;
    const verdict = await withStore(
      surroundings,
      false,
      async ({ audit }, { signer, anchorDir }) => {
        const directory = values.anchors ?? anchorDir;
        return verifyAudit({
          audit,
          signer,
          readAnchors: directory === null ? null : async () => readAnchors(directory),
          scope,
          onProgress: (rows, total) =>
            err(rows === 0 ? `verifying ${total} rows …\n` : `${rows} of ${total} rows …\n`),
        });
      },
      false,
    );
    if (scope.callId !== null && verdict.chains === 0 && verdict.problems.length === 0)
      throw new OperatorError(`The audit knows no call ${scope.callId}.`);
    out(describeVerdict(verdict));
    err(`${((systemClock.monotonic() - began) / 1_000).toFixed(1)} s\n`);
    return verdict.problems.length === 0 ? EXIT.done : EXIT.failed;
  },
};

function describeVerdict(verdict: AuditVerdict): string {
  const { chains, rows, anchors, calls, changes, problems } = verdict;
  const counts = `${chains} chains, ${rows} rows, ${anchors} anchors, ${calls} calls, ${changes} changes by callers`;
  if (problems.length === 0) return `監査記録: 異常なし / audit: whole\n${counts}\n`;
  const lines = problems.map((problem) => `  ${describeProblem(problem)}\n`);
  return `監査記録: 異常 ${problems.length} 件 / audit: BROKEN in ${problems.length} places\n${lines.join('')}${counts}\n`;
}

function describeProblem({ code, where, sequence }: AuditProblem): string {
  return `${where}${sequence === null ? '' : ` #${sequence}`}: ${AUDIT_PROBLEMS[code]}`;
}

function dayOf(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00+09:00`) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`--since ${text}: write a day such as 2026-11-24.`);
  return at;
}
