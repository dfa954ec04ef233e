import t from 'tap';
import { responseCost, transcriptionCost } from '../../src/realtime/prices.ts';

const NONE = {
  textIn: 0,
  textInCached: 0,
  audioIn: 0,
  audioInCached: 0,
  textOut: 0,
  audioOut: 0,
  seconds: 0,
};

/** US dollars to the hundredth of a millionth: beyond it, floating point speaks. */
function dollars(cost: number | null): string | undefined {
  return cost?.toFixed(8);
}

t.test('cached tokens are a part of the input, and cost their own rate instead', async (t) => {
  const usage = {
    ...NONE,
    textIn: 1_000,
    textInCached: 640,
    audioIn: 2_000,
    audioInCached: 1_024,
    textOut: 100,
    audioOut: 400,
  };
  // 360 × 4 + 640 × 0.4 + 976 × 32 + 1,024 × 0.4 + 100 × 24 + 400 × 64, per million
  t.equal(dollars(responseCost('gpt-realtime-2.1', usage)), '0.06133760');
});

t.test('a dated snapshot costs what its family costs', async (t) => {
  const usage = { ...NONE, audioOut: 1_000_000 };
  t.equal(responseCost('gpt-realtime-2.1-2026-10-01', usage), 64);
  t.equal(responseCost('gpt-realtime-2.1-mini', usage), 20);
});

t.test('a model without a known price costs null, not nothing', async (t) => {
  t.equal(responseCost('gpt-realtime-9', { ...NONE, audioOut: 1 }), null);
  t.equal(transcriptionCost('whisper-of-the-future', { ...NONE, seconds: 60 }), null);
});

t.test('transcription is paid by the minute, however it is counted', async (t) => {
  t.equal(transcriptionCost('gpt-transcribe', { ...NONE, seconds: 120 }), 0.009);
  t.equal(transcriptionCost('gpt-transcribe', { ...NONE, audioIn: 600 }), 0.0045);
});
