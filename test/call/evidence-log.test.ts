import t from 'tap';
import { EvidenceLog } from '../../src/call/evidence-log.ts';
import type { TurnRecord, TurnRole, TurnStatus } from '../../src/store/ports.ts';
import { ManualClock } from '../store/manual-clock.ts';

const SENTENCE = '11月24日火曜日、午後2時からの説明会は、ご欠席ということで、よろしいでしょうか。';

function turn(role: TurnRole, turnKey: string, text: string, status: TurnStatus = 'complete'): TurnRecord {
  return {
    callId: 'rtc_1',
    turnKey,
    sequence: 1,
    role,
    text,
    status,
    startedAt: 0,
    endedAt: 0,
    responseId: null,
  };
}

t.test('a sentence that was cut proves nothing', async (t) => {
  const log = new EvidenceLog(new ManualClock());
  log.turnFinished(turn('agent', 'resp_1', SENTENCE, 'cut'));
  t.same(await log.answerTo(SENTENCE, 0, 0), { kind: 'not_read_back' });
});

t.test('a sentence that was heard before the proposal proves nothing', async (t) => {
  const log = new EvidenceLog(new ManualClock());
  log.turnFinished(turn('agent', 'resp_1', SENTENCE));
  t.same(await log.answerTo(SENTENCE, log.mark(), 0), { kind: 'not_read_back' });
});

t.test('a paraphrase with another time is not the sentence', async (t) => {
  const log = new EvidenceLog(new ManualClock());
  log.turnFinished(turn('agent', 'resp_1', SENTENCE.replace('午後2時', '午後3時')));
  t.same(await log.answerTo(SENTENCE, 0, 0), { kind: 'not_read_back' });
});

t.test('words spoken before the sentence ended are no answer to it', async (t) => {
  const log = new EvidenceLog(new ManualClock());
  log.callerStarted('item_1');
  log.turnFinished(turn('agent', 'resp_1', SENTENCE));
  log.turnFinished(turn('caller', 'item_1', 'はい、お願いします。'));
  t.same(await log.answerTo(SENTENCE, 0, 0), { kind: 'silent', readBackTurn: 'resp_1' });
});

t.test('a transcript that is under way is waited for', async (t) => {
  const log = new EvidenceLog(new ManualClock());
  log.turnFinished(turn('agent', 'resp_1', SENTENCE));
  log.callerStarted('item_1');
  const answer = log.answerTo(SENTENCE, 0, 2_500);
  log.turnFinished(turn('caller', 'item_1', 'はい、お願いします。'));
  t.match(await answer, { kind: 'words', answerTurn: 'item_1', text: 'はい、お願いします。' });
});

t.test('a transcript that does not come leaves the words unheard', async (t) => {
  const clock = new ManualClock();
  const log = new EvidenceLog(clock);
  log.turnFinished(turn('agent', 'resp_1', SENTENCE));
  log.callerStarted('item_1');
  const answer = log.answerTo(SENTENCE, 0, 2_500);
  clock.advance(2_500);
  t.match(await answer, { kind: 'unheard' });
});

t.test('a failed transcription is unheard at once', async (t) => {
  const log = new EvidenceLog(new ManualClock());
  log.turnFinished(turn('agent', 'resp_1', SENTENCE));
  log.callerStarted('item_1');
  log.turnFinished(turn('caller', 'item_1', '', 'partial'));
  t.match(await log.answerTo(SENTENCE, 0, 2_500), { kind: 'unheard' });
});

t.test('all words since the sentence count, not the last ones only', async (t) => {
  const log = new EvidenceLog(new ManualClock());
  log.turnFinished(turn('agent', 'resp_1', SENTENCE));
  for (const [key, text] of [
    ['item_1', 'いえ、違います。'],
    ['item_2', 'はい。'],
  ] as const) {
    log.callerStarted(key);
    log.turnFinished(turn('caller', key, text));
  }
  t.match(await log.answerTo(SENTENCE, 0, 0), { kind: 'words', text: 'いえ、違います。、はい。' });
});

t.test('a key after the sentence is an answer', async (t) => {
  const log = new EvidenceLog(new ManualClock());
  log.turnFinished(turn('agent', 'resp_1', SENTENCE));
  log.turnFinished(turn('keypad', 'keys_1', '[キー入力] 1#'));
  t.same(await log.answerTo(SENTENCE, 0, 0), {
    kind: 'key',
    readBackTurn: 'resp_1',
    answerTurn: 'keys_1',
    key: '1',
  });
});
