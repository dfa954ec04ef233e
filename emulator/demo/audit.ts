import { AUDIT_PROBLEMS } from '../../src/audit/problem.ts';
import { auditSigner } from '../../src/audit/set-up.ts';
import { verifyAudit, type AuditVerdict } from '../../src/audit/verify.ts';
import { auditSettings } from '../../src/config.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { House } from './house.ts';
import type { Screen } from './screen.ts';

/** Verifies the audit of all that happened, as `denwaban audit verify` does; there are no anchors yet. */
export async function verifyHouse({ app }: House): Promise<AuditVerdict> {
  return verifyAudit({
    audit: app.store.audit,
    signer: await auditSigner(auditSettings(app.config), systemRandom, false),
    readAnchors: null,
    scope: { since: null, callId: null },
    onProgress: () => {},
  });
}

/** What is wrong with the audit, in English; empty when it proves these calls and changes whole. */
export function judgeAudit(verdict: AuditVerdict, calls: number, changes: number): string[] {
  return [
    ...verdict.problems.map(({ code, where }) => `audit: ${where}: ${AUDIT_PROBLEMS[code]}`),
    ...(verdict.calls === calls ? [] : [`the audit knows ${verdict.calls} calls, not ${calls}`]),
    ...(verdict.changes === changes
      ? []
      : [`the audit knows ${verdict.changes} changes by callers, not ${changes}`]),
  ];
}

/** Prints the audit's verdict. */
export function printAudit(screen: Screen, { rows, chains, calls, changes, problems }: AuditVerdict): void {
  const found = problems.length === 0 ? '異常なし / whole' : `異常 ${problems.length} 件 / broken`;
  screen.lines(
    '',
    `  ${screen.paint.bold('監査記録 audit')}  ${found}`,
    `  ${rows} rows in ${chains} keyed chains, ${calls} calls, ${changes} changes by callers`,
  );
}
