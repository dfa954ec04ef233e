import { sql } from 'kysely';
import type { RetentionPeriods } from '../../../src/lib/retention-periods.ts';
import type { RetentionParts } from '../../../src/audit/retention.ts';
import type { Store } from '../../../src/store/open.ts';
import { briefingOf, known, slotOf, TEAM } from '../../store/briefing/fixtures.ts';
import { claimed, COMPLETED, turnOf, usageOf } from '../../store/fixtures.ts';
import { ManualClock } from '../../store/manual-clock.ts';

/** The defaults. */
export const PERIODS: RetentionPeriods = {
  callDays: 30,
  messageDays: 90,
  outboundDays: 30,
  technicalDays: 14,
  counterDays: 2,
  recordDays: 730,
  hiringYearEnd: '03-31',
  hiringYearLeadDays: 31,
  hiringYearsMore: 0,
};

/** An instant in Japan, ms. */
export function tokyo(text: string): number {
  return Date.parse(`${text}+09:00`);
}

/** What a run needs, with the clock at an instant in Japan. */
export function partsAt(
  store: Pick<Store, 'retention'>,
  at: string,
  changes: Partial<RetentionParts> = {},
): RetentionParts {
  return {
    store: store.retention,
    periods: PERIODS,
    clock: new ManualClock(tokyo(at)),
    busy: () => false,
    ...changes,
  };
}

/** Empties every table that retention works on. */
export async function clear(store: Store): Promise<void> {
  await sql`truncate inbox, calls, call_commands, turns, usage, tool_calls, messages, leads, lead_contacts, briefings, slots, applicants, registrations,
    registration_events, outbox_events, outbound_messages, identity_tries, retention_runs, api_answers`.execute(
    store.db,
  );
}

/** A call with everything that hangs on one, claimed at an instant and, unless told otherwise, over. @returns its id */
export async function plantCall(
  store: Store,
  name: string,
  at: number,
  { live = false, number = '+819011112222' }: { live?: boolean; number?: string } = {},
): Promise<string> {
  const callId = await claimed(store, name, { callerNumber: number });
  await store.calls.setCallFields(callId, 1, {
    noticeProof: 'played',
    noticePlayedAt: at + 5_000,
    noticeVersion: 'v1',
  });
  await store.calls.appendTranscript(
    [turnOf(callId, 'a'), turnOf(callId, 'b', { sequence: 2, text: '見本花子です' })],
    [usageOf(callId, 'u')],
  );
  const key = { callId, functionCallId: 'f1', epoch: 1 };
  await store.calls.beginToolCall(key, 'identify_caller', '{"name":"見本"}', at);
  await store.calls.finishToolCall(key, 'ok', '{"name":"見本 花子"}', at);
  await store.calls.saveMessage({
    callId,
    naturalKey: 'm1',
    callerName: '見本花子',
    callbackNumber: number,
    body: '折り返してください',
    at,
  });
  if (!live) await store.calls.finishCall(callId, 1, COMPLETED);
  await sql`update calls set claimed_at = ${new Date(at)} where call_id = ${callId}`.execute(store.db);
  await sql`update inbox set received_at = ${new Date(at)} where call_id = ${callId}`.execute(store.db);
  return callId;
}

/** Applicant `number`, known since an instant and registered for a slot that starts then. */
export async function plantRegistration(
  store: Store,
  number: number,
  at: number,
): Promise<{ readonly applicantId: string; readonly registrationId: string }> {
  const briefingId = `b${number}`;
  await store.briefings.putBriefing(briefingOf(briefingId));
  const slot = slotOf(briefingId, 1, { startsAt: at, endsAt: at + 3_600_000 });
  await store.briefings.putSlot(slot, at - 1);
  const applicantId = await known(store, number);
  await sql`update applicants set known_since = ${new Date(at)} where applicant_id = ${applicantId}`.execute(
    store.db,
  );
  const result = await store.briefings.register({
    applicantId,
    slotId: slot.slotId,
    source: TEAM,
    at: at - 1,
  });
  if (result.outcome !== 'registered') throw new TypeError(result.outcome);
  return { applicantId, registrationId: result.registration.registrationId };
}

/** Rows of a table. */
export async function rowsOf(store: Store, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from ${sql.table(table)}`.execute(store.db);
  return rows[0]?.n ?? 0;
}
