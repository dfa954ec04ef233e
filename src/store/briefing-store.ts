import type { Atomic } from './atomic.ts';
import type { BriefingStore } from './briefing-ports.ts';
import {
  findApplicantByExternalId,
  findApplicantByReservationCode,
  findApplicantsByPhone,
  findApplicantsBySpokenCode,
  getApplicant,
  listApplicants,
  putApplicant,
} from './briefing/applicants.ts';
import { getBriefing, listBriefings, putBriefing } from './briefing/briefings.ts';
import { findCandidates } from './briefing/candidates.ts';
import { changeAttendance } from './briefing/change.ts';
import { observe, recordActual } from './briefing/observe.ts';
import { takeOutboxEvents } from './briefing/outbox-events.ts';
import { promoteWaiting } from './briefing/promote.ts';
import { register } from './briefing/register.ts';
import { getRegistration, listHistory, listRegistrations, listRoster } from './briefing/registrations.ts';
import { applyRoster } from './briefing/roster-apply.ts';
import { readRosterSnapshot } from './briefing/roster-snapshot.ts';
import { getSlot, listSlots, putSlot } from './briefing/slots.ts';
import { undoChange } from './briefing/undo.ts';
import type { StoreContext } from './context.ts';
import { OPERATION_TIMEOUT_MS } from './operation.ts';

/**
 * The store's operations on briefings. Those that consist of several statements, or are audited, are whole only inside a transaction:
 * `context` is one, or `inTransactions` wraps them.
 */
export function createBriefingStore(context: StoreContext): BriefingStore {
  return {
    putBriefing: async (briefing) => putBriefing(context, briefing),
    getBriefing: async (briefingId) => getBriefing(context, briefingId),
    listBriefings: async (page) => listBriefings(context, page),
    putSlot: async (slot, at) => putSlot(context, slot, at),
    getSlot: async (slotId) => getSlot(context, slotId),
    listSlots: async (briefingId, from) => listSlots(context, briefingId, from),
    putApplicant: async (data, expected) => putApplicant(context, data, expected),
    getApplicant: async (applicantId) => getApplicant(context, applicantId),
    listApplicants: async (page) => listApplicants(context, page),
    findApplicantsByPhone: async (phone) => findApplicantsByPhone(context, phone),
    findApplicantByReservationCode: async (code) => findApplicantByReservationCode(context, code),
    findApplicantsBySpokenCode: async (code) => findApplicantsBySpokenCode(context, code),
    findApplicantByExternalId: async (source, id) => findApplicantByExternalId(context, source, id),
    findCandidates: async (query) => findCandidates(context, query),
    register: async (input) => register(context, input),
    getRegistration: async (registrationId) => getRegistration(context, registrationId),
    listRegistrations: async (applicantId) => listRegistrations(context, applicantId),
    listRoster: async (slotId, page) => listRoster(context, slotId, page),
    listHistory: async (registrationId) => listHistory(context, registrationId),
    changeAttendance: async (input) => changeAttendance(context, input),
    undoChange: async (input) => undoChange(context, input),
    recordActual: async (observations, source, at) => recordActual(context, observations, source, at),
    observe: async (input) => observe(context, input),
    promoteWaiting: async (slotId, at) => promoteWaiting(context, slotId, at),
    readRosterSnapshot: async (briefingId, keys) => readRosterSnapshot(context, briefingId, keys),
    applyRoster: async (plan, at) => applyRoster(context, plan, at),
    takeOutboxEvents: async (limit) => takeOutboxEvents(context, limit),
  };
}

/** Longest application of a roster, in ms: no caller waits for it. */
export const ROSTER_TIMEOUT_MS = 60_000;

/**
 * The same operations outside of a transaction: each that consists of several statements or is audited runs in one of its own. They
 * may be repeated, since a second run finds what the first one did; only a roster's people have no names before they
 * are stored.
 */
export function inTransactions(plain: BriefingStore, atomic: Atomic): BriefingStore {
  return {
    ...plain,
    putBriefing: async (briefing) =>
      atomic('putBriefing', async ({ briefings }) => briefings.putBriefing(briefing)),
    // A person who is new has no name that a second run would know it by.
    putApplicant: async (data, expected) =>
      atomic('putApplicant', async ({ briefings }) => briefings.putApplicant(data, expected), {
        repeat: 'rolled-back',
      }),
    putSlot: async (slot, at) => atomic('putSlot', async ({ briefings }) => briefings.putSlot(slot, at)),
    // Somebody is waiting on the telephone: no longer than for one statement.
    findCandidates: async (query) =>
      atomic('findCandidates', async ({ briefings }) => briefings.findCandidates(query), {
        timeoutMs: OPERATION_TIMEOUT_MS,
      }),
    register: async (input) => atomic('register', async ({ briefings }) => briefings.register(input)),
    changeAttendance: async (input) =>
      atomic('changeAttendance', async ({ briefings }) => briefings.changeAttendance(input)),
    undoChange: async (input) => atomic('undoChange', async ({ briefings }) => briefings.undoChange(input)),
    recordActual: async (observations, source, at) =>
      atomic('recordActual', async ({ briefings }) => briefings.recordActual(observations, source, at)),
    observe: async (input) => atomic('observe', async ({ briefings }) => briefings.observe(input)),
    promoteWaiting: async (slotId, at) =>
      atomic('promoteWaiting', async ({ briefings }) => briefings.promoteWaiting(slotId, at)),
    applyRoster: async (plan, at) =>
      atomic('applyRoster', async ({ briefings }) => briefings.applyRoster(plan, at), {
        timeoutMs: ROSTER_TIMEOUT_MS,
        repeat: 'rolled-back',
      }),
  };
}
