import { sql } from 'kysely';
import type { Store } from '../../../src/store/open.ts';
import { CALLER, changeOf, NOW, personOf, slotOf, briefingOf, TEAM } from '../briefing/fixtures.ts';
import { claimed, COMPLETED, turnOf, usageOf } from '../fixtures.ts';

/** Strings that occur nowhere but in what is stored about the person of these tests. */
export const CANARIES = {
  name: '金糸雀 歌子',
  kana: 'カナリヤ ウタコ',
  phone: '+819098765432',
  email: 'canary@example.com',
  code: 'CANARY-77',
  externalId: 'EXT-CANARY',
  university: '金糸雀大学',
  said: '金糸雀歌子と申します',
} as const;

/** What a dump must be free of: also in the forms in which numbers, codes and hashes are kept. */
export const TRACES: readonly string[] = [
  '金糸雀',
  'カナリヤ',
  'かなりや',
  'カナリア',
  '9098765432',
  'canary',
];

/** Empties every table. */
export async function clear(store: Store): Promise<void> {
  await sql`truncate inbox, calls, call_commands, turns, usage, tool_calls, messages, leads, lead_contacts, briefings, slots, applicants, registrations,
    registration_events, outbox_events, outbound_messages, outbound_counts, identity_tries, erasures, api_answers`.execute(
    store.db,
  );
}

/** Every row of every table as text, without the engine's own. */
export async function dump(store: Store): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(store.db);
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ line: string }>`select r::text as line from ${sql.raw(name)} r`.execute(
      store.db,
    );
    parts.push(...rows.map(({ line }) => `${name} ${line}`));
  }
  return parts.join('\n').toLowerCase();
}

/** How often traces of the person occur in a dump: `table trace`. */
export async function tracesIn(store: Store): Promise<string[]> {
  const lines = (await dump(store)).split('\n');
  return lines.flatMap((line) =>
    TRACES.filter((trace) => line.includes(trace)).map((trace) => `${line.split(' ')[0] ?? ''} ${trace}`),
  );
}

export interface Planted {
  readonly applicantId: string;
  readonly registrationId: string;
  readonly slotId: string;
}

/** The person of these tests in every table that can hold them, in a slot of one seat that starts tomorrow. */
export async function plantPerson(store: Store): Promise<Planted> {
  await store.briefings.putBriefing(briefingOf('b'));
  const slot = slotOf('b', 1, { capacity: 1 });
  await store.briefings.putSlot(slot, NOW);
  const stored = await store.briefings.putApplicant(
    personOf(1, {
      name: {
        full: CANARIES.name,
        family: '金糸雀',
        given: '歌子',
        fullKana: CANARIES.kana,
        familyKana: 'カナリヤ',
        givenKana: 'ウタコ',
      },
      phones: [CANARIES.phone],
      email: CANARIES.email,
      university: CANARIES.university,
      externalId: CANARIES.externalId,
      reservationCode: CANARIES.code,
    }),
    null,
  );
  if (stored.outcome !== 'stored') throw new TypeError(stored.outcome);
  const { applicantId } = stored.applicant;
  const made = await store.briefings.register({ applicantId, slotId: slot.slotId, source: TEAM, at: NOW });
  if (made.outcome !== 'registered') throw new TypeError(made.outcome);
  const { registrationId } = made.registration;
  await plantCall(store, 'own', CANARIES.phone, CANARIES.said);
  await changedIn(store, 'rtc_own', registrationId);
  await sql`insert into identity_tries values (${await hashOf(store, CANARIES.phone)}, current_date, 1)`.execute(
    store.db,
  );
  return { applicantId, registrationId, slotId: slot.slotId };
}

/** A call that is over, with a word of the caller and a function call that repeats it. */
export async function plantCall(
  store: Store,
  name: string,
  number: string | null,
  said: string,
  { live = false }: { live?: boolean } = {},
): Promise<string> {
  const callId = await claimed(store, name, { callerNumber: number, callerWithheld: number === null });
  await store.calls.setCallFields(callId, 1, {
    noticeProof: 'played',
    noticePlayedAt: NOW,
    noticeVersion: 'v1',
  });
  await store.calls.appendTranscript(
    [
      turnOf(callId, 'a', { text: said }),
      turnOf(callId, 'b', { sequence: 2, role: 'agent', text: '承りました' }),
    ],
    [usageOf(callId, 'u')],
  );
  const key = { callId, functionCallId: 'f1', epoch: 1 };
  await store.calls.beginToolCall(key, 'identify_caller', JSON.stringify({ name: said }), NOW);
  await store.calls.finishToolCall(key, 'ok', JSON.stringify({ verified: true, said }), NOW);
  if (!live) await store.calls.finishCall(callId, 1, COMPLETED);
  return callId;
}

/** The call changes a registration. */
export async function changedIn(store: Store, callId: string, registrationId: string): Promise<void> {
  if (CALLER.kind !== 'caller') throw new TypeError('a caller');
  const source = { kind: 'caller', evidence: { ...CALLER.evidence, callId } } as const;
  await store.briefings.changeAttendance(changeOf({ registrationId }, { kind: 'attend' }, { source }));
}

/** What somebody asked for in a call. */
export async function plantLead(store: Store, callId: string, phone: string): Promise<void> {
  await store.leads.save({
    callId,
    naturalKey: phone,
    kanaName: CANARIES.kana,
    phone,
    university: CANARIES.university,
    topic: 'apply',
    note: CANARIES.said,
    callbackAt: null,
    at: NOW,
  });
}

/** A message that was sent, or waits. */
export async function plantOutbound(
  store: Store,
  id: number,
  changes: {
    recipient?: string;
    applicant_id?: string | null;
    call_id?: string | null;
    state?: 'queued' | 'failed';
  },
): Promise<void> {
  await store.db
    .insertInto('outbound_messages')
    .values({
      message_id: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
      kind: 'sms',
      template_key: 'attendance_confirmed',
      recipient: CANARIES.phone,
      body: '金糸雀様、承りました。',
      natural_key: `n${id}`,
      due_at: new Date(NOW),
      not_after: new Date(NOW + 86_400_000),
      created_at: new Date(NOW),
      state: 'failed',
      ...changes,
    })
    .execute();
}

async function hashOf(store: Store, number: string): Promise<string> {
  const { rows } = await sql<{ hash: string }>`
    select left(encode(sha256(${number}::text::bytea), 'hex'), 32) as hash`.execute(store.db);
  return rows[0]?.hash ?? '';
}
