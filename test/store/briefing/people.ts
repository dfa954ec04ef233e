import { sql } from 'kysely';
import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { NOW, briefingOf, changeOf, known, personOf, planned, registered, slotOf } from './fixtures.ts';

function named(full: string, fullKana: string): { name: ReturnType<typeof personOf>['name'] } {
  const name = { full, family: null, given: null, fullKana, familyKana: null, givenKana: null };
  return { name };
}

export async function peopleContract(t: Test, store: Store): Promise<void> {
  const { briefings } = store;

  await t.test('briefings, slots and applicants are read back as they were stored', async (t) => {
    const [slotId = ''] = await planned(store, [3]);
    t.same(await briefings.getBriefing('b'), briefingOf('b'));
    t.same(await briefings.getSlot(slotId), {
      ...slotOf('b', 1, { capacity: 3 }),
      taken: 0,
      free: 3,
      waiting: 0,
    });
    const applicantId = await known(store, 1);
    t.same(await briefings.getApplicant(applicantId), {
      ...personOf(1),
      reservationCode: 'R1',
      applicantId,
      version: 1,
    });
    t.equal(await briefings.getBriefing('none'), null);
    t.equal(await briefings.getApplicant('none\0'), null);
    t.match(await briefings.putSlot(slotOf('none', 1), NOW), { outcome: 'not_found', what: 'briefing' });
  });

  await t.test('applicants are found by any of their numbers, by code and by id', async (t) => {
    await planned(store, []);
    const shared = '+81300000000';
    const a = await known(store, 1, { phones: ['+819000000001', shared] });
    const b = await known(store, 2, { phones: [shared] });
    t.same(
      (await briefings.findApplicantsByPhone(shared)).map((person) => person.applicantId).sort(),
      [a, b].sort(),
    );
    t.same(await briefings.findApplicantsByPhone('+81399999999'), []);
    t.equal((await briefings.findApplicantByReservationCode(' ｒ―１ '))?.applicantId, a);
    t.equal(await briefings.findApplicantByReservationCode('R9'), null);
    t.equal((await briefings.findApplicantByExternalId('ats', 'E2'))?.applicantId, b);
    t.equal(await briefings.findApplicantByExternalId('other', 'E2'), null);
  });

  await t.test(
    'a code is found as it is said: letters that sound like digits, and marks left out',
    async (t) => {
      await planned(store, []);
      const a = await known(store, 1, { reservationCode: 'OI-9Q' });
      const b = await known(store, 2, { reservationCode: '0199' });
      const c = await known(store, 3, { reservationCode: 'AB.12' });
      const found = async (code: string) =>
        (await briefings.findApplicantsBySpokenCode(code)).map(({ applicantId }) => applicantId).toSorted();
      t.same(await found('OI9Q'), [a, b].toSorted(), 'both sound the same');
      t.same(await found('ゼロイチキュウキュウ'), [a, b].toSorted());
      t.same(await found('エービーいちに'), [c]);
      t.same(await found('ZZ99'), []);
      t.same(await found(''), []);
    },
  );

  await t.test('a key of somebody else is refused and named', async (t) => {
    await planned(store, []);
    const a = await known(store, 1);
    await known(store, 2);
    const put = briefings.putApplicant;
    t.match(await put(personOf(1, { reservationCode: null }), null), { field: 'externalId' });
    t.match(await put(personOf(1, { externalId: null }), null), { field: 'reservationCode' });
    const expected = { applicantId: a, version: 1 };
    t.match(await put(personOf(1, { reservationCode: 'R-2' }), expected), { field: 'reservationCode' });
    t.match(await put(personOf(1, { university: null }), expected), { applicant: { version: 2 } });
    t.match(await put(personOf(1), expected), { outcome: 'conflict', field: 'version' });
    t.match(await put(personOf(9), { applicantId: 'none', version: 1 }), { outcome: 'not_found' });
  });

  await t.test('candidates are the people whose names sound alike, the likest first', async (t) => {
    await planned(store, []);
    await known(store, 1, named('坂田 銀', 'サカタ ギン'));
    await known(store, 2, named('坂田 実', 'さかだ みのる'));
    await known(store, 3, named('東海林 太郎', 'ショウジ タロウ'));
    const search = async (kana: string): Promise<string[]> => {
      const query = { kana, university: null, briefingId: null, slotId: null, limit: 10 };
      return (await briefings.findCandidates(query)).map(({ applicant }) => applicant.name.full);
    };
    t.same(await search('さかた ぎん'), ['坂田 銀', '坂田 実']);
    t.same((await search('サカタ')).sort(), ['坂田 実', '坂田 銀']);
    t.same(await search('しょーじたろう'), ['東海林 太郎']);
    t.same(await search('ヤマダ'), []);
    t.same(await search('坂田'), [], 'kanji are no sounds');
  });

  await t.test('candidates are narrowed by university, briefing and slot', async (t) => {
    const [one = '', two = ''] = await planned(store, [5, 5]);
    const a = await registered(store, 1, one);
    await registered(store, 2, two);
    await known(store, 3, { university: '例大学' });
    const all = { kana: null, university: null, briefingId: null, slotId: null, limit: 10 };
    t.equal((await briefings.findCandidates(all)).length, 3);
    t.equal((await briefings.findCandidates({ ...all, limit: 1 })).length, 1);
    t.equal((await briefings.findCandidates({ ...all, university: '例' })).length, 1);
    t.equal((await briefings.findCandidates({ ...all, university: '%' })).length, 0);
    t.equal((await briefings.findCandidates({ ...all, briefingId: 'b' })).length, 2);
    t.match(await briefings.findCandidates({ ...all, slotId: one }), [
      { applicant: { applicantId: a.applicantId }, score: 1 },
    ]);
  });

  await t.test('an applicant is registered once for a briefing, however many try at once', async (t) => {
    const [one = '', two = ''] = await planned(store, [5, 5]);
    const applicantId = await known(store, 1);
    const results = await Promise.all(
      Array.from({ length: 10 }, async (_, index) =>
        briefings.register({
          applicantId,
          slotId: index % 2 === 0 ? one : two,
          source: { kind: 'system' },
          at: NOW,
        }),
      ),
    );
    t.equal(results.filter((result) => result.outcome === 'registered').length, 1);
    t.equal(results.filter((result) => result.outcome === 'exists').length, 9);
    t.match(await briefings.listRegistrations(applicantId), [
      { briefing: { briefingId: 'b' }, slot: { taken: 1 }, registration: { status: 'not_confirmed' } },
    ]);
    t.match(
      await briefings.register({ applicantId: 'x', slotId: one, source: { kind: 'system' }, at: NOW }),
      {
        outcome: 'not_found',
      },
    );
  });

  await t.test('slots are listed by time, on demand only those to come', async (t) => {
    await planned(store, [1, 2, 3]);
    const ids = async (from: number | null): Promise<string[]> =>
      (await briefings.listSlots('b', from)).map((slot) => slot.slotId);
    t.same(await ids(null), ['b-1', 'b-2', 'b-3']);
    t.same(await ids(slotOf('b', 1).startsAt), ['b-2', 'b-3']);
  });

  await t.test('lists are read in parts that follow each other', async (t) => {
    const [slotId = '', other = ''] = await planned(store, [5, 5]);
    for (const number of [1, 2, 3, 4, 5]) await registered(store, number, slotId);
    const late = await registered(store, 6, other);
    await briefings.changeAttendance(changeOf(late, { kind: 'wait', toSlotId: slotId }));
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof briefings.listRoster>> = await briefings.listRoster(slotId, {
        after,
        limit: 2,
      });
      seen.push(...page.items.map((line) => line.registration.registrationId));
      after = page.next;
    } while (after !== null);
    t.equal(new Set(seen).size, 6);
    t.equal(seen.at(-1), late.registrationId, 'the waiting list comes last');

    const people = await briefings.listApplicants({ after: null, limit: 4 });
    const rest = await briefings.listApplicants({ after: people.next, limit: 4 });
    t.equal(new Set([...people.items, ...rest.items].map((person) => person.applicantId)).size, 6);
    t.equal(rest.next, null);
    t.match(await briefings.listBriefings({ after: null, limit: 9 }), { items: [{ briefingId: 'b' }] });
    for (const wrong of ['', '!', 'WyJhIl0', 'WzEsMiwzXQ']) {
      await t.rejects(briefings.listRoster(slotId, { after: wrong, limit: 2 }), { code: 'DW_CURSOR' });
    }
  });

  await t.test('names are found without the trigram extension, too', async (t) => {
    await planned(store, []);
    await known(store, 1, named('坂田 銀', 'サカタ ギン'));
    await sql`drop extension if exists pg_trgm cascade`.execute(store.db);
    const query = { kana: 'さかだ', university: null, briefingId: null, slotId: null, limit: 10 };
    t.match(await briefings.findCandidates(query), [{ applicant: { name: { full: '坂田 銀' } } }]);
  });
}
