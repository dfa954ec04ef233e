import { legalFrom } from '../../../src/store/states.ts';
import type {
  CallEnd,
  CallFields,
  CallRecord,
  CallSeat,
  CallState,
  ClaimInput,
  NodeStanding,
  Renewal,
  StoredProgress,
  TakenCall,
} from '../../../src/store/ports.ts';
import { storableOrNull } from '../../../src/store/text.ts';
import { isOpen } from './call-states.ts';
import { seatLocks, seatRefusal } from './seats.ts';
import type { Statement, View } from './server.ts';
import type { CallRow } from './tables.ts';

/** Statements on the rows of calls, each with the effect of its SQL in src/store. */

/** As src/store/lease.ts has it, ms. */
const NODE_SILENT_MS = 4_000;
const ROOM_SILENT_MS = 2_000;

const lockOf = (callId: string): string => `call ${callId}`;

/** What a claim found: the epoch, and why there is no place for the call. */
export type Claim = Pick<CallRow, 'epoch' | 'seatRefusal'>;

export function insertClaim(input: ClaimInput, token: string): Statement<Claim | null> {
  return {
    name: 'claimCall',
    locks: [lockOf(input.callId), ...seatLocks(input)],
    run: (view) => {
      const { tables, now } = view;
      if (tables.inbox.get(input.webhookId) !== undefined) return null;
      tables.inbox.set(input.webhookId, { webhookId: input.webhookId, callId: input.callId });
      const sipCallId = storableOrNull(input.sipCallId);
      if (tables.calls.get(input.callId) !== undefined) return null;
      if (sipCallId !== null && tables.sip.get(sipCallId) !== undefined) return null;
      const refusal = seatRefusal(view, input);
      if (sipCallId !== null) tables.sip.set(sipCallId, { callId: input.callId });
      tables.calls.set(input.callId, {
        callId: input.callId,
        sipCallId,
        carrierCallId: storableOrNull(input.carrierCallId),
        state: input.state,
        node: input.node,
        claimToken: token,
        epoch: 1,
        leaseUntil: now + input.leaseMs,
        handedOver: false,
        callerNumber: storableOrNull(input.callerNumber),
        callerWithheld: input.callerWithheld,
        dialledNumber: storableOrNull(input.dialledNumber),
        scenario: input.scenario,
        scenarioVersion: input.scenarioVersion,
        eventCreatedAt: input.eventCreatedAt,
        claimedAt: now,
        acceptedAt: null,
        liveAt: null,
        endedAt: input.endReason === null ? null : now,
        endReason: input.endReason,
        endParty: null,
        endDetail: null,
        noticeProof: 'pending',
        noticePlayedAt: null,
        noticeVersion: null,
        seatRefusal: refusal,
      });
      return { epoch: 1, seatRefusal: refusal };
    },
  };
}

export function findOwnClaim(callId: string, token: string): Statement<Claim | null> {
  return {
    name: 'findOwnClaim',
    locks: [],
    run: ({ tables }) => {
      const row = tables.calls.get(callId);
      return row?.claimToken === token ? row : null;
    },
  };
}

export function letLapse(callId: string, token: string): Statement<void> {
  return {
    name: 'letLapse',
    locks: [lockOf(callId)],
    run: (view) => {
      const row = view.tables.calls.get(callId);
      if (row?.claimToken === token && row.epoch === 1) change(view, row, { leaseUntil: view.now });
    },
  };
}

/** @returns whether the call moved */
export function moveCall(
  callId: string,
  epoch: number,
  from: readonly CallState[],
  to: CallState,
  fields: CallFields,
): Statement<boolean> {
  const legal = legalFrom(from, to);
  return onCall('transition', callId, (view, row) => {
    if (row.epoch !== epoch || !legal.includes(row.state)) return false;
    change(view, row, { state: to, ...given(fields) });
    return true;
  });
}

export function setFields(callId: string, epoch: number, fields: CallFields): Statement<boolean> {
  return onCall('setCallFields', callId, (view, row) => {
    if (row.epoch !== epoch || !isOpen(row)) return false;
    change(view, row, given(fields));
    return true;
  });
}

export function finish(callId: string, epoch: number, end: CallEnd): Statement<boolean> {
  return onCall('finishCall', callId, (view, row) => {
    if (row.epoch !== epoch || !isOpen(row)) return false;
    change(view, row, {
      state: end.state,
      endReason: end.reason,
      endParty: end.party,
      endDetail: storableOrNull(end.detail),
      endedAt: end.endedAt,
    });
    return true;
  });
}

export function isIn(callId: string, epoch: number, state: CallState): Statement<boolean> {
  return {
    name: 'isIn',
    locks: [],
    run: ({ tables }) => {
      const row = tables.calls.get(callId);
      return row?.epoch === epoch && row.state === state;
    },
  };
}

