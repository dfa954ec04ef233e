import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { appendAnchor, readAnchors } from '../../../src/audit/anchor-file.ts';
import { createAuditSigner } from '../../../src/audit/keys.ts';
import type { AuditProblem } from '../../../src/audit/problem.ts';
import { verifyAudit, type AuditVerdict } from '../../../src/audit/verify.ts';
import type { AuditSigner, StoredAudit } from '../../../src/store/audit-ports.ts';
import type { Store } from '../../../src/store/open.ts';
import { changeOf, planned, registered } from '../../store/briefing/fixtures.ts';
import { claimed, COMPLETED, testSigner, truncate } from '../../store/fixtures.ts';

/** A day that no chain of the tests is of. */
export const LATER = '2099-01-01';

/** What an empty list matches: `[]` would match any. */
export const NONE = { length: 0 };

/** Another installation's key. */
export const foreignSigner = createAuditSigner([Buffer.alloc(32, 9).toString('base64')]);

/** The audit of a test, with its file of anchors. */
export interface AuditDesk {
  readonly directory: string;
  verify(changes?: {
    signer?: AuditSigner;
    callId?: string;
    since?: number;
    audit?: StoredAudit;
  }): Promise<AuditVerdict>;
  /** `code where #sequence` of what a verification finds, sorted. */
  found(): Promise<string[]>;
  anchor(): Promise<void>;
  /** Runs statements as somebody who may do everything in the database. */
  tamper(...statements: readonly string[]): Promise<void>;
}

/** Empties calls, briefings and audit. */
export async function openAuditDesk(store: Store): Promise<AuditDesk> {
  const directory = await mkdtemp(join(tmpdir(), 'denwaban-audit-'));
  const desk: AuditDesk = {
    directory,
    verify: async ({ signer = testSigner, callId, since, audit = store.audit } = {}) =>
      verifyAudit({
        audit,
        signer,
        readAnchors: async () => readAnchors(directory),
        scope: { since: since ?? null, callId: callId ?? null },
        onProgress: () => undefined,
      }),
    found: async () => (await desk.verify()).problems.map(textOf).toSorted(),
    anchor: async () => {
      await store.anchors.anchor(LATER, 1_800_000_000_000, async (anchor) => appendAnchor(directory, anchor));
    },
    tamper: async (...statements) => {
      for (const table of TABLES) await sql.raw(`alter table ${table} disable trigger all`).execute(store.db);
      for (const statement of statements) await sql.raw(statement).execute(store.db);
      for (const table of TABLES) await sql.raw(`alter table ${table} enable trigger all`).execute(store.db);
    },
  };
  await truncate(store);
  await planned(store, [5]);
  await desk.tamper('truncate audit_events, audit_chains, audit_anchors');
  return desk;
}

const TABLES = ['audit_events', 'audit_anchors', 'registration_events', 'calls'];

export function textOf({ code, where, sequence }: AuditProblem): string {
  return `${code} ${where}${sequence === null ? '' : ` #${sequence}`}`;
}

/** A call with this many steps in the middle, from claim to seal. @returns its chain */
export async function auditedCall(store: Store, name: string, steps = 4): Promise<string> {
  const callId = await claimed(store, name);
  await store.calls.transition(callId, 1, ['claimed'], 'live', {
    acceptedAt: 1_790_000_000_100,
    liveAt: 1_790_000_000_200,
    noticeVersion: 'n1',
  });
  for (let step = 0; step < steps; step += 1) {
    await store.transact(async ({ audit }) =>
      audit({ callId, at: 1_790_000_001_000 + step, actor: 'agent', kind: 'test.step', payload: { step } }),
    );
  }
  await store.calls.setCallFields(callId, 1, { noticeProof: 'played', noticePlayedAt: 1_790_000_000_900 });
  await store.calls.finishCall(callId, 1, COMPLETED);
  return `call/${callId}`;
}

let people = 0;

/** A change of attendance by the caller of call `name`. @returns the registration's id */
export async function callersChange(store: Store, name: string): Promise<string> {
  people += 1;
  const registration = await registered(store, people, 'b-1');
  const source = {
    kind: 'caller' as const,
    evidence: { callId: `rtc_${name}`, readBackTurnKey: 'item_7', consentTurnKey: 'item_8' },
  };
  await store.briefings.changeAttendance(changeOf(registration, { kind: 'attend' }, { source }));
  return registration.registrationId;
}
