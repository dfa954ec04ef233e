import fc from 'fast-check';
import t from 'tap';
import { foldItaiji, sameKanjiName } from '../../src/briefing/itaiji.ts';
import { isKana, toHiragana, toKatakana } from '../../src/briefing/kana.ts';
import { matchName, nameSimilarity } from '../../src/briefing/name.ts';

/** The least similarity that counts as the same name where identity is decided. */
const SAME = 0.82;

const SAME_NAMES: readonly (readonly [a: string, b: string])[] = [
  ['サトウ ハナコ', 'さとう はなこ'],
  ['サトウ ハナコ', 'ｻﾄｳ ﾊﾅｺ'],
  ['サトウ ハナコ', 'サトー ハナコ'],
  ['サトウ ハナコ', 'サト ハナコ'],
  ['サトウ ハナコ', 'サトウハナコ'],
  ['サトウ ハナコ', 'ハナコ サトウ'],
  ['サトウ ハナコ', 'ハナコサトー'],
  ['サトウ ハナコ', 'サトウ・ハナコさん'],
  ['サトウ ハナコ', 'サトウ　ハナコ様'],
  ['サカタ ケンジ', 'サカダ ケンジ'],
  ['ナカジマ ユウ', 'ナカシマ ユウ'],
  ['ヤマザキ リョウ', 'ヤマサキ リョー'],
  ['オオノ ユウキ', 'オーノ ユーキ'],
  ['オオノ ユウキ', 'オノ ユウキ'],
  ['オオタ ユウコ', 'オータ ユーコ'],
  ['コンノ ケイ', 'コンノ ケー'],
  ['シミズ メイ', 'シミヅ メエ'],
  ['ミヅキ アオイ', 'ミズキ アオイ'],
  ['ヂュンイチ', 'ジュンイチ'],
  ['カヲル', 'カオル'],
  ['ハットリ ショウタ', 'ハトリ ショウタ'],
  ['ハットリ ショウタ', 'ハツトリ シヨウタ'],
  ['キョウコ', 'キヨウコ'],
  ['ショウヘイ', 'ショーヘー'],
  ['ジョン スミス', 'スミス ジョン'],
  ['ジョン・スミス', 'ジョンスミス'],
  ['ヴィクトリア', 'ヴイクトリア'],
  ['アベ タロウ', 'アベ タロー'],
];

const OTHER_NAMES: readonly (readonly [a: string, b: string])[] = [
  ['サトウ ハナコ', 'サトウ ハナエ'],
  ['サトウ ハナコ', 'カトウ ハナコ'],
  ['サトウ ハナコ', 'サイトウ ハナコ'],
  ['ナカムラ ショウタ', 'ナカムラ ショウマ'],
  ['ナカムラショウタ', 'ナカムラショウマ'],
  ['タナカ ケンイチロウ', 'タナカ シンイチロウ'],
  ['ヤマダ タロウ', 'ハマダ タロウ'],
  ['ヤマダ タロウ', 'ヤマダ ジロウ'],
  ['イトウ ミユ', 'イトウ ミク'],
  ['スズキ アイ', 'スズキ マイ'],
  ['タムラ ユイ', 'タナカ ユイ'],
  ['コバヤシ リナ', 'コバヤシ リマ'],
  ['シロタ アキ', 'ヒロタ アキ'],
  ['キムラ レン', 'キムラ ケン'],
  ['サトウ', 'スズキ'],
  ['佐藤', '佐藤'],
  ['', ''],
  ['サトウ', ''],
];

for (const [a, b] of SAME_NAMES) {
  t.test(`${a} and ${b} are one name`, async (t) => {
    t.ok(nameSimilarity(a, b) >= SAME, String(nameSimilarity(a, b)));
  });
}

for (const [a, b] of OTHER_NAMES) {
  t.test(`${a || 'nothing'} and ${b || 'nothing'} are two names`, async (t) => {
    t.ok(nameSimilarity(a, b) < SAME, String(nameSimilarity(a, b)));
  });
}

t.test('the exact name is nearer than any that merely sounds like it', async (t) => {
  t.equal(nameSimilarity('サトウ ハナコ', 'さとう はなこ'), 1);
  t.ok(nameSimilarity('サトウ ハナコ', 'サトー ハナコ') < 1);
  t.ok(nameSimilarity('サトウ ハナコ', 'ハナコ サトウ') < 1);
});

t.test('a family name alone is a part of the name, not the name', async (t) => {
  t.same(matchName('サトー', 'サトウ ハナコ').extent, 'part');
  t.same(matchName('はなこ', 'サトウ ハナコ').extent, 'part');
  t.same(matchName('サトウハナコ', 'サトウ ハナコ').extent, 'full');
  t.same(matchName('サトウ ハナコ', 'サトウ ハナコ'), { extent: 'full', similarity: 1 });
});

const kana = fc.stringMatching(/^[ア-ロワヲンー]{1,8}( [ア-ロワヲンー]{1,8})?$/u);

t.test('similarity is symmetric and lies between 0 and 1', async () => {
  fc.assert(
    fc.property(kana, kana, (a, b) => {
      const there = nameSimilarity(a, b);
      return Math.abs(there - nameSimilarity(b, a)) < 1e-9 && there >= 0 && there <= 1;
    }),
    { numRuns: 300 },
  );
});

t.test('script and width of a name never matter', async () => {
  fc.assert(
    fc.property(
      kana,
      kana,
      (a, b) => nameSimilarity(a, b) === nameSimilarity(toHiragana(a), b.normalize('NFD')),
    ),
    { numRuns: 200 },
  );
});

t.test('any text at all can be compared', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => nameSimilarity(a, b) >= 0),
    { numRuns: 200 },
  );
});

t.test('kana are folded to one script and width', async (t) => {
  t.equal(toKatakana('さとう ﾊﾅｺ'), 'サトウ ハナコ');
  t.equal(toKatakana('ｶﾞｷﾞﾊﾟ'), 'ガギパ');
  t.equal(toHiragana('サトー ﾊﾅｺ'), 'さとー はなこ');
  t.equal(toKatakana('漢字ABC１'), '漢字ABC1');
  t.ok(isKana('さとう ハナコ'));
  t.notOk(isKana('佐藤'));
});

const VARIANTS: readonly (readonly [a: string, b: string])[] = [
  ['髙橋', '高橋'],
  ['山﨑', '山崎'],
  ['渡邉', '渡辺'],
  ['渡邊', '渡辺'],
  ['齋藤', '斎藤'],
  ['齊藤', '斉藤'],
  ['澤田', '沢田'],
  ['濵田', '浜田'],
  ['𠮷田', '吉田'],
  ['廣瀨', '広瀬'],
  ['櫻井', '桜井'],
  ['冨田', '富田'],
  ['慶應', '慶応'],
  ['渡\u{8FBA}\u{E0101}', '渡辺'],
  ['葛\u{FE00}城', '葛城'],
  ['佐藤　花子', '佐藤花子'],
];

for (const [a, b] of VARIANTS) {
  t.test(`${a} is ${b} in another form`, async (t) => {
    t.ok(sameKanjiName(a, b));
  });
}

t.test('other kanji stay other kanji', async (t) => {
  t.notOk(sameKanjiName('高橋', '橋本'));
  t.notOk(sameKanjiName('', ''));
  t.equal(foldItaiji('佐藤'), '佐藤');
});
