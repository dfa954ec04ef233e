import { type RawBuilder, sql } from 'kysely';
import type { StoreContext } from './context.ts';
import { hashOfNumber } from './identity-tries.ts';
import { callsOfPerson } from './person-calls.ts';
import type { EraseInput, EraseResult, Person } from './person-ports.ts';
import { leadsOf, messagesOf, sentTo } from './person-read.ts';
import { plainSql, wordsThatName } from './person-words.ts';
import { OPEN_STATE } from './states.ts';
import type { StoreTransaction, Transact } from './transaction.ts';

/** Longest erasure, in ms. A person has some calls and registrations; nobody waits for it on the telephone. */
const ERASE_TIMEOUT_MS = 20_000;

/** Ends a transaction whose work is to be undone. */
class Withdrawn extends Error {
  override readonly name = 'Withdrawn';
  readonly result: EraseResult;

  constructor(result: EraseResult) {
    super('an erasure was not carried out');
    this.result = result;
  }
}

/** Removes a person, whole or not at all. A dry run does the same and rolls it back, so that its counts are right. */
export async function erasePerson(
  context: StoreContext,
  transact: Transact,
  input: EraseInput,
): Promise<EraseResult> {
  const found = await callsOfPerson(context, input.person);
  const callIds = input.shared ? [...found.own, ...found.shared] : found.own;
  const words = await wordsThatName(context, input.person);
  const callsLeftOut = input.shared ? 0 : found.shared.length;
  const erasureId = context.random.uuid();
  try {
    return await transact(
      async (transaction) => {
        const done = await erase(transaction, input, callIds, words);
        const result = { outcome: 'erased', ...done, callsLeftOut } as const;
        if (input.dryRun) throw new Withdrawn(result);
        await sql`insert into erasures (erasure_id, at, removed)
          values (${erasureId}, ${new Date(input.at)}, ${JSON.stringify(done.removed)}::text::jsonb)`.execute(
          transaction.trx,
        );
        const counts = Object.entries(done.removed).map(
          ([name, n]) => [name.replaceAll(' ', '_'), n] as const,
        );
        transaction.audit({
          callId: null,
          at: input.at,
          actor: 'team',
          kind: 'person.erased',
          payload: { erasure_id: erasureId, ...Object.fromEntries(counts) },
        });
        return result;
      },
      { timeoutMs: ERASE_TIMEOUT_MS },
    );
  } catch (error) {
    if (error instanceof Withdrawn) return error.result;
    throw error;
  }
}

interface Erased {
  readonly removed: Record<string, number>;
  readonly promoted: number;
}

async function erase(
  { trx, briefings }: StoreTransaction,
  { person, at }: EraseInput,
  callIds: readonly string[],
  words: readonly string[],
): Promise<Erased> {
  const count = async (statement: RawBuilder<unknown>): Promise<number> => {
    const { rows } = await sql`${statement} returning 1 as gone`.execute(trx);
    return rows.length;
  };
  const calls = sql`call_id = any(${[...callIds]}::text[])`;
  await refuseOnTheLine(trx, person, calls);

  const sent = sentTo(person, callIds);
  const removed: Record<string, number> = {
    'messages not sent yet': await count(
      sql`delete from outbound_messages where ${sent} and state in ('queued', 'sending', 'unknown')`,
    ),
    'messages sent': await count(sql`delete from outbound_messages where ${sent}`),
    'messages taken': await count(sql`delete from messages where ${messagesOf(person, callIds)}`),
    leads: await count(sql`delete from leads where ${leadsOf(person, callIds)}`),
    transcript: await count(sql`delete from turns where ${calls}`),
    'tool arguments': await count(sql`update tool_calls set arguments = '{}',
      output = case when output is null then null else '{}' end where ${calls}`),
    'caller number': await count(sql`update calls set caller_number = null, sip_call_id = null,
      carrier_call_id = null, content_erased_at = coalesce(content_erased_at, ${new Date(at)}) where ${calls}`),
  };
  removed['answers to repeated requests'] = await count(
    sql`delete from api_answers where ${plainSql(sql`body`)} like any(${[...words]}::text[])`,
  );
  for (const number of person.numbers) await forgetCounters(trx, number);
  const slots = person.applicant === null ? [] : await slotsOf(trx, person.applicant.applicantId);
  if (person.applicant !== null) Object.assign(removed, await eraseApplicant(trx, person.applicant, count));
  let promoted = 0;
  for (const slotId of slots) promoted += (await briefings.promoteWaiting(slotId, at)).length;
  return { removed, promoted };
}

/** The applicant's registrations and histories go with the row; a trigger frees the seats. */
async function eraseApplicant(
  trx: StoreTransaction['trx'],
  { applicantId, version }: NonNullable<Person['applicant']>,
  count: (statement: RawBuilder<unknown>) => Promise<number>,
): Promise<Record<string, number>> {
  const { rows } = await sql<{ events: number; registrations: number }>`
    select count(distinct g.registration_id)::integer as registrations, count(*)::integer as events
    from registrations g join registration_events e using (registration_id)
    where g.applicant_id = ${applicantId}`.execute(trx);
  const before = rows[0] ?? { events: 0, registrations: 0 };
  const passedOn = await count(sql`delete from outbox_events where payload ->> 'registrationId' in (
    select registration_id from registrations where applicant_id = ${applicantId})`);
  const gone = await count(
    sql`delete from applicants where applicant_id = ${applicantId} and version = ${version}`,
  );
  if (gone === 0) throw new Withdrawn({ outcome: 'changed' });
  return {
    applicants: gone,
    registrations: before.registrations,
    'entries of histories': before.events,
    'changes passed on': passedOn,
  };
}

/** Locks the slots in which the applicant is registered, in the order that every change of seats takes them. */
async function slotsOf(trx: StoreTransaction['trx'], applicantId: string): Promise<string[]> {
  const { rows } = await sql<{ slot_id: string }>`
    select slot_id from slots where slot_id in (
      select slot_id from registrations where applicant_id = ${applicantId})
    order by slot_id for no key update`.execute(trx);
  return rows.map((row) => row.slot_id);
}

async function refuseOnTheLine(
  trx: StoreTransaction['trx'],
  person: Person,
  calls: RawBuilder<unknown>,
): Promise<void> {
  const { rows } = await sql`
    select 1 from calls where ${OPEN_STATE}
      and (caller_number = any(${[...person.numbers]}::text[]) or ${calls}) limit 1`.execute(trx);
  if (rows.length > 0) throw new Withdrawn({ outcome: 'on_the_line' });
}

/** Counters hold numbers as hashes, which can be tried out. */
async function forgetCounters(trx: StoreTransaction['trx'], number: string): Promise<void> {
  const hash = hashOfNumber(number);
  await sql`delete from identity_tries where number_hash = ${hash}`.execute(trx);
  await sql`delete from outbound_counts where scope = 'number' and key like ${`${hash}/%`}`.execute(trx);
}
