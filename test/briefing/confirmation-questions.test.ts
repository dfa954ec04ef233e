import t from 'tap';
import { judgeAnswer } from '../../src/briefing/confirmation.ts';
import { inWords, NEXT_QUESTIONS, questionOf, todayOf } from '../../src/briefing/confirmation-questions.ts';
import type { ProposedChange } from '../../src/briefing/confirmation-read-back.ts';
import type { SpokenSlot } from '../../src/briefing/spoken-format.ts';

const NOW = Date.UTC(2026, 10, 18, 3, 0);
const slot: SpokenSlot = { startsAt: Date.UTC(2026, 10, 24, 5, 0), place: '渋谷会場', online: false };
const other: SpokenSlot = { startsAt: Date.UTC(2026, 10, 26, 1, 30), place: null, online: true };

function verdict(change: ProposedChange, answer: string): string {
  return judgeAnswer(answer, questionOf(change, NOW)).kind;
}

t.test('a proposal asks about its own day and time', async (t) => {
  t.same(questionOf({ kind: 'attend', slot }, NOW), {
    kind: 'read_back',
    about: 'attend',
    dates: ['2026-11-24'],
    times: ['14:00'],
    today: '2026-11-18',
  });
});

t.test('the day that is given up is no yes to a move', async (t) => {
  const move: ProposedChange = { kind: 'move', from: slot, to: other };
  t.equal(verdict(move, 'はい、26日の10時半でお願いします'), 'yes');
  t.equal(verdict(move, 'はい、24日でお願いします'), 'correction');
});

t.test('lateness is answered by the arrival or the start', async (t) => {
  const late: ProposedChange = { kind: 'late', slot, arrivesAt: slot.startsAt + 20 * 60_000 };
  t.equal(verdict(late, 'はい、2時20分ごろでお願いします'), 'yes');
  t.equal(verdict(late, 'はい、2時40分ごろでお願いします'), 'correction');
});

t.test('undecided and absent are restated as they were proposed', async (t) => {
  t.equal(verdict({ kind: 'undecided', slot, decidesAt: null }, '未定でお願いします'), 'yes');
  t.equal(verdict({ kind: 'absent', slot }, '欠席でお願いします'), 'yes');
  t.equal(verdict({ kind: 'attend', slot }, '欠席でお願いします'), 'correction');
});

t.test('a withdrawal is restated as it was proposed, and is more than an absence', async (t) => {
  const withdrawal: ProposedChange = { kind: 'withdraw', slot };
  for (const yes of [
    '辞退します',
    'はい、辞退でお願いします',
    'はい、お願いします',
    'はい、辞退させてください',
  ])
    t.equal(verdict(withdrawal, yes), 'yes', yes);
  for (const other of [
    '参加します',
    '辞退しません',
    'たぶん辞退します',
    '辞退ではなくて欠席です',
    '欠席でお願いします',
    'はい、キャンセルで',
    '大丈夫です',
    'いえ、辞退はしません',
  ])
    t.not(verdict(withdrawal, other), 'yes', other);
  t.equal(verdict({ kind: 'absent', slot }, 'はい、辞退します'), 'correction');
});

t.test('a second はい counts once it was asked for in words', async (t) => {
  const question = questionOf({ kind: 'attend', slot }, NOW);
  t.same(judgeAnswer('はい', question), { kind: 'weak_yes' });
  t.same(judgeAnswer('はい', inWords(question)), { kind: 'yes' });
});

t.test('today is the day in Tokyo', async (t) => {
  t.equal(todayOf(Date.UTC(2026, 10, 18, 15, 0)), '2026-11-19');
});

t.test('what is said next is short enough for the ear', async (t) => {
  for (const sentence of Object.values(NEXT_QUESTIONS)) t.ok(Array.from(sentence).length <= 80, sentence);
});