export function renew(
  node: string,
  seats: readonly CallSeat[],
  leaseMs: number,
  standing: NodeStanding,
): Statement<Renewal> {
  return {
    name: 'renewLeases',
    locks: seats.map(({ callId }) => lockOf(callId)),
    run: (view) => {
      const { tables, now } = view;
      tables.nodes.set(node, { node, seenAt: now, ...standing });
      const ours = owned(view, node, seats).map((row) => {
        change(view, row, { leaseUntil: now + leaseMs });
        return row.callId;
      });
      const peers = [...tables.nodes.values()].filter(
        (one) => one.node !== node && !one.draining && one.seenAt > now - NODE_SILENT_MS,
      );
      const roomElsewhere = peers.some(({ room, seenAt }) => room && seenAt > now - ROOM_SILENT_MS);
      return { ours, peers: peers.length, roomElsewhere };
    },
  };
}

export function successors(seats: readonly CallSeat[]): Statement<CallSeat[]> {
  return {
    name: 'findSuccessors',
    locks: [],
    run: ({ tables }) =>
      seats.flatMap(({ callId, epoch }) => {
        const row = tables.calls.get(callId);
        if (row === undefined) return [];
        const attached = row.epoch > epoch && tables.progress.get(callId)?.epoch === row.epoch;
        return attached || !isOpen(row) ? [{ callId, epoch: row.epoch }] : [];
      }),
  };
}

export function release(node: string, seats: readonly CallSeat[]): Statement<string[]> {
  return {
    name: 'releaseCalls',
    locks: seats.map(({ callId }) => lockOf(callId)),
    run: (view) =>
      owned(view, node, seats).map((row) => {
        change(view, row, { handedOver: true, leaseUntil: view.now - 1 });
        return row.callId;
      }),
  };
}

export function forget(node: string): Statement<void> {
  return { name: 'forgetNode', locks: [], run: ({ tables }) => tables.nodes.delete(node) };
}

export function takeLapsed(
  node: string,
  leaseMs: number,
  limit: number,
  except: readonly string[],
): Statement<TakenCall[]> {
  return {
    name: 'takeLapsedCalls',
    locks: [],
    run: (view) => {
      const lapsed: CallRow[] = [];
      for (const row of view.tables.calls.values()) {
        if (isOpen(row) && row.leaseUntil < view.now && !except.includes(row.callId)) lapsed.push(row);
      }
      const taken = lapsed
        .filter(({ callId }) => !view.isLocked(lockOf(callId)))
        .sort((a, b) => a.leaseUntil - b.leaseUntil)
        .slice(0, limit)
        .map((row) => {
          const next = change(view, row, {
            node,
            epoch: row.epoch + 1,
            handedOver: false,
            leaseUntil: view.now + leaseMs,
          });
          return { ...recordOf(view, next), handedOver: row.handedOver };
        });
      return taken.sort((a, b) => a.claimedAt - b.claimedAt || (a.callId < b.callId ? -1 : 1));
    },
  };
}

export function findProgress(callId: string): Statement<StoredProgress | null> {
  return {
    name: 'readProgress',
    locks: [],
    run: ({ tables, now }) => {
      const row = tables.calls.get(callId);
      if (row === undefined || !isOpen(row)) return null;
      const progress = tables.progress.get(callId);
      const body: unknown = progress === undefined ? null : JSON.parse(progress.body);
      return { body, ageMs: Math.max(0, now - row.claimedAt) };
    },
  };
}

export function findCall(callId: string): Statement<CallRecord | null> {
  return {
    name: 'getCall',
    locks: [],
    run: (view) => {
      const row = view.tables.calls.get(callId);
      return row === undefined ? null : recordOf(view, row);
    },
  };
}

export function newestCalls(limit: number): Statement<CallRecord[]> {
  return {
    name: 'listCalls',
    locks: [],
    run: (view) =>
      [...view.tables.calls.values()]
        .sort((a, b) => b.claimedAt - a.claimedAt || (a.callId < b.callId ? -1 : 1))
        .slice(0, limit)
        .map((row) => recordOf(view, row)),
  };
}

function onCall(
  name: string,
  callId: string,
  work: (view: View, row: CallRow) => boolean,
): Statement<boolean> {
  return {
    name,
    locks: [lockOf(callId)],
    run: (view) => {
      const row = view.tables.calls.get(callId);
      return row !== undefined && work(view, row);
    },
  };
}

function owned({ tables }: View, node: string, seats: readonly CallSeat[]): CallRow[] {
  return seats.flatMap(({ callId, epoch }) => {
    const row = tables.calls.get(callId);
    return row !== undefined && row.epoch === epoch && row.node === node && isOpen(row) ? [row] : [];
  });
}

function change({ tables }: View, row: CallRow, changes: Partial<CallRow>): CallRow {
  const next = { ...row, ...changes };
  tables.calls.set(row.callId, next);
  return next;
}

/** The fields that are named: an absent one keeps its value. */
function given(fields: CallFields): Partial<CallRow> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function recordOf({ tables }: View, row: CallRow): CallRecord {
  const {
    claimToken: _token,
    leaseUntil: _lease,
    handedOver: _handed,
    seatRefusal: refusal,
    ...record
  } = row;
  let costUsd: number | null = 0;
  for (const usage of tables.usage.values()) {
    if (usage.callId === row.callId)
      costUsd = costUsd === null || usage.costUsd === null ? null : costUsd + usage.costUsd;
  }
  return {
    ...record,
    costUsd,
    ...(refusal === null ? {} : { seatRefusal: refusal }),
  };
}
