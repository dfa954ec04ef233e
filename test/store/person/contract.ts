import { sql } from 'kysely';
import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import type { Person } from '../../../src/store/person-ports.ts';
import {
  known,
  NOW,
  outboxKinds,
  registered,
  seatCounts,
  changeOf,
  slotOf,
  TEAM,
} from '../briefing/fixtures.ts';
import {
  CANARIES,
  changedIn,
  clear,
  dump,
  plantCall,
  plantLead,
  plantOutbound,
  plantPerson,
  tracesIn,
} from './plant.ts';

/** What a store promises about persons on either engine. */
export async function personContract(t: Test, store: Store): Promise<void> {
  t.beforeEach(async () => clear(store));

  const one = async (): Promise<Person> => {
    const [person] = await store.people.find({ by: 'phone', phone: CANARIES.phone });
    if (person === undefined) throw new TypeError('nobody was found');
    return person;
  };
  const erase = async (person: Person, changes: { shared?: boolean; dryRun?: boolean } = {}) =>
    store.people.erase({ person, shared: false, dryRun: false, at: NOW, ...changes });

  await t.test('a person is found by number, code, id and id of the source', async (t) => {
    const { applicantId } = await plantPerson(store);
    for (const query of [
      { by: 'phone', phone: CANARIES.phone },
      { by: 'code', code: 'canary 77' },
      { by: 'id', applicantId },
      { by: 'externalId', externalId: CANARIES.externalId, source: null },
      { by: 'externalId', externalId: CANARIES.externalId, source: 'ats' },
    ] as const)
      t.match(await store.people.find(query), [{ applicant: { applicantId } }], query.by);
    t.same(await store.people.find({ by: 'externalId', externalId: CANARIES.externalId, source: 'x' }), []);
    t.same(await store.people.find({ by: 'phone', phone: '+819000000000' }), []);
  });

  await t.test('a number that only called is a person', async (t) => {
    await plantCall(store, 'a', CANARIES.phone, 'もしもし');
    t.same(await store.people.find({ by: 'phone', phone: CANARIES.phone }), [
      { applicant: null, numbers: [CANARIES.phone] },
    ]);
    t.match(await erase(await one()), { outcome: 'erased', removed: { transcript: 2, 'caller number': 1 } });
    t.same(await tracesIn(store), []);
  });

  await t.test('the file holds everything that is stored, with the proof of the notice', async (t) => {
    const { registrationId } = await plantPerson(store);
    await plantOutbound(store, 1, { applicant_id: null });
    await store.calls.saveMessage({
      callId: 'rtc_own',
      naturalKey: 'm',
      callerName: CANARIES.name,
      callbackNumber: CANARIES.phone,
      body: '折り返し',
      at: NOW,
    });
    const file = await store.people.read(await one(), false);
    t.match(file, {
      person: { applicant: { university: CANARIES.university } },
      registrations: [
        { registration: { registrationId }, history: [{ kind: 'created' }, { kind: 'changed' }] },
      ],
      calls: [
        {
          shared: false,
          call: { callId: 'rtc_own', noticeProof: 'played', noticePlayedAt: NOW, noticeVersion: 'v1' },
          turns: [{ text: CANARIES.said }, {}],
          toolCalls: [{ name: 'identify_caller' }],
        },
      ],
      callsLeftOut: 0,
      messagesTaken: [{ body: '折り返し' }],
      messagesSent: [{ recipient: CANARIES.phone }],
    });
  });

  for (const [how, said] of [
    ['the name', '私は金糸雀歌子です'],
    ['the name in kana', 'かなりやうたこ です'],
    ['the number', '番号は 090-9876-5432 です'],
    ['the number in wide digits', '０９０９８７６５４３２'],
    ['the code', 'コードは Canary77 です'],
    ['the address', 'CANARY@example.com へ'],
  ] as const) {
    await t.test(`a call from another number is the person's by ${how}`, async (t) => {
      await plantPerson(store);
      await plantCall(store, 'b', null, said);
      t.equal((await store.people.read(await one(), false)).calls.length, 2);
      await erase(await one());
      t.same(await store.calls.listTurns('rtc_b'), []);
    });
  }

  await t.test('a name in the arguments of a function call is found where a model escaped it', async (t) => {
    await plantPerson(store);
    await plantCall(store, 'b', null, 'もしもし');
    const escaped = String.raw`{"name":"\u91d1\u7cf8\u96c0\u6b4c\u5b50"}`;
    await store.db
      .updateTable('tool_calls')
      .set({ arguments: escaped })
      .where('call_id', '=', 'rtc_b')
      .execute();
    await erase(await one());
    t.match(await store.calls.listToolCalls('rtc_b'), [{ arguments: '{}' }]);
  });

  await t.test('a name that somebody else has names nobody', async (t) => {
    await plantPerson(store);
    await known(store, 2, { name: { ...(await one()).applicant!.name } });
    await plantCall(store, 'b', null, CANARIES.said);
    t.equal((await store.people.read(await one(), false)).calls.length, 1);
  });

  await t.test('a lead under the number of the person, or made in their call, is theirs', async (t) => {
    await plantPerson(store);
    await plantLead(store, 'rtc_own', '+819000000055');
    await plantLead(store, 'rtc_gone', CANARIES.phone);
    await plantLead(store, 'rtc_gone', '+819000000066');
    const { leads } = await store.people.read(await one(), false);
    t.same(leads.map(({ phone }) => phone).toSorted(), ['+819000000055', CANARIES.phone]);
    t.match(leads, [{ contacts: [{ topic: 'apply' }] }, { contacts: [{ topic: 'apply' }] }]);
    t.match(await erase(await one()), { removed: { leads: 2 } });
    t.match((await store.leads.list({ after: null, limit: 10 }, null)).items, [{ phone: '+819000000066' }]);
  });

  await t.test('after erasing, a dump of all tables has no trace of the person', async (t) => {
    const { applicantId } = await plantPerson(store);
    await plantCall(store, 'withheld', null, CANARIES.said);
    await plantOutbound(store, 1, { applicant_id: applicantId, state: 'queued' });
    await plantOutbound(store, 2, { applicant_id: null });
    await plantOutbound(store, 3, { recipient: CANARIES.email });
    await plantOutbound(store, 4, { recipient: '+819000000099', call_id: 'rtc_own' });
    await store.calls.saveMessage({
      callId: 'rtc_withheld',
      naturalKey: 'm',
      callerName: CANARIES.kana,
      callbackNumber: CANARIES.phone,
      body: CANARIES.said,
      at: NOW,
    });
    await plantLead(store, 'rtc_withheld', CANARIES.phone);
    await sql`insert into api_answers values ('k', 'i', 'f', 200, '{}', ${JSON.stringify({ name: CANARIES.name })},
      now() + interval '1 day')`.execute(store.db);
    const planted = await tracesIn(store);
    for (const table of [
      'applicants',
      'turns',
      'tool_calls',
      'calls',
      'messages',
      'outbound_messages',
      'api_answers',
    ])
      t.ok(
        planted.some((line) => line.startsWith(`public.${table} `)),
        `${table} holds a trace before`,
      );
    const hash = (await dump(store)).match(/identity_tries \((\w{32})/)?.[1];
    t.ok(hash, 'and a counter');

    t.match(await erase(await one()), {
      outcome: 'erased',
      removed: { applicants: 1, registrations: 1, 'messages not sent yet': 1, 'messages sent': 3 },
    });
    t.same(await tracesIn(store), []);
    const after = await dump(store);
    t.notOk(after.includes(String(hash)), 'nor a hash of the number');
    t.same(
      after
        .split('\n')
        .filter((line) => line.includes(applicantId) && !line.startsWith('public.audit_events ')),
      [],
      'nor the id, but in the audit, where it names nobody any more',
    );
    t.equal(
      after.split('\n').filter((line) => line.startsWith('public.calls ')).length,
      2,
      'calls are counted on',
    );
    t.match(await sql`select removed from erasures`.execute(store.db), {
      rows: [{ removed: { applicants: 1 } }],
    });
    t.match(
      await sql`select actor, payload from audit_events where kind = 'person.erased'
      order by chain desc, sequence desc limit 1`.execute(store.db),
      {
        rows: [{ actor: 'team', payload: { applicants: 1, messages_sent: 3 } }],
      },
    );
  });

  await t.test('nobody else loses anything', async (t) => {
    await plantPerson(store);
    await store.briefings.putSlot(slotOf('b', 2, {}), NOW);
    const other = await registered(store, 2, 'b-2');
    await plantCall(store, 'other', '+819000000002', '参加します');
    await changedIn(store, 'rtc_other', other.registrationId);
    await plantOutbound(store, 1, { recipient: '+819000000002', applicant_id: other.applicantId });
    await erase(await one());
    t.equal((await store.calls.listTurns('rtc_other')).length, 2);
    t.equal((await store.briefings.listHistory(other.registrationId)).length, 2);
    const [person] = await store.people.find({ by: 'id', applicantId: other.applicantId });
    if (person === undefined) throw new TypeError('the other is gone');
    t.match(await store.people.read(person, false), {
      calls: [{ call: { callId: 'rtc_other' } }],
      messagesSent: [{ recipient: '+819000000002' }],
    });
  });

  await t.test('of a shared number only what is proven to be the person goes', async (t) => {
    const { applicantId } = await plantPerson(store);
    const sister = await known(store, 2, { phones: [CANARIES.phone] });
    await plantCall(store, 'whose', CANARIES.phone, 'もしもし');
    await plantOutbound(store, 1, { applicant_id: sister });
    await plantOutbound(store, 2, { applicant_id: null });
    t.equal((await store.people.find({ by: 'phone', phone: CANARIES.phone })).length, 2);
    const [person] = await store.people.find({ by: 'id', applicantId });
    if (person === undefined) throw new TypeError('nobody');
    t.match(await store.people.read(person, false), {
      calls: [{ call: { callId: 'rtc_own' } }],
      callsLeftOut: 1,
      messagesSent: [],
    });
    t.match(await erase(person), { outcome: 'erased', callsLeftOut: 1 });
    t.equal((await store.calls.listTurns('rtc_whose')).length, 2);
    t.equal((await sql`select 1 from outbound_messages`.execute(store.db)).rows.length, 2);
  });

  await t.test('a call that changed another person is left out unless asked for', async (t) => {
    await plantPerson(store);
    await store.briefings.putSlot(slotOf('b', 2, {}), NOW);
    const other = await registered(store, 2, 'b-2');
    await changedIn(store, 'rtc_own', other.registrationId);
    t.match(await store.people.read(await one(), false), { calls: [], callsLeftOut: 1 });
    t.match(await store.people.read(await one(), true), { calls: [{ shared: true }], callsLeftOut: 0 });
    await erase(await one(), { shared: true });
    t.same(await store.calls.listTurns('rtc_own'), []);
  });

  await t.test('the seat goes to who waits, and they are to be told', async (t) => {
    const { slotId } = await plantPerson(store);
    const waiting = await waits(store, slotId);
    await sql`delete from outbox_events`.execute(store.db);
    t.match(await erase(await one()), { outcome: 'erased', promoted: 1 });
    t.match(await store.briefings.getRegistration(waiting), { registration: { status: 'attending' } });
    t.same(await seatCounts(store), [
      { slotId, taken: 1, held: 1 },
      { slotId: 'b-2', taken: 0, held: 0 },
    ]);
    t.same(await outboxKinds(store), ['attendance.changed', 'attendance.promoted']);
  });

  await t.test('a slot that has begun promotes nobody', async (t) => {
    const { slotId } = await plantPerson(store);
    const waiting = await waits(store, slotId);
    const later = NOW + 10 * 86_400_000;
    t.match(await store.people.erase({ person: await one(), shared: false, dryRun: false, at: later }), {
      promoted: 0,
    });
    t.match(await store.briefings.getRegistration(waiting), { registration: { status: 'waiting' } });
  });

  await t.test('a dry run counts what would go and changes nothing', async (t) => {
    const { slotId } = await plantPerson(store);
    await waits(store, slotId);
    const before = await dump(store);
    const dry = await erase(await one(), { dryRun: true });
    t.equal(await dump(store), before);
    t.same(await erase(await one()), dry);
  });

  await t.test('who is on the telephone is not erased', async (t) => {
    await plantPerson(store);
    await plantCall(store, 'live', CANARIES.phone, 'もしもし', { live: true });
    t.same(await erase(await one()), { outcome: 'on_the_line' });
    t.equal((await store.calls.listTurns('rtc_own')).length, 2);
    await sql`update calls set caller_number = null where call_id = 'rtc_live'`.execute(store.db);
    await store.calls.saveMessage({
      callId: 'rtc_live',
      naturalKey: 'm',
      callerName: null,
      callbackNumber: CANARIES.phone,
      body: 'x',
      at: NOW,
    });
    t.same(await erase(await one()), { outcome: 'on_the_line' }, 'withheld, but about the person');
  });

  await t.test('somebody who was changed meanwhile is not erased by an old view', async (t) => {
    await plantPerson(store);
    const stale = await one();
    const { applicant } = stale;
    if (applicant === null) throw new TypeError('no applicant');
    await store.briefings.putApplicant({ ...applicant, phones: ['+819000000009'] }, applicant);
    t.same(await erase(stale), { outcome: 'changed' });
    t.equal((await store.calls.listTurns('rtc_own')).length, 2, 'and nothing else went');
  });

  await t.test('the record of an erasure stays as it is', async (t) => {
    await plantPerson(store);
    await erase(await one());
    await t.rejects(sql`update erasures set removed = '{}'`.execute(store.db), /stays as it is/);
  });
}

/** Applicant 3 on the waiting list of a slot. @returns the registration's id */
async function waits(store: Store, slotId: string): Promise<string> {
  await store.briefings.putSlot(slotOf('b', 2, {}), NOW);
  const { registrationId } = await registered(store, 3, 'b-2');
  const result = await store.briefings.changeAttendance(
    changeOf({ registrationId }, { kind: 'wait', toSlotId: slotId }, { source: TEAM }),
  );
  if (result.outcome !== 'changed') throw new TypeError(result.outcome);
  return registrationId;
}
