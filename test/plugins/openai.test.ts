import t from 'tap';
import { API_KEY, startService } from '../e2e/service.ts';
import { startTalk, until } from '../e2e/talk.ts';

/** Longer than the pause between two warm-ups, ms. */
const WARM_UP_MS = 46_000;

const having = (lines: readonly string[], text: string): number =>
  lines.filter((line) => line.includes(text)).length;

t.test('connections are opened before the first call, and what OpenAI says is told once', async (t) => {
  const { emulator, lines, pass } = await startTalk(t);
  await until(() => having(lines, 'OpenAI answers') === 1, 'the first warm-up');
  t.equal(emulator.connectionsOpened, 2);
  await pass(2 * WARM_UP_MS);
  t.equal(having(lines, 'OpenAI answers'), 1);
});

t.test('a key that OpenAI refuses is told at the start, and again when it works', async (t) => {
  const { lines, emulator, pass } = await startTalk(t, { emulator: { apiKey: 'sk-another' } });
  await until(() => having(lines, 'OpenAI refuses the key') === 1, 'the first warm-up');
  await pass(WARM_UP_MS);
  t.equal(having(lines, 'OpenAI refuses the key'), 1);
  t.notOk(
    lines.some((line) => line.includes(API_KEY)),
    'the key itself is not told',
  );
  await emulator.close();
  await pass(WARM_UP_MS);
  await until(() => having(lines, 'OpenAI does not answer') === 1, 'the change to be told');
});

t.test('closing drops the sidebands, and says nothing about OpenAI', async (t) => {
  const { app, emulator, lines } = await startService(t);
  const call = await emulator.ring();
  await call.waitFor(({ event }) => event.type === 'session.created');
  const before = lines.length;
  await app.close();
  await until(() => !call.attached, 'the sideband to close');
  t.equal(app.sidebands.size, 0);
  t.equal(having(lines.slice(before), 'OpenAI'), 0);
});
