import type { ScenarioFile } from './schema.ts';

type Section = keyof ScenarioFile['instructions'];

/** Headings in the order in which the model reads them; what binds it most stands last. */
const HEADINGS: readonly (readonly [Section, string])[] = [
  ['role', '役割'],
  ['language', '言語'],
  ['manner', '話し方'],
  ['flow', '会話の流れ'],
  ['unclearAudio', '聞き取れないとき'],
  ['readBack', '復唱'],
  ['tools', 'ツール'],
  ['boundaries', '守ること'],
];

/** The whole system prompt from the sections of a scenario file. */
export function assembleInstructions(sections: ScenarioFile['instructions']): string {
  return HEADINGS.map(([key, heading]) => `# ${heading}\n${sections[key].trim()}`).join('\n\n');
}
