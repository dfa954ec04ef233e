import { sql, type Selectable } from 'kysely';
import type { AuditEntry, AuditPayload, AuditRow, AuditSigner } from '../audit-ports.ts';
import { tokyoTime } from '../../briefing/spoken-calendar.ts';
import type { Clock } from '../../lib/clock.ts';
import { toEvent } from '../briefing/rows.ts';
import type { RegistrationEventsTable } from '../briefing/tables.ts';
import type { StoreContext } from '../context.ts';
import { endedPayload, FACT_COLUMNS, type CallFacts } from './facts.ts';
import { atDesk, callChain, deskChain, eventText, GENESIS, headText, plainPayload, rowText } from './text.ts';

/** A change of attendance, whose digest is taken when the transaction ends. */
interface Change {
  readonly registrationId: string;
  readonly version: number;
}

interface Noted {
  readonly entry: AuditEntry;
  readonly change?: Change;
  /** The chain ends with this row. */
  readonly last?: boolean;
}

interface Head {
  readonly sequence: number;
  readonly mac: string;
  readonly sealed: boolean;
}

/** Chains of one day at the desk, at most: one is enough unless clocks disagree at midnight. */
const MAX_PARTS = 10;

/**
 * What one transaction has to say to the audit. It is collected while the transaction runs and written at its end, so
 * that the heads of chains are held for a moment only; in the order of their names, so that nobody deadlocks.
 */
export class AuditBook {
  readonly #signer: AuditSigner;
  readonly #clock: Clock;
  readonly #noted: Noted[] = [];
  readonly #over = new Set<string>();

  constructor(signer: AuditSigner, clock: Clock) {
    this.#signer = signer;
    this.#clock = clock;
  }

  add(entry: AuditEntry): void {
    this.#noted.push({ entry });
  }

  /** A registration's history has grown by this version. */
  changed(change: Change, entry: Omit<AuditEntry, 'kind' | 'payload'>): void {
    this.#noted.push({ entry: { ...entry, kind: 'attendance.changed', payload: {} }, change });
  }

