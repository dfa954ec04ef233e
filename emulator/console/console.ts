import { loadConfig, sidebandUrl } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { collectFacts, settled } from '../demo/facts.ts';
import { openHouse, type House } from '../demo/house.ts';
import type { Paint } from '../demo/paint.ts';
import { printStored } from '../demo/report.ts';
import { Screen } from '../demo/screen.ts';
import { CallWatcher } from '../demo/watcher.ts';
import { createLiveModel, type LiveModel } from '../models/live.ts';
import { Keyboard } from './keyboard.ts';
import type { EmulatedCall } from '../types.ts';
import { COMMANDS, PASSED_ON, type ConsoleOptions } from './options.ts';
import { Phone } from './phone.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly paint: Paint;
}

/** No session lasts longer than an hour, ms. */
const LONGEST_CALL_MS = 3_700_000;
const CALLER = '+819012340000';
const DIALLED = '+81312340000';

/**
 * One telephone call with the person at the terminal.
 *
 * @returns whether the call was answered and its end stored
 * @throws DenwabanError DW_CONFIG when a variable of the environment is not usable
 */
export async function runConsole(
  options: ConsoleOptions,
  env: Environment,
  terminal: Terminal,
): Promise<boolean> {
  const live = options.live ? openLive(env) : null;
  const house = await openHouse({
    clock: systemClock,
    playbackSpeed: options.speed,
    env: passedOn(env),
    logs: options.logs,
    ...(live === null ? {} : { model: live.model }),
  });
  try {
    return await converse(house, options, terminal);
  } finally {
    live?.close();
    await house.close();
  }
}

async function converse(house: House, options: ConsoleOptions, terminal: Terminal): Promise<boolean> {
  const { clock, emulator } = house;
  const call = await emulator.ring({
    from: `<sip:${CALLER}@pstn.example>`,
    dialled: DIALLED,
    deliver: false,
  });
  const keyboard = new Keyboard(terminal.input, terminal.output, {
    onLine: (line) => void phone.line(line),
    onWriting: () => phone.startsToWrite(),
    onInterrupt: () => phone.hangUp(),
    onEnd: () => void phone.endOfInput(),
  });
  const screen = new Screen(keyboard, terminal.paint, 'sentences');
  printIntroduction(screen, options);
  const rangAt = clock.monotonic();
  const watcher = new CallWatcher({ call, clock, screen, playbackSpeed: options.speed, rangAt });
  const polite = !keyboard.interactive;
  const tell = (text: string): void => screen.lines(...indented(text, terminal.paint));
  const phone = new Phone({ call, clock, watcher, polite, tell });
  watcher.event('☎', '電話をかけています…');
  const delivery = await call.deliver();
  if (delivery.status !== 200) call.hangUp();
  const shown = watcher.run();
  await untilOver(call, phone);
  keyboard.close();
  await settled(house, call);
  watcher.stop();
  await shown;
  const facts = await collectFacts(house, call, delivery.status);
  screen.rule('保存された記録');
  printStored(screen, [facts]);
  return facts.call !== null && facts.call.liveAt !== null && facts.call.endedAt !== null;
}

/** Ctrl-C hangs up here too when no terminal takes it as a key. */
async function untilOver(call: EmulatedCall, phone: Phone): Promise<void> {
  const hangUp = (): void => phone.hangUp();
  process.once('SIGINT', hangUp);
  try {
    await call.ended(LONGEST_CALL_MS);
  } finally {
    process.off('SIGINT', hangUp);
  }
}

function printIntroduction(screen: Screen, { live }: ConsoleOptions): void {
  const { paint } = screen;
  screen.lines('', paint.bold('  電話番 Denwaban: npm run call'), '');
  screen.paragraph(
    live
      ? 'You are the caller. The words come from a text session of the Realtime API.'
      : 'You are the caller. The words come from a stand-in made of rules: try 「説明会に出席します」「欠席します」「遅れます」「失礼します」',
    2,
  );
  screen.lines(...indented(COMMANDS, paint), '');
}

function indented(text: string, paint: Paint): string[] {
  return text.split('\n').map((line) => paint.dim(`  ${line}`));
}

/** @throws Error without a key; DenwabanError DW_CONFIG when a variable is not usable */
function openLive(env: Environment): LiveModel {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, REALTIME_MODEL, REALTIME_ORIGIN } = env;
  if (OPENAI_API_KEY === undefined || OPENAI_API_KEY === '') {
    throw new Error(
      '--live needs OPENAI_API_KEY in the environment or in .env: the key of an OpenAI project.',
    );
  }
  const config = loadConfig({ OPENAI_API_KEY, OPENAI_BASE_URL, REALTIME_MODEL, REALTIME_ORIGIN });
  return createLiveModel({
    url: sidebandUrl(config),
    apiKey: config.OPENAI_API_KEY,
    model: config.REALTIME_MODEL,
    origin: config.REALTIME_ORIGIN,
    clock: systemClock,
  });
}

function passedOn(env: Environment): Record<string, string> {
  const entries = PASSED_ON.map((name) => [name, env[name]] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [(typeof PASSED_ON)[number], string] => entry[1] !== undefined),
  );
}
