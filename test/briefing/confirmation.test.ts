import fc from 'fast-check';
import t from 'tap';
import { judgeAnswer, type Question } from '../../src/briefing/confirmation.ts';
import { ANSWER_GROUPS } from './confirmation-answers.ts';

const CASES = ANSWER_GROUPS.flatMap(({ title, question, verdict, ask, answers }) =>
  answers.map((answer) => ({
    title,
    question,
    answer,
    verdict: ask === undefined ? { kind: verdict } : { kind: verdict, ask },
  })),
);

for (const { title, question, answer, verdict } of CASES) {
  t.test(`${title}: 「${answer}」`, async (t) => {
    t.same(judgeAnswer(answer, question), verdict);
  });
}

t.test('the table holds at least 320 answers', async (t) => {
  t.ok(CASES.length >= 320, String(CASES.length));
});

/** Words that say nothing about the question, wherever they stand. */
const POLITE = [
  'すみません',
  '恐れ入ります',
  'えっと',
  'あのー',
  'あ、',
  'もしもし',
  'どうも',
  'ありがとうございます',
  'よろしくお願いします',
  '宜しくお願いいたします',
  'お手数おかけします',
  '失礼します',
  'です',
  'ですね',
  'ね',
  'よ',
  '、',
  '。',
  '！',
  ' ',
  '　',
  '…',
];
const polite = fc.array(fc.constantFrom(...POLITE), { maxLength: 3 }).map((words) => words.join(''));
/** What よろしくお願いします completes: それで、よろしくお願いします, 変更を、よろしくお願いします. */
const COMPLETED = /それで|only begun/u;
const oneCase = fc.constantFrom(...CASES);
const proposal = ({ question }: { question: Question }): boolean =>
  question.kind === 'read_back' || question.kind === 'yes_or_no';
const oneProposal = fc.constantFrom(...CASES.filter(proposal));

t.test('politeness never turns a no, a correction or an unclear answer into a yes', async () => {
  const unclear = CASES.filter(
    (one) =>
      proposal(one) &&
      ['no', 'correction', 'ambiguous'].includes(one.verdict.kind) &&
      !one.title.includes('goes on'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...unclear), polite, polite, ({ answer, question }, before, after) => {
      const { kind } = judgeAnswer(before + answer + after, question);
      return kind !== 'yes' && kind !== 'weak_yes';
    }),
    { numRuns: 3_000 },
  );
});

t.test(
  'a sentence that is not at its end is no yes, whatever is said around it that says nothing',
  async () => {
    const begun = CASES.filter(({ title }) => /only begun|goes on/u.test(title));
    const idle = fc.constantFrom(...POLITE.filter((words) => !words.includes('しくお願い')));
    fc.assert(
      fc.property(
        fc.constantFrom(...begun),
        idle,
        idle,
        idle,
        ({ answer, question }, before, after, more) => {
          const { kind } = judgeAnswer(before + answer + after + more, question);
          return kind !== 'yes' && kind !== 'weak_yes';
        },
      ),
      { numRuns: 1_000 },
    );
  },
);

t.test('politeness around what is no answer never makes a full yes of it', async () => {
  const none = CASES.filter(
    (one) => proposal(one) && one.verdict.kind === 'unrelated' && !COMPLETED.test(one.answer + one.title),
  );
  fc.assert(
    fc.property(fc.constantFrom(...none), polite, polite, ({ answer, question }, before, after) => {
      return judgeAnswer(before + answer + after, question).kind !== 'yes';
    }),
    { numRuns: 1_000 },
  );
});

t.test('a no beside a yes is never a yes, in either order', async () => {
  const yes = CASES.filter((one) => proposal(one) && ['yes', 'weak_yes'].includes(one.verdict.kind));
  const no = CASES.filter((one) => proposal(one) && ['no', 'correction'].includes(one.verdict.kind));
  const gap = fc.constantFrom('', '、', '。', ' ', 'あ、');
  fc.assert(
    fc.property(
      fc.constantFrom(...yes),
      fc.constantFrom(...no),
      gap,
      fc.boolean(),
      (one, other, between, turn) => {
        const [first, second] = turn ? [one, other] : [other, one];
        const { kind } = judgeAnswer(first.answer + between + second.answer, {
          ...other.question,
          kind: one.question.kind,
        });
        return kind !== 'yes' && kind !== 'weak_yes';
      },
    ),
    { numRuns: 5_000 },
  );
});

t.test('a doubt beside a yes is never a yes', async () => {
  const yes = CASES.filter((one) => proposal(one) && one.verdict.kind === 'yes');
  const doubt = fc.constantFrom(
    'たぶん',
    'かもしれません',
    'と思います',
    'うーん',
    'ちょっと',
    'けど',
    '？',
    'ですか',
    '待ってください',
    'もう一度',
    'どうしよう',
  );
  fc.assert(
    fc.property(fc.constantFrom(...yes), doubt, ({ answer, question }, words) => {
      const { kind } = judgeAnswer(answer + words, question);
      return kind !== 'yes' && kind !== 'weak_yes';
    }),
    { numRuns: 1_000 },
  );
});

t.test('a yes with anything that is not understood is never a yes', async () => {
  const yes = CASES.filter((one) => proposal(one) && one.verdict.kind === 'yes');
  const foreign = fc
    .stringMatching(/^[亜-腕a-z]{1,6}$/u)
    .filter((words) => judgeAnswer(words, { kind: 'read_back' }).kind === 'unrelated');
  fc.assert(
    fc.property(fc.constantFrom(...yes), foreign, fc.boolean(), ({ answer, question }, words, before) => {
      const { kind } = judgeAnswer(before ? `${words}、${answer}` : `${answer}、${words}`, question);
      return kind !== 'yes' && kind !== 'weak_yes';
    }),
    { numRuns: 1_000 },
  );
});

t.test('width, script and punctuation do not change a verdict', async () => {
  const written = (text: string, how: number): string => {
    if (how === 0) return text.normalize('NFKD');
    if (how === 1) return text.replace(/[ぁ-ゖ]/gu, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
    if (how === 2) return text.replace(/\d/gu, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    if (how === 3) return text.replace(/[、。！]/gu, '');
    return Array.from(text.normalize('NFKC')).join(' ');
  };
  fc.assert(
    fc.property(oneCase, fc.integer({ min: 0, max: 4 }), ({ answer, question, verdict }, how) => {
      return judgeAnswer(written(answer, how), question).kind === verdict.kind;
    }),
    { numRuns: 3_000 },
  );
});

t.test('any text at all gets a verdict, and long talk is no yes', async (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      oneProposal,
      (text, { question }) => judgeAnswer(text, question).kind !== 'yes',
    ),
    { numRuns: 500 },
  );
  t.not(judgeAnswer('はい、お願いします。'.repeat(40), { kind: 'read_back' }).kind, 'yes');
});
