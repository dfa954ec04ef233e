import { EvidenceLog } from '../../src/call/evidence-log.ts';
import t from 'tap';
import type { Recorder } from '../../src/audit/recorder.ts';
import { CallTranscript } from '../../src/call/transcript.ts';
import type { TurnRecord } from '../../src/store/ports.ts';
import { ManualClock } from '../store/manual-clock.ts';

interface Taken {
  readonly transcript: CallTranscript;
  readonly clock: ManualClock;
  /** Turns as the store would keep them: a later row of the same key replaces text and status. */
  turns(): TurnRecord[];
}

function taking(): Taken {
  const clock = new ManualClock();
  const rows = new Map<string, TurnRecord>();
  const recorder: Recorder = {
    turn: (turn) => void rows.set(turn.turnKey, { ...turn, ...earlier(rows.get(turn.turnKey)) }),
    usage: () => undefined,
    progress: () => undefined,
    flush: async () => true,
    pending: 0,
    close: async () => undefined,
  };
  return {
    transcript: new CallTranscript('rtc_1', 1, clock, recorder, new EvidenceLog(clock)),
    clock,
    turns: () => [...rows.values()].sort((a, b) => a.sequence - b.sequence),
  };
}

function earlier(row: TurnRecord | undefined) {
  return row === undefined ? {} : { sequence: row.sequence, startedAt: row.startedAt };
}

function words(turns: readonly TurnRecord[]) {
  return turns.map(({ role, text, status }) => [role, text, status]);
}

function agentDelta(responseId: string, delta: string): Buffer {
  return Buffer.from(
    JSON.stringify({ type: 'response.output_audio_transcript.delta', response_id: responseId, delta }),
  );
}

function callerDelta(itemId: string, delta: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      type: 'conversation.item.input_audio_transcription.delta',
      item_id: itemId,
      delta,
    }),
  );
}

t.test('turns stand in the order in which they began, whenever their texts came', async (t) => {
  const { transcript, turns } = taking();
  transcript.callerStarted('item_1');
  transcript.callerStopped('item_1');
  transcript.agentStarted('resp_1');
  transcript.agentSaid('resp_1', 'はい。');
  transcript.agentDone('resp_1');
  transcript.agentHeard('resp_1', 'complete');
  transcript.callerSaid('item_1', '遅れます。');
  t.same(words(turns()), [
    ['caller', '遅れます。', 'complete'],
    ['agent', 'はい。', 'complete'],
  ]);
});

t.test('a turn lasts from the first sound to the last, not to its transcript', async (t) => {
  const { transcript, clock, turns } = taking();
  transcript.callerStarted('item_1');
  clock.advance(2_000);
  transcript.callerStopped('item_1');
  clock.advance(5_000);
  transcript.callerSaid('item_1', '遅れます。');
  const [turn] = turns();
  t.equal((turn?.endedAt ?? 0) - (turn?.startedAt ?? 0), 2_000);
});

t.test('an agent who was cut off is stored once, as cut, with the words so far', async (t) => {
  const { transcript, turns } = taking();
  transcript.agentStarted('resp_1');
  transcript.delta('agent', agentDelta('resp_1', '本日の'));
  transcript.agentHeard('resp_1', 'cut');
  transcript.agentSaid('resp_1', '本日の');
  transcript.agentDone('resp_1');
  transcript.close();
  t.same(words(turns()), [['agent', '本日の', 'cut']]);
});

t.test('an agent who was cut off without a transcript keeps the words of the deltas', async (t) => {
  const { transcript, turns } = taking();
  transcript.agentStarted('resp_1');
  transcript.delta('agent', agentDelta('resp_1', '本日の'));
  transcript.delta('agent', agentDelta('resp_1', '説明会は'));
  transcript.agentHeard('resp_1', 'cut');
  transcript.agentDone('resp_1');
  t.same(words(turns()), [['agent', '本日の説明会は', 'cut']]);
});

t.test('a response without words is no turn', async (t) => {
  const { transcript, turns } = taking();
  transcript.agentStarted('resp_1');
  transcript.agentDone('resp_1');
  transcript.close();
  t.same(turns(), []);
});

t.test('a failed transcription leaves a turn without words', async (t) => {
  const { transcript, turns } = taking();
  transcript.callerStarted('item_1');
  transcript.callerSaid('item_1', null);
  t.same(words(turns()), [['caller', '', 'partial']]);
});

t.test('a call that breaks off keeps the words of both as far as they were known', async (t) => {
  const { transcript, turns } = taking();
  transcript.callerStarted('item_1');
  transcript.delta('caller', callerDelta('item_1', '明日は'));
  transcript.agentStarted('resp_1');
  transcript.delta('agent', agentDelta('resp_1', 'かしこ'));
  transcript.close();
  t.same(words(turns()), [
    ['caller', '明日は', 'partial'],
    ['agent', 'かしこ', 'partial'],
  ]);
});

t.test('deltas of one turn do not leak into another', async (t) => {
  const { transcript, turns } = taking();
  transcript.agentStarted('resp_1');
  transcript.delta('agent', agentDelta('resp_1', 'はい。'));
  transcript.agentSaid('resp_1', 'はい。');
  transcript.agentDone('resp_1');
  transcript.agentHeard('resp_1', 'complete');
  transcript.agentStarted('resp_2');
  transcript.delta('agent', agentDelta('resp_2', 'では'));
  transcript.close();
  t.same(words(turns()), [
    ['agent', 'はい。', 'complete'],
    ['agent', 'では', 'partial'],
  ]);
});

t.test('deltas that are no deltas change nothing', async (t) => {
  const { transcript, turns } = taking();
  transcript.agentStarted('resp_1');
  for (const raw of ['{', '[]', 'null', '{"response_id":5,"delta":"x"}', '{"response_id":"resp_1"}'])
    transcript.delta('agent', Buffer.from(raw));
  transcript.close();
  t.same(turns(), []);
});

t.test('memory for words in progress has an end', async (t) => {
  const { transcript, turns } = taking();
  transcript.agentStarted('resp_1');
  for (let i = 0; i < 5_000; i += 1) transcript.delta('agent', agentDelta('resp_1', 'ああああああ'));
  transcript.close();
  t.ok((turns()[0]?.text.length ?? 0) < 10_000);
});

t.test('what was being played when the sideband broke is partial', async (t) => {
  const { transcript, turns } = taking();
  transcript.agentStarted('resp_1');
  transcript.agentSaid('resp_1', 'はい。');
  transcript.agentDone('resp_1');
  transcript.detached();
  transcript.agentHeard('resp_1', 'complete');
  t.same(words(turns()), [['agent', 'はい。', 'partial']]);
});

t.test('keys and tools are turns of their own', async (t) => {
  const { transcript, turns } = taking();
  transcript.keypad('keys_1', '[キー入力] 1#');
  transcript.tool('take_message', 'ok');
  t.same(words(turns()), [
    ['keypad', '[キー入力] 1#', 'complete'],
    ['tool', 'take_message: ok', 'complete'],
  ]);
});
