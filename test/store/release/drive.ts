import { planRoster } from '../../../src/briefing/roster-compare.ts';
import type { RosterRow } from '../../../src/briefing/roster-plan.ts';
import type { Store } from '../../../src/store/open.ts';
import { COMPLETED, STANDING, claimOf, turnOf, usageOf } from '../fixtures.ts';
import { NOW, TEAM, briefingOf, changeOf, known, personOf, slotOf } from '../briefing/fixtures.ts';

/** Uses every operation of a release's store, one after the other. */
export async function drive(store: Store): Promise<void> {
  await driveCalls(store);
  await driveBriefings(store);
  await driveRosters(store);
}

async function driveCalls({ calls, transact }: Store): Promise<void> {
  await calls.ping();
  for (const name of ['a', 'a', 'b', 'c']) await calls.claimCall(claimOf(name));
  await calls.claimCall(claimOf('lapsed', { leaseMs: -1_000 }));
  await calls.claimCall(claimOf('stale', { state: 'missed', endReason: 'stale' }));
  await calls.transition('rtc_a', 1, ['claimed'], 'accepting');
  await calls.transition('rtc_a', 1, ['accepting'], 'live', {
    acceptedAt: NOW,
    liveAt: NOW,
    noticeVersion: '1',
  });
  await calls.setCallFields('rtc_a', 1, { noticeProof: 'played', noticePlayedAt: NOW });
  await calls.renewLeases('node-a', [{ callId: 'rtc_a', epoch: 1 }], 60_000, STANDING);
  await calls.takeLapsedCalls('node-b', 60_000, 10, ['rtc_c']);
  const progress = { callId: 'rtc_a', epoch: 1, body: '{}' };
  await calls.appendTranscript([turnOf('rtc_a', 'item_1')], [usageOf('rtc_a', 'resp_1')], [progress]);
  const key = { callId: 'rtc_a', functionCallId: 'fc_1', epoch: 1 };
  await calls.beginToolCall(key, 'take_message', '{}', NOW);
  await calls.finishToolCall(key, 'ok', '{"ok":true}', NOW);
  await calls.saveMessage({
    callId: 'rtc_a',
    naturalKey: 'k',
    callerName: 'ヤマダ',
    callbackNumber: null,
    body: '欠席します',
    at: NOW,
  });
  await transact(async ({ calls: inside, tries }) => {
    const other = { callId: 'rtc_a', functionCallId: 'fc_2', epoch: 1 };
    await inside.beginToolCall(other, 'take_message', '{}', NOW);
    await inside.finishToolCall(other, 'failed', '{"ok":false}', NOW);
    await tries.take('+819000000000', '2026-11-23', 5);
    await tries.giveBack('+819000000000', '2026-11-23');
  });
  for (const id of ['rtc_a', 'rtc_none']) await calls.getCall(id);
  await calls.listTurns('rtc_a');
  await calls.listToolCalls('rtc_a');
  await calls.listUsage('rtc_a');
  await calls.listMessages(10);
  await calls.finishCall('rtc_a', 1, COMPLETED);
  await calls.releaseCalls('node-a', [{ callId: 'rtc_b', epoch: 1 }]);
  await calls.readProgress('rtc_a');
  await calls.forgetNode('node-a');
  await calls.listCalls(10);
}

async function driveBriefings(store: Store): Promise<void> {
  const { briefings } = store;
  const page = { after: null, limit: 10 };
  await briefings.putBriefing(briefingOf('b'));
  await briefings.putBriefing(briefingOf('b', { dress: 'スーツ' }));
  await briefings.getBriefing('b');
  await briefings.listBriefings(page);
  for (const number of [1, 2]) await briefings.putSlot(slotOf('b', number, { capacity: 1 }), NOW);
  await briefings.getSlot('b-1');
  await briefings.listSlots('b', NOW);
  const ids = [await known(store, 1), await known(store, 2)];
  const [first = '', second = ''] = ids;
  await briefings.putApplicant(personOf(1, { faculty: '法学部' }), { applicantId: first, version: 1 });
  await briefings.getApplicant(first);
  await briefings.listApplicants(page);
  await briefings.findApplicantsByPhone('+819000000001');
  await briefings.findApplicantByReservationCode('R-1');
  await briefings.findApplicantByExternalId('ats', 'E1');
  const query = { kana: 'ミホンハナコ', university: '見本', briefingId: null, slotId: null, limit: 5 };
  await briefings.findCandidates(query);
  const registrations: string[] = [];
  for (const [applicantId, slotId] of [
    [first, 'b-1'],
    [second, 'b-2'],
  ] as const) {
    const result = await briefings.register({ applicantId, slotId, source: TEAM, at: NOW });
    if (result.outcome === 'registered') registrations.push(result.registration.registrationId);
  }
  const [one = '', two = ''] = registrations;
  await briefings.findCandidates({ ...query, briefingId: 'b', slotId: 'b-1' });
  await briefings.getRegistration(one);
  await briefings.listRegistrations(first);
  await briefings.listRoster('b-1', page);
  await briefings.changeAttendance(changeOf({ registrationId: one }, { kind: 'attend' }));
  await briefings.changeAttendance(changeOf({ registrationId: two }, { kind: 'absent', reason: null }));
  await briefings.changeAttendance(changeOf({ registrationId: one }, { kind: 'move', toSlotId: 'b-2' }));
  await briefings.undoChange({
    registrationId: two,
    version: 2,
    expectedVersion: null,
    memberId: null,
    idempotencyKey: 'undo',
    at: NOW,
  });
  await briefings.recordActual([{ registrationId: one, actual: 'attended' }], TEAM, NOW);
  await briefings.promoteWaiting('b-1', NOW);
  await briefings.listHistory(one);
  await store.transact(async ({ briefings: inside }) => {
    await inside.takeOutboxEvents(50);
  });
}

async function driveRosters({ briefings }: Store): Promise<void> {
  const rows: RosterRow[] = [
    { line: 1, slotId: 'b-1', status: null, applicant: personOf(1) },
    { line: 2, slotId: 'b-1', status: 'waiting', applicant: personOf(3) },
  ];
  const snapshot = await briefings.readRosterSnapshot('b', {
    externalIds: [{ source: 'ats', externalId: 'E1' }],
    reservationCodes: ['R-1'],
    phones: ['+819000000001'],
  });
  if (snapshot !== null) await briefings.applyRoster(planRoster(snapshot, rows), NOW);
}
