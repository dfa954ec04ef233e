import { sql } from 'kysely';
import type { Test } from 'tap';
import { searchKey } from '../../../src/briefing/search-key.ts';
import type { Store } from '../../../src/store/open.ts';
import { truncateBriefings } from './fixtures.ts';

const FAMILIES =
  `アオキ アベ イトウ イノウエ イ エンドウ オガワ オノ カトウ キムラ キ コバヤシ ゴトウ サイトウ サカタ サカモト ササキ サトウ
  シマ ショウジ スズキ タカハシ タナカ タムラ ナカムラ ニシムラ ハヤシ ババ ハセガワ マツモト ミ ミホン モリ ヤマグチ ヤマザキ ヤマダ
  ヤマモト ヨシダ リン ワタナベ`.split(/\s+/);
const GIVEN =
  `アイ アオイ アキラ イチロウ カナ ケン ケンジ コウタ ギン サクラ ジュン タロウ ツバサ ナオ ハナ ハナコ ヒロシ マイ ミサキ ミノル
  モリオ ユイ ユウキ リン リンタロウ レン`.split(/\s+/);

/** As callers say them, and as they are misheard. */
const SPOKEN = [
  ...FAMILIES,
  ...GIVEN,
  ...FAMILIES.flatMap((family, index) => {
    const full = `${family}${GIVEN[index % GIVEN.length] ?? ''}`;
    const middle = Math.floor(full.length / 2);
    return [
      full,
      full.slice(1),
      `${full}デス`,
      `${full.slice(0, middle)}ア${full.slice(middle + 1)}`,
      Array.from(full).toReversed().join(''),
    ];
  }),
  'しょーじたろう',
  'さかだ みのる',
  'アアアアア',
  'ヌヌ',
  'ン',
];

const LEAST_LIKENESS = 0.2;
const LIMIT = 100;

/** The roster of all these names. */
async function plantNames(store: Store): Promise<void> {
  await truncateBriefings(store);
  const names = FAMILIES.flatMap((family) => GIVEN.map((given) => `${family}${given}`)).concat('');
  await sql`insert into applicants (applicant_id, full_name, full_kana, kana_key, phones, source)
    select 'p' || number, '見本', name, key, '{}', 'test'
    from unnest(${names}::text[], ${names.map(searchKey)}::text[]) with ordinality as one (name, key, number)`.execute(
    store.db,
  );
  await sql`analyze applicants`.execute(store.db);
}

/** Who is found when everybody on the roster is compared. */
async function comparedWithAll(
  store: Store,
  kana: string,
  trigrams: boolean,
): Promise<readonly (readonly [string, number])[]> {
  const key = searchKey(kana);
  const parts = sql`case
    when kana_key = ${key} then 1
    when starts_with(kana_key, ${key}) or (kana_key <> '' and starts_with(${key}, kana_key)) then 0.8
    when strpos(kana_key, ${key}) > 0 then 0.6
    when starts_with(kana_key, ${key.slice(0, 2)}) then 0.3
    else 0 end`;
  const score = trigrams
    ? sql`greatest(similarity(kana_key, ${key}), 0.9 * word_similarity(${key}, kana_key), ${parts})`
    : parts;
  const { rows } = await sql<{ applicant_id: string; score: number }>`
    select * from (select applicant_id, kana_key, (${score})::float8 as score from applicants) scored
    where score >= ${LEAST_LIKENESS} order by score desc, kana_key, applicant_id limit ${LIMIT}`.execute(
    store.db,
  );
  return rows.map((row) => [row.applicant_id, row.score]);
}

/** The indexes leave nobody out. */
export async function likenessContract(t: Test, store: Store, trigrams: boolean): Promise<void> {
  await t.test(
    `a name finds who is found among all, ${trigrams ? 'with' : 'without'} trigrams`,
    async (t) => {
      await plantNames(store);
      let found = 0;
      for (const kana of SPOKEN) {
        const query = { kana, university: null, briefingId: null, slotId: null, limit: LIMIT };
        const candidates = await store.briefings.findCandidates(query);
        const expected = await comparedWithAll(store, kana, trigrams);
        found += expected.length;
        const same = candidates.map(({ applicant, score }) => [applicant.applicantId, score]);
        if (JSON.stringify(same) !== JSON.stringify(expected)) t.same(same, expected, kana);
      }
      t.ok(found > SPOKEN.length, `${found} people for ${SPOKEN.length} names`);
    },
  );
}
