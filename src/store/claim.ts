import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { StoreContext } from './context.ts';
import { hint } from './hints.ts';
import type { ClaimInput, ClaimResult } from './ports.ts';
import type { CallsTable } from './schema.ts';
import { storableOrNull } from './text.ts';

/** Bytes of the token that makes a repeated claim recognise its own row. */
const TOKEN_BYTES = 8;

/**
 * Stores delivery, call and lease in one statement. `on conflict do nothing` waits for a rival that has not
 * committed yet, so among any number of equal claims exactly one inserts the call.
 */
export async function claimCall(context: StoreContext, input: ClaimInput): Promise<ClaimResult> {
  const token = context.random.hex(TOKEN_BYTES);
  return context.run(
    'claimCall',
    async (attempt) => {
      const own = attempt.unsure ? await findOwnClaim(context, input, token) : null;
      const claim = own ?? (await insert(context, input, token));
      if (claim === null) return { outcome: 'duplicate' };
      if (input.endReason !== null) context.audit?.ended(input.callId, context.now());
      if (attempt.late()) await letLapse(context, input, token);
      const refusal = claim.seat_refusal === 'policy' ? null : claim.seat_refusal;
      return { outcome: 'claimed', epoch: claim.epoch, ...(refusal === null ? {} : { refusal }) };
    },
    { timeoutMs: context.claimTimeoutMs },
  );
}

type Claim = Pick<Selectable<CallsTable>, 'epoch' | 'seat_refusal'>;

async function insert(context: StoreContext, input: ClaimInput, token: string): Promise<Claim | null> {
  const createdAt = new Date(input.eventCreatedAt);
  const { rows } = await sql<Claim>`
    with delivery as (
      insert into inbox (webhook_id, event_id, event_type, event_created_at, call_id)
      values (${input.webhookId}, ${input.eventId}, ${input.eventType}, ${createdAt}, ${input.callId})
      on conflict (webhook_id) do nothing
      returning call_id
    )
    insert into calls (call_id, sip_call_id, carrier_call_id, state, node, claim_token, lease_until,
      caller_number, caller_withheld, dialled_number, scenario, scenario_version, event_created_at,
      end_reason, ended_at, seat_refusal)
    select call_id, ${storableOrNull(input.sipCallId)}::text, ${storableOrNull(input.carrierCallId)}::text,
      ${input.state}::text, ${input.node}::text, ${token}::text,
      clock_timestamp() + ${input.leaseMs}::float8 * interval '1 millisecond',
      ${storableOrNull(input.callerNumber)}::text, ${input.callerWithheld}::boolean,
      ${storableOrNull(input.dialledNumber)}::text, ${input.scenario}::text, ${input.scenarioVersion}::text,
      ${createdAt}::timestamptz, ${input.endReason}::text,
      case when ${input.endReason}::text is null then null else clock_timestamp() end,
      ${seatRefusal(input)}
    from delivery
    on conflict do nothing
    returning epoch, seat_refusal`.execute(context.db);
  return rows[0] ?? null;
}

/** Looks for a place when the row is made, behind the locks of the limits that are set. */
function seatRefusal(input: ClaimInput): RawBuilder<unknown> {
  if (input.refused === true || input.endReason !== null) return sql`'policy'`;
  const { limits } = input;
  if (limits === undefined || Object.values(limits).every((limit) => limit === 0)) return sql`null`;
  return sql`seat_refusal(${storableOrNull(input.callerNumber)}::text, ${storableOrNull(input.dialledNumber)}::text,
    ${limits.fleet}::integer, ${limits.perNumber}::integer, ${limits.perCaller}::integer,
    ${limits.perCallerAndHour}::integer)`;
}

async function findOwnClaim(context: StoreContext, input: ClaimInput, token: string): Promise<Claim | null> {
  const { rows } = await sql<Claim>`
    select epoch, seat_refusal from calls where call_id = ${input.callId} and claim_token = ${token}`.execute(
    context.db,
  );
  return rows[0] ?? null;
}

/**
 * A claim that is stored after its deadline was answered as an outage, so this process does not serve the
 * call. Its lease ends now instead of in its time: whoever sweeps next takes the call.
 */
async function letLapse(context: StoreContext, input: ClaimInput, token: string): Promise<void> {
  await sql`
    with lapsed as (
      update calls set lease_until = clock_timestamp()
      where call_id = ${input.callId} and claim_token = ${token} and epoch = 1
      returning 1
    )
    select ${hint('call')} from lapsed`.execute(context.db);
}
