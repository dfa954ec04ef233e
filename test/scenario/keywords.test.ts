import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { withKeywords } from '../../src/scenario/keywords.ts';
import { loadScenario } from '../../src/scenario/load.ts';

const scenario = await loadScenario('attendance-ja', packageRoot());
const own = scenario.transcription.keywords;

const added = (...names: string[]) => withKeywords(scenario, names).transcription.keywords.slice(own.length);

t.test('names are added behind those of the scenario, each once', async (t) => {
  t.same(added('新卒向け会社紹介', '見本商事', '見本商事', own[0] ?? ''), ['新卒向け会社紹介', '見本商事']);
});

t.test('an address is taken apart into what may be said', async (t) => {
  t.same(added('渋谷会場（見本ビル 12階）'), ['渋谷会場', '見本ビル', '12階']);
});

t.test('numbers, mail and web addresses are no names', async (t) => {
  t.same(added('03-1234-0000', 'saiyo@example.com', 'https://example.com/meet', '1234567', '株'), []);
});

t.test('a name as long as a sentence is left out', async (t) => {
  t.same(added('あ'.repeat(31)), []);
});

t.test('there are a hundred keywords at most', async (t) => {
  const names = Array.from({ length: 300 }, (_, index) => `会場その${index}`);
  t.equal(withKeywords(scenario, names).transcription.keywords.length, 100);
});

t.test('the scenario itself stays as it was', async (t) => {
  withKeywords(scenario, ['見本商事']);
  t.equal(scenario.transcription.keywords, own);
  t.ok(Object.isFrozen(withKeywords(scenario, []).transcription.keywords));
});