  /** A call has reached its final state: its chain is closed. */
  ended(callId: string, at: number): void {
    this.#noted.push({
      entry: { callId, at, actor: 'system', kind: 'call.ended', payload: {} },
      last: true,
    });
  }

  /** The day of a chain at the desk is over. */
  seal(chain: string): void {
    this.#over.add(chain);
  }

  /** Writes everything. Nothing is noted after it. */
  async write(context: StoreContext): Promise<void> {
    const noted = await this.#withDigests(context);
    const desk = noted.filter(({ entry }) => entry.callId === null);
    const callIds = new Set(noted.flatMap(({ entry }) => (entry.callId === null ? [] : [entry.callId])));
    for (const callId of [...callIds].toSorted()) {
      const own = noted.filter(({ entry }) => entry.callId === callId);
      const late = await this.#writeCall(context, callId, own);
      desk.push(...late.map((one) => ({ ...one, entry: atDesk(one.entry) })));
    }
    for (const chain of [...this.#over].toSorted()) {
      const head = await lockHead(context, chain, this.#signer.keyId);
      if (!head.sealed) await this.#append(context, chain, head, [], true);
    }
    if (desk.length > 0) await this.#writeDesk(context, desk);
  }

  /** @returns what came after the chain was sealed */
  async #writeCall(
    context: StoreContext,
    callId: string,
    noted: readonly Noted[],
  ): Promise<readonly Noted[]> {
    const chain = callChain(callId);
    const head = await lockHead(context, chain, this.#signer.keyId);
    if (head.sealed) return noted;
    const last = noted.some((one) => one.last === true);
    const facts = head.sequence === 0 || last ? await factsOf(context, callId) : null;
    const entries = noted.map(({ entry, last: end }) =>
      end === true && facts !== null ? { ...entry, payload: endedPayload(facts) } : entry,
    );
    if (head.sequence === 0 && facts !== null) entries.unshift(claimed(callId, facts));
    await this.#append(context, chain, head, entries, last);
    return [];
  }

  async #writeDesk(context: StoreContext, noted: readonly Noted[]): Promise<void> {
    const { day } = tokyoTime(this.#clock.now());
    for (let part = 1; part <= MAX_PARTS; part += 1) {
      const chain = deskChain(day, part);
      const head = await lockHead(context, chain, this.#signer.keyId);
      if (head.sealed) continue;
      await this.#append(
        context,
        chain,
        head,
        noted.map(({ entry }) => entry),
        false,
      );
      return;
    }
    throw new RangeError(`every chain of ${day} is sealed`);
  }

  async #append(
    context: StoreContext,
    chain: string,
    head: Head,
    entries: readonly AuditEntry[],
    seal: boolean,
  ): Promise<void> {
    const rows: AuditRow[] = [];
    const { keyId } = this.#signer;
    let prevMac = head.mac;
    const all = seal ? [...entries, sealing(head.sequence + entries.length, this.#clock.now())] : entries;
    for (const entry of all) {
      const row = {
        chain,
        sequence: head.sequence + rows.length + 1,
        at: entry.at,
        actor: entry.actor,
        kind: entry.kind,
        payload: plainPayload(entry.payload),
        keyId,
        prevMac,
      };
      const mac = this.#signer.mac(rowText(row));
      rows.push({ ...row, mac });
      prevMac = mac;
    }
    const sequence = head.sequence + rows.length;
    await insert(context, rows, {
      chain,
      sequence,
      mac: prevMac,
      headMac: this.#signer.mac(headText(chain, sequence, prevMac)),
      keyId,
      sealed: seal,
    });
  }

  /** The notes, each change with the digest of what its history says by now. */
  async #withDigests(context: StoreContext): Promise<Noted[]> {
    const changes = this.#noted.flatMap(({ change }) => (change === undefined ? [] : [change]));
    if (changes.length === 0) return [...this.#noted];
    const list = JSON.stringify(changes.map(({ registrationId: id, version }) => ({ id, version })));
    const { rows } = await sql<Selectable<RegistrationEventsTable>>`
      select registration_events.* from registration_events
      join jsonb_to_recordset(${list}::text::jsonb) as wanted (id text, version integer)
        on registration_id = wanted.id and registration_events.version = wanted.version`.execute(context.db);
    const digests = new Map(
      rows.map((row) => [`${row.registration_id}/${row.version}`, this.#signer.mac(eventText(toEvent(row)))]),
    );
    // What a savepoint took back has no row and is not noted.
    return this.#noted.flatMap((one) => {
      if (one.change === undefined) return [one];
      const digest = digests.get(`${one.change.registrationId}/${one.change.version}`);
      return digest === undefined ? [] : [{ ...one, entry: withChange(one.entry, one.change, digest) }];
    });
  }
}

function withChange(entry: AuditEntry, { registrationId, version }: Change, digest: string): AuditEntry {
  const payload: AuditPayload = { registration_id: registrationId, version, digest };
  return { ...entry, payload };
}

function claimed(callId: string, facts: CallFacts): AuditEntry {
  return {
    callId,
    at: facts.claimed_at.getTime(),
    actor: 'system',
    kind: 'call.claimed',
    payload: {
      scenario: facts.scenario,
      scenario_version: facts.scenario_version,
      number_withheld: facts.caller_withheld,
    },
  };
}

function sealing(rows: number, at: number): AuditEntry {
  return { callId: null, at, actor: 'system', kind: 'chain.sealed', payload: { rows } };
}

/** The chain's head, kept from others until the transaction ends; a new chain gets one. */
async function lockHead(context: StoreContext, chain: string, keyId: string): Promise<Head> {
  const { rows } = await sql<Head>`
    insert into audit_chains (chain, mac, key_id) values (${chain}, ${GENESIS}, ${keyId})
    on conflict (chain) do update set chain = excluded.chain
    returning sequence, mac, sealed`.execute(context.db);
  if (rows[0] === undefined) throw new RangeError('an upsert returned nothing');
  return rows[0];
}

async function factsOf(context: StoreContext, callId: string): Promise<CallFacts | null> {
  const { rows } = await sql<CallFacts>`
    select ${FACT_COLUMNS} from calls where call_id = ${callId}`.execute(context.db);
  return rows[0] ?? null;
}

interface NewHead extends Head {
  readonly chain: string;
  readonly headMac: string;
  readonly keyId: string;
}

async function insert(context: StoreContext, rows: readonly AuditRow[], head: NewHead): Promise<void> {
  const list = JSON.stringify(rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() })));
  await sql`
    with added as (
      insert into audit_events (chain, sequence, at, actor, kind, payload, key_id, prev_mac, mac)
      select chain, sequence, at, actor, kind, payload, "keyId", "prevMac", mac
      from jsonb_to_recordset(${list}::text::jsonb) as row (chain text, sequence integer, at timestamptz,
        actor text, kind text, payload jsonb, "keyId" text, "prevMac" text, mac text)
    )
    update audit_chains set sequence = ${head.sequence}, mac = ${head.mac}, head_mac = ${head.headMac},
      key_id = ${head.keyId}, sealed = ${head.sealed}
    where chain = ${head.chain}`.execute(context.db);
}
