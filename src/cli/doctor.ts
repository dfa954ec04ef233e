import { systemClock } from '../lib/clock.ts';
import {
  checkEnvironment,
  checkOpenAi,
  checkStore,
  checkTexts,
  linesToEnter,
  type Sign,
} from './doctor-checks.ts';
import { noWords, readOptions } from './options.ts';
import { EXIT, type Command } from './program.ts';

const HELP = `Usage: denwaban doctor [options]

Looks whether this machine is ready for calls: environment, scenario, messages, store, roster, and
the way to OpenAI with its key and model. Says for each what is wrong and what to do, and which
addresses have to be entered at OpenAI and at the trunk. Nothing is changed, nobody is called.

  --offline            do not ask OpenAI
  -h, --help           this text

Exit code: 0 ready, 1 something is in the way.
`;

const MARKS: Readonly<Record<Sign['level'], string>> = { good: '✔', note: '!', bad: '✘' };

/** `denwaban doctor`. */
export const doctorCommand: Command = {
  summary: 'look whether everything is ready for calls',
  help: HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, { offline: { type: 'boolean', default: false } });
    noWords(positionals);
    let problems = 0;
    const tell = (signs: readonly Sign[]): void => {
      for (const { level, text } of signs) surroundings.out(`${MARKS[level]} ${text}\n`);
      problems += signs.filter(({ level }) => level === 'bad').length;
    };
    const { config, signs } = checkEnvironment(surroundings, systemClock);
    tell(signs);
    if (config !== null) {
      tell(await checkTexts(config));
      tell(await checkStore(config, surroundings, systemClock));
      if (!values.offline) tell(await checkOpenAi(config, systemClock));
      surroundings.out(
        `\nTo be entered elsewhere:\n${linesToEnter(config)
          .map((line) => `  ${line}\n`)
          .join('')}`,
      );
    }
    const many = problems === 1 ? 'one thing is' : `${problems} things are`;
    surroundings.out(problems === 0 ? '\nReady for calls.\n' : `\nNot ready: ${many} in the way.\n`);
    return problems === 0 ? EXIT.done : EXIT.failed;
  },
};
