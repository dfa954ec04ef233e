import { resolve } from 'node:path';
import { loadConfig, sidebandUrl } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { printAttendance, readAttendance } from '../demo/attendance.ts';
import { collectFacts, settled } from '../demo/facts.ts';
import { openHouse, type House } from '../demo/house.ts';
import type { Paint } from '../demo/paint.ts';
import { printStored } from '../demo/report.ts';
import { readSampleRoster, type SamplePerson, type SampleRoster } from '../demo/sample-roster.ts';
import { Screen } from '../demo/screen.ts';
import { renderTable } from '../demo/table.ts';
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
/** Somebody who is not on the roster. */
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
  const roster = await readSampleRoster(systemClock.now(), systemRandom);
  const person = typeof options.as === 'number' ? personOf(roster.people, options.as) : null;
  const live = options.live ? openLive(env) : null;
  const house = await openHouse({
    clock: systemClock,
    playbackSpeed: options.speed,
    env: passedOn(env),
    ...(options.dataDir === null ? {} : { dataDir: resolve(options.dataDir) }),
    logs: options.logs,
    ...(live === null ? {} : { model: live.model }),
  });
  try {
    if (options.roster) await takeIn(house, roster);
    return await converse(house, options, terminal, person);
  } finally {
    live?.close();
    await house.close();
  }
}

/** Prints the rows of the sample roster, by whose numbers one may call. */
export async function printPeople(terminal: Pick<Terminal, 'output' | 'paint'>): Promise<void> {
  const { people } = await readSampleRoster(systemClock.now(), systemRandom);
  const screen = new Screen(terminal.output, terminal.paint, 'sentences');
  const columns = [
    { title: '--as', align: 'right' as const },
    { title: '氏名' },
    { title: '大学' },
    { title: '予約番号' },
    { title: '予約' },
  ];
  const rows = people.map(({ number, name, university, code, when }) => [
    String(number),
    name,
    university,
    code,
    when,
  ]);
  screen.lines(...renderTable(columns, rows, screen.columns));
}

async function takeIn(house: House, roster: SampleRoster): Promise<void> {
  const report = await roster.importInto(house.app.store.transact, house.clock.now());
  if (!report.applied) {
    throw new Error(
      `the sample roster was not imported: ${report.refused.map(({ reason }) => reason).join('; ')}`,
    );
  }
}

/** @throws Error that says which rows there are */
function personOf(people: readonly SamplePerson[], number: number): SamplePerson {
  const person = people.find((each) => each.number === number);
  if (person === undefined) {
    throw new Error(`--as ${number}: the sample roster has ${people.length} rows; --as list shows them.`);
  }
  return person;
}

async function converse(
  house: House,
  options: ConsoleOptions,
  terminal: Terminal,
  person: SamplePerson | null,
): Promise<boolean> {
  const { clock, emulator } = house;
  const { briefings } = house.app.store;
  const before = await readAttendance(briefings);
  const call = await emulator.ring({
    from: `<sip:${person?.phone ?? CALLER}@pstn.example>`,
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
  printIntroduction(screen, options, person);
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
  if (person !== null) {
    screen.rule('出欠名簿のあなたの行');
    printAttendance(screen, before, await readAttendance(briefings), facts.turns, person.code);
  }
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

function printIntroduction(screen: Screen, { live }: ConsoleOptions, person: SamplePerson | null): void {
  const { paint } = screen;
  screen.lines('', paint.bold('  電話番 Denwaban: npm run call'), '');
  screen.paragraph(
    live
      ? 'You are the caller. The words come from a text session of the Realtime API.'
      : 'You are the caller. The words come from a stand-in made of rules: try 「説明会に出席します」「欠席します」「30分遅れます」「日程を変更したいのですが」「会場はどこですか」「失礼します」. Names are understood in kana; of names in kanji it knows some.',
    2,
  );
  if (person !== null) {
    const { name, kana, university, code, when } = person;
    screen.paragraph(`あなたは${name} (${kana})、${university}、予約番号 ${code}、予約は ${when} です。`, 2);
  }
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
